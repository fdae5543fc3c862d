"""Which files there are: what a walk leaves out, what can be read, and which files a path means."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from async_db_lint.read.discovery import (
    MissingPath,
    find_root,
    is_excluded,
    path_inside,
    read,
    targets,
    walk,
)
from async_db_lint.read.disk import MAX_BYTES
from async_db_lint.read.file_names import is_settings
from tests.projects import written


def made(root: Path, *paths: str) -> Path:
    """A folder with empty files in it."""
    return written(root, dict.fromkeys(paths, ""))


# The root.


def test_the_root_is_the_git_top_level(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    assert find_root(inner) == tmp_path


def test_the_root_is_the_nearest_of_several_repositories(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    (tmp_path / "a" / ".git").write_text("gitdir: elsewhere")  # a worktree or a submodule has a file
    assert find_root(inner) == tmp_path / "a"


def test_a_folder_outside_of_git_is_its_own_root(tmp_path: Path) -> None:
    assert find_root(tmp_path) == tmp_path


def test_a_file_leads_to_the_folder_around_its_package(tmp_path: Path) -> None:
    inner = tmp_path / "src" / "shop" / "api"
    inner.mkdir(parents=True)
    (tmp_path / "main.py").touch()
    for folder in (inner, inner.parent):
        (folder / "__init__.py").touch()
    (inner / "routes.py").touch()
    assert {find_root(path) for path in (inner, inner.parent, inner / "routes.py")} == {tmp_path / "src"}


@pytest.mark.parametrize("ours", ["", "a", "a/b"])
def test_a_table_of_ours_comes_before_another_pyproject(ours: str, tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b" / "c"
    inner.mkdir(parents=True)
    for folder in ("", "a", "a/b"):
        text = "[tool.async-db-lint]" if folder == ours else "[project]"
        (tmp_path / folder / "pyproject.toml").write_text(text)
    assert find_root(inner) == tmp_path / ours


def test_a_home_folder_is_no_root_of_what_lies_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    (tmp_path / "pyproject.toml").write_text("[tool.async-db-lint]")
    (tmp_path / ".git").mkdir()
    (tmp_path / "work").mkdir()
    assert find_root(tmp_path / "work") == tmp_path / "work"


def test_the_root_of_a_linked_folder_is_where_the_link_leads(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real", target_is_directory=True)
    assert find_root(tmp_path / "link") == tmp_path / "real"


# The walk.


def test_a_walk_gives_python_files_and_settings_in_order(tmp_path: Path) -> None:
    made(tmp_path, "b.py", "a.py", "a/c.py", "uv.lock", "sub/pyproject.toml", "notes.txt", "a.pyi")
    tree = walk(tmp_path)
    assert tree.root == tmp_path
    assert tree.files == ("a.py", "a/c.py", "b.py")
    assert tree.settings == ("sub/pyproject.toml", "uv.lock")


@pytest.mark.parametrize(
    "path",
    [
        ".venv/b.py",
        "node_modules/c.py",
        "deep/__pycache__/d.py",
        "build/e.py",
        "x.egg-info/g.py",
        "f.txt",
        ".git/h.py",
    ],
)
def test_a_walk_leaves_out_what_is_not_the_projects(path: str, tmp_path: Path) -> None:
    made(tmp_path, "a.py", path)
    assert walk(tmp_path).files == ("a.py",)


def test_a_walk_leaves_out_a_virtual_environment_of_any_name(tmp_path: Path) -> None:
    made(tmp_path, "a.py", "own/pyvenv.cfg", "own/lib/d.py")
    assert walk(tmp_path).files == ("a.py",)


def test_a_root_that_is_itself_a_virtual_environment_is_walked(tmp_path: Path) -> None:
    made(tmp_path, "a.py", "pyvenv.cfg")
    assert walk(tmp_path).files == ("a.py",)


def test_a_file_named_like_a_generated_folder_is_the_projects(tmp_path: Path) -> None:
    made(tmp_path, "build.py", "dist.py", "builder/a.py")
    assert walk(tmp_path).files == ("build.py", "builder/a.py", "dist.py")


def test_a_walk_follows_no_links_and_takes_no_pipes(tmp_path: Path) -> None:
    made(tmp_path, "a.py")
    (tmp_path / "link").symlink_to("/usr", target_is_directory=True)
    (tmp_path / "linked.py").symlink_to(tmp_path / "a.py")
    (tmp_path / "round").symlink_to(tmp_path, target_is_directory=True)
    os.mkfifo(tmp_path / "pipe.py")
    assert walk(tmp_path).files == ("a.py",)


def test_a_folder_named_like_a_python_file_is_a_folder(tmp_path: Path) -> None:
    made(tmp_path, "odd.py/a.py")
    assert walk(tmp_path).files == ("odd.py/a.py",)


def test_a_root_that_is_not_there_has_no_files(tmp_path: Path) -> None:
    tree = walk(tmp_path / "missing")
    assert (tree.files, tree.settings) == ((), ())


def test_a_walk_leaves_out_what_git_ignores(tmp_path: Path) -> None:
    made(tmp_path, "a.py", "out/e.py", "x_local.py", "keep_local.py", "app/y_local.py")
    ignored = """
        out/
        *_local.py
        !keep_local.py
    """
    written(tmp_path, {".gitignore": ignored})
    assert walk(tmp_path).files == ("a.py", "keep_local.py")


def test_a_gitignore_counts_below_its_folder_only(tmp_path: Path) -> None:
    made(tmp_path, "x.py", "app/x.py", "app/inner/x.py", "app/y.py", "app/inner/y.py")
    (tmp_path / "app" / ".gitignore").write_text("x.py\n/y.py\n")
    assert walk(tmp_path).files == ("app/inner/y.py", "x.py")


def test_an_inner_gitignore_has_the_last_word(tmp_path: Path) -> None:
    made(tmp_path, "x.py", "app/x.py")
    (tmp_path / ".gitignore").write_text("x.py\n")
    (tmp_path / "app" / ".gitignore").write_text("!x.py\n")
    assert walk(tmp_path).files == ("app/x.py",)


def test_settings_that_git_ignores_are_left_out(tmp_path: Path) -> None:
    made(tmp_path, "uv.lock", "pyproject.toml")
    (tmp_path / ".gitignore").write_text("*.lock\n")
    assert walk(tmp_path).settings == ("pyproject.toml",)


def test_a_walk_leaves_out_what_is_excluded_whatever_git_says(tmp_path: Path) -> None:
    made(tmp_path, "a.py", "keep.py", "gen/b.py")
    (tmp_path / ".gitignore").write_text("!a.py\n")
    assert walk(tmp_path, ["a.*", "gen"]).files == ("keep.py",)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("pyproject.toml", True),
        ("uv.lock", True),
        ("poetry.lock", True),
        ("pdm.lock", True),
        ("alembic.ini", True),
        ("METADATA", True),
        ("requirements.txt", True),
        ("requirements-dev.txt", True),
        ("requirements/base.txt", True),
        ("backend/requirements/base.txt", True),
        ("docs/base.txt", False),
        ("schema.sql", True),
        ("dev-requirements.txt", False),
        ("requirements.in", False),
        ("Cargo.lock", False),
        ("setup.cfg", False),
    ],
)
def test_settings_are_known_by_their_names(name: str, wanted: bool) -> None:
    assert is_settings(name) is wanted


@pytest.mark.parametrize(
    ("path", "pattern"),
    [
        ("gen/a.py", "gen"),
        ("gen/a.py", "gen/"),
        ("gen/a.py", "./gen"),
        ("gen/a.py", "/gen"),
        ("gen/", "gen"),
        ("app/gen/a.py", "gen"),
        ("app/a_pb2.py", "*_pb2.py"),
        ("app/gen/a.py", "app/gen"),
        ("app/gen/a.py", "app/*/a.py"),
    ],
)
def test_a_path_is_excluded_by_a_pattern_for_it_or_for_a_folder_on_its_way(path: str, pattern: str) -> None:
    assert is_excluded(path, ["other", pattern])


@pytest.mark.parametrize(
    ("path", "pattern"),
    [
        ("generated/a.py", "gen"),
        ("app/gen/a.py", "gen/a"),
        ("other/app/gen/a.py", "app/gen"),
        ("a.py", "a"),
    ],
)
def test_a_path_that_only_resembles_a_pattern_is_not_excluded(path: str, pattern: str) -> None:
    assert not is_excluded(path, [pattern])


def test_without_patterns_nothing_is_excluded() -> None:
    assert not is_excluded("a.py", [])


# Reading.


def test_a_file_is_read_as_bytes(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"x\r\n\xff")
    assert read(tmp_path, "a.py") == b"x\r\n\xff"


def test_a_link_that_is_named_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"x")
    (tmp_path / "link.py").symlink_to("a.py")
    assert read(tmp_path, "link.py") == b"x"


@pytest.mark.parametrize("path", ["missing.py", "pipe.py", "a\0.py"])
def test_what_is_no_regular_file_is_not_read(path: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    assert read(tmp_path, path) is None


def test_of_a_file_that_is_too_large_one_byte_too_many_is_read(tmp_path: Path) -> None:
    with open(tmp_path / "data.py", "wb") as file:
        file.truncate(MAX_BYTES + 100)
    data = read(tmp_path, "data.py")
    assert data is not None
    assert len(data) == MAX_BYTES + 1


# What a path of the user means.


def test_a_path_is_given_from_the_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made(tmp_path, "app/db.py")
    monkeypatch.chdir(tmp_path / "app")
    assert path_inside(tmp_path, Path("db.py")) == "app/db.py"
    assert path_inside(tmp_path, Path(".")) == "app"
    assert path_inside(tmp_path, Path("..")) == "."
    assert path_inside(tmp_path / "app", tmp_path / "x.py") == "../x.py"


def test_links_on_the_way_are_followed_and_a_files_own_link_is_not(tmp_path: Path) -> None:
    made(tmp_path, "app/db.py")
    (tmp_path / "link").symlink_to(tmp_path / "app", target_is_directory=True)
    (tmp_path / "linked.py").symlink_to(tmp_path / "app" / "db.py")
    assert path_inside(tmp_path, tmp_path / "link" / "db.py") == "app/db.py"
    assert path_inside(tmp_path, tmp_path / "link") == "app"
    assert path_inside(tmp_path, tmp_path / "linked.py") == "linked.py"


def wanted_by(root: Path, *named: str, exclude: tuple[str, ...] = ()) -> tuple[set[str], set[str]]:
    """The targets that some paths below a root mean."""
    return targets(root, [root / name for name in named], walk(root, exclude), exclude)


def test_a_folder_means_the_files_in_it_and_names_none_of_them(tmp_path: Path) -> None:
    made(tmp_path, "app/a.py", "app/in/b.py", "apple/c.py", "d.py")
    assert wanted_by(tmp_path, "app") == ({"app/a.py", "app/in/b.py"}, set())
    assert wanted_by(tmp_path, ".") == ({"app/a.py", "app/in/b.py", "apple/c.py", "d.py"}, set())


def test_a_file_is_named_even_where_the_walk_leaves_it_out(tmp_path: Path) -> None:
    made(tmp_path, "build/a.py", "b.py")
    assert wanted_by(tmp_path, "build/a.py") == ({"build/a.py"}, {"build/a.py"})
    assert wanted_by(tmp_path, ".", "b.py") == ({"b.py"}, {"b.py"})


def test_a_file_that_is_excluded_is_not_wanted_though_it_is_named(tmp_path: Path) -> None:
    made(tmp_path, "gen/a.py", "b.py")
    assert wanted_by(tmp_path, "gen/a.py", "b.py", exclude=("gen",)) == ({"b.py"}, {"b.py"})


def test_a_pipe_that_is_named_is_no_target(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    assert wanted_by(tmp_path, "pipe.py") == (set(), set())


def test_a_link_that_leads_nowhere_is_there_and_no_target(tmp_path: Path) -> None:
    (tmp_path / "link.py").symlink_to("gone.py")
    assert wanted_by(tmp_path, "link.py") == (set(), set())


def test_a_path_that_is_not_there_is_named(tmp_path: Path) -> None:
    made(tmp_path, "a.py")
    with pytest.raises(MissingPath, match=r"missing\.py: no such file or folder"):
        wanted_by(tmp_path, "a.py", "missing.py")


@pytest.mark.parametrize("folder", ["build", "dist"])
@pytest.mark.parametrize(
    ("others", "is_read"),
    [
        ({}, False),
        ({"{}/lib/shop/__init__.py": ""}, False),  # as setuptools copies a package
        ({"{}/__init__.py": ""}, True),
        ({"__init__.py": ""}, True),  # a package's own folder
    ],
)
def test_a_folder_for_built_things_is_read_where_code_is_written(
    folder: str, others: dict[str, str], is_read: bool, tmp_path: Path
) -> None:
    path = f"{folder}/orders.py"
    written(tmp_path, {path: "", **{name.format(folder): text for name, text in others.items()}})
    assert (path in walk(tmp_path).files) is is_read


@pytest.mark.parametrize(
    ("added", "is_read"), [("build/orders.py", True), ("other.py", False), ("build/notes.txt", False)]
)
def test_a_folder_for_built_things_is_read_where_git_tracks_code(added: str, is_read: bool, tmp_path: Path) -> None:
    written(tmp_path, {"build/orders.py": "", "build/notes.txt": "", "other.py": ""})
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    subprocess.run(["git", "add", added], cwd=tmp_path, check=True)
    assert ("build/orders.py" in walk(tmp_path).files) is is_read
