"""A project's files, read and indexed."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from async_db_lint.project.libraries.versions import Range
from async_db_lint.read.disk import MAX_BYTES
from async_db_lint.read.source import Role, Source
from async_db_lint.run.read_and_index import Indexed, hints, parsed, read, silent, versions, without_collection
from async_db_lint.settings.config import Config
from tests.projects import written

FILES = {
    "shop/__init__.py": "",
    "shop/app.py": "import sqlalchemy\n",
    "notes.txt": "text\n",
    "requirements.txt": "sqlalchemy>=2.0\n",
    "build/left.py": "x = 1\n",
    "skipped/a.py": "x = 1\n",
}


def indexed(root: Path, files: dict[str, str]) -> Indexed:
    """A project with every file indexed."""
    found = read(written(root, files), ())
    modules, failures = parsed(found.data, found.data)
    return Indexed(root, found, found.data, modules, failures)


def test_python_files_are_read_and_those_that_name_versions(tmp_path: Path) -> None:
    found = read(written(tmp_path, FILES), ["skipped"])
    assert found.data == {"shop/__init__.py": b"", "shop/app.py": b"import sqlalchemy\n"}
    assert found.settings == (("requirements.txt", "sqlalchemy>=2.0\n"),)


def test_a_file_that_names_versions_may_hold_anything(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_bytes(b"sqlalchemy>=2.0 # \xff\n")
    ((path, text),) = read(tmp_path, ()).settings
    assert path == "requirements.txt"
    assert text.startswith("sqlalchemy>=2.0 # ")


def test_files_are_indexed_and_the_others_say_why_not() -> None:
    data = {
        "a.py": b"x = 1\n",
        "bad.py": b"def f(:\n",
        "coded.py": b"# coding: nothing\n",
        "null.py": b"x = '\0'\n",
        "large.py": b"#" * (MAX_BYTES + 1),
        "full.py": b"#" * MAX_BYTES,
    }
    modules, failures = parsed(data, data)
    assert set(modules) == {"a.py", "full.py"}
    assert [item.path for item in failures] == ["bad.py", "coded.py", "large.py", "null.py"]
    assert failures[2].reason == "larger than 2 MiB, so it was not read"
    assert (failures[2].line, failures[2].column) == (1, 1)


def test_only_chosen_files_are_indexed_and_progress_is_told() -> None:
    told: list[tuple[str, int, int]] = []
    data = {"a.py": b"", "b.py": b"", "c.py": b""}
    modules, failures = parsed(data, ["c.py", "a.py"], lambda *step: told.append(step))
    assert list(modules) == ["a.py", "c.py"]
    assert failures == ()
    assert told == [("reading", 0, 2), ("reading", 1, 2)]


def test_one_file_is_exchanged_and_the_others_stay(tmp_path: Path) -> None:
    before = indexed(tmp_path, {"a.py": "x = 1\n", "b.py": "def f(:\n"})
    after = before.replacing(Source("a.py", b"y = 2\n"))
    assert "y" in after.modules["a.py"].bindings
    assert after.data["a.py"] == b"y = 2\n"
    assert after.failures == before.failures
    assert before.data["a.py"] == b"x = 1\n"


def test_a_file_may_become_readable_and_unreadable(tmp_path: Path) -> None:
    before = indexed(tmp_path, {"a.py": "x = 1\n", "b.py": "def f(:\n"})
    repaired = before.replacing(Source("b.py", b"def f(): ...\n"))
    assert repaired.failures == ()
    assert set(repaired.modules) == {"a.py", "b.py"}
    assert repaired.modules["a.py"] is before.modules["a.py"]
    broken = repaired.replacing(Source("a.py", b"def g(:\n"))
    assert [item.path for item in broken.failures] == ["a.py"]
    assert set(broken.modules) == {"b.py"}


def test_a_project_is_linked_with_all_that_is_known_around_it(tmp_path: Path) -> None:
    files = {"a.py": "x = 1\n", "b.py": "def f(:\n", "requirements.txt": "fastapi==0.115\n"}
    config = Config(roles={Role.SCRIPT: ("a.py",)}, session_dependencies=("shop.db.get",))
    found = indexed(tmp_path, files).project(config)
    assert found.roles == {"a.py": Role.SCRIPT}
    assert [item.path for item in found.unreadable] == ["b.py"]
    assert found.versions.of("fastapi") == Range((0, 115), (0, 115, 0, 1))
    assert found.settings == (("requirements.txt", "fastapi==0.115\n"),)
    assert found.inference.hints.sessions == {"shop.db.get"}


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        ((), Range((1, 4))),
        ((("sqlalchemy", "2.1"),), Range((2, 1), (2, 2))),
        ((("sqlalchemy", ">=2.0"),), Range((2,))),
        ((("sqlalchemy", "==2.0.40"),), Range((2, 0, 40), (2, 0, 40, 1))),
        ((("sqlalchemy", "~=2.0"),), Range((2,), (3,))),
        ((("fastapi", "0.115"),), Range((1, 4))),
    ],
)
def test_configured_versions_come_before_those_of_the_files(
    chosen: tuple[tuple[str, str], ...], found: Range, tmp_path: Path
) -> None:
    files = read(written(tmp_path, {"requirements.txt": "sqlalchemy>=1.4\n"}), ())
    assert versions(files, Config(target_versions=chosen)).of("sqlalchemy") == found


def test_what_is_declared_of_names_is_kept_apart() -> None:
    config = Config(injection_markers=("a",), session_dependencies=("b",), safe_decorators=("c",))
    found = hints(config)
    assert found.markers == {"a"}
    assert found.sessions == {"b"}
    assert found.decorators == {"c"}


def test_no_progress_is_shown_unless_it_is_wanted(capsys: pytest.CaptureFixture[str]) -> None:
    silent("reading", 1, 2)
    assert capsys.readouterr() == ("", "")


@pytest.fixture
def collecting() -> Iterator[None]:
    yield
    gc.enable()


@pytest.mark.usefixtures("collecting")
@pytest.mark.parametrize("was_enabled", [True, False])
def test_cycles_are_not_collected_meanwhile_and_then_as_before(was_enabled: bool) -> None:
    (gc.enable if was_enabled else gc.disable)()
    with without_collection():
        assert not gc.isenabled()
    assert gc.isenabled() is was_enabled


@pytest.mark.usefixtures("collecting")
def test_cycles_are_collected_again_after_a_failure() -> None:
    with pytest.raises(ValueError, match="no"), without_collection():
        raise ValueError("no")
    assert gc.isenabled()
