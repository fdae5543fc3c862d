"""Which lines changed since a git revision, and which findings touch them."""

from __future__ import annotations

import random
import subprocess
import time
from pathlib import Path

import pytest

from async_db_lint.quiet.changed_lines import WHOLE, Changes, base_of, changed
from async_db_lint.settings.keys import ConfigError
from tests.quiet.findings import at


def git(root: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
    run = subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True, text=True)
    return run.stdout.strip()


def commit(root: Path, **files: str) -> str:
    """A commit of some files, given by their names without the ending."""
    for name, text in files.items():
        (root / f"{name}.py").write_text(text)
    git(root, "add", ".")
    git(root, "commit", "--quiet", "--allow-empty", "--message", "x")
    return git(root, "rev-parse", "HEAD")


def lines(text: str) -> str:
    """Words as lines."""
    return "".join(f"{word}\n" for word in text.split())


@pytest.fixture
def root(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet", "--initial-branch", "main")
    return tmp_path


# Lines.


@pytest.mark.parametrize(
    ("old", "new", "ranges"),
    [
        ("abc", "abc", []),
        ("abc", "axc", [(2, 2)]),
        ("abc", "abcd", [(4, 4)]),
        ("abc", "xabc", [(1, 1)]),
        ("abc", "axyzc", [(2, 4)]),
        ("abc", "ac", [(1, 2)]),
        ("abc", "bc", [(0, 1)]),
        ("abc", "ab", [(2, 3)]),
        ("abcde", "xbcdy", [(1, 1), (5, 5)]),
        ("", "ab", [(1, 2)]),
        ("ab", "", [(0, 1)]),
    ],
)
def test_lines_that_are_new_and_those_around_one_that_is_gone_are_changed(
    old: str, new: str, ranges: list[tuple[int, int]]
) -> None:
    assert changed([item.encode() for item in old], [item.encode() for item in new]) == ranges


def test_a_line_that_is_frequent_is_compared_like_any_other() -> None:
    lines = [b""] * 300
    assert changed(lines, [*lines, b"x"]) == [(301, 301)]


# Revisions.


def test_the_base_is_where_the_histories_part(root: Path) -> None:
    first = commit(root, a="1")
    git(root, "checkout", "--quiet", "-b", "other")
    commit(root, b="1")
    git(root, "checkout", "--quiet", "main")
    last = commit(root, c="1")
    assert base_of(root, "other") == first
    assert base_of(root, "HEAD") == last
    assert base_of(root, "HEAD~1") == first


def test_the_base_of_a_history_of_its_own_is_the_revision_itself(root: Path) -> None:
    commit(root, a="1")
    git(root, "checkout", "--quiet", "--orphan", "lone")
    lone = commit(root, b="1")
    git(root, "checkout", "--quiet", "main")
    assert base_of(root, "lone") == lone


def test_a_tag_is_a_revision(root: Path) -> None:
    first = commit(root, a="1")
    git(root, "tag", "-a", "v1", "-m", "x")
    assert base_of(root, "v1") == first


@pytest.mark.parametrize("revision", ["--all", "^HEAD", "a..b", "a...b"])
def test_what_is_not_one_revision_is_refused(revision: str, root: Path) -> None:
    commit(root, a="1")
    with pytest.raises(ConfigError, match=r"is not one git revision \(--diff-base\)"):
        base_of(root, revision)


@pytest.mark.parametrize("revision", ["missing", "HEAD:a.py", ""])
def test_a_revision_that_git_does_not_know_is_refused(revision: str, root: Path) -> None:
    commit(root, a="1")
    with pytest.raises(ConfigError, match=f"git knows no revision `{revision}` here"):
        base_of(root, revision)


def test_outside_of_a_repository_no_revision_is_known(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="git knows no revision `HEAD` here"):
        base_of(tmp_path, "HEAD")


def test_without_git_there_is_no_revision(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ConfigError, match="git cannot be run: No such file or directory"):
        base_of(root, "HEAD")


# Files.


def changes(root: Path) -> Changes:
    """The changes of the files in a folder since the last commit."""
    return Changes(root, "HEAD", {path.name: path.read_bytes() for path in root.glob("*.py")})


def test_a_file_has_the_ranges_that_differ_from_the_base(root: Path) -> None:
    commit(root, a=lines("1 2 3"))
    (root / "a.py").write_text(lines("1 x 3"))
    assert changes(root).ranges("a.py") == [(2, 2)]


def test_a_file_that_did_not_change_has_no_ranges(root: Path) -> None:
    commit(root, a="1\n2\n")
    assert changes(root).ranges("a.py") == []


def test_lines_that_only_end_differently_did_not_change(root: Path) -> None:
    commit(root, a="1\n2\n")
    (root / "a.py").write_bytes(b"1\r\n2\r\n")
    assert changes(root).ranges("a.py") == []


def test_a_new_file_is_changed_as_a_whole(root: Path) -> None:
    commit(root, a="1")
    (root / "b.py").write_text("1")
    assert changes(root).ranges("b.py") == WHOLE


def test_a_path_is_taken_from_the_projects_root_and_not_from_gits(root: Path) -> None:
    (root / "app").mkdir()
    (root / "app" / "a.py").write_text("1\n2\n")
    commit(root, a="other")
    found = Changes(root / "app", "HEAD", {"a.py": b"1\nx\n"})
    assert found.ranges("a.py") == [(2, 2)]


def test_no_filter_of_the_repository_is_run(root: Path) -> None:
    commit(root, a="1\n2\n")
    (root / ".gitattributes").write_text("*.py filter=spy diff=spy\n")
    for key in ("filter.spy.smudge", "filter.spy.clean", "diff.spy.textconv", "diff.spy.command", "core.fsmonitor"):
        git(root, "config", key, "touch spied; cat")
    assert changes(root).ranges("a.py") == []
    assert not (root / "spied").exists()


@pytest.mark.parametrize(("line", "wanted"), [(1, False), (2, True), (3, False)])
def test_a_finding_on_a_changed_line_touches_it(line: int, wanted: bool, root: Path) -> None:
    commit(root, a=lines("1 2 3"))
    (root / "a.py").write_text(lines("1 x 3"))
    finding = at(line, path="a.py")
    assert changes(root).touching([finding]) == ((finding,) if wanted else ())


@pytest.mark.parametrize(
    ("first", "last", "wanted"), [(1, 1, False), (1, 2, True), (2, 3, True), (1, 3, True), (3, 4, False)]
)
def test_a_finding_over_several_lines_touches_one_that_changed(first: int, last: int, wanted: bool, root: Path) -> None:
    commit(root, a=lines("1 2 3 4"))
    (root / "a.py").write_text(lines("1 x 3 4"))
    finding = at(first, path="a.py", end=last)
    assert bool(changes(root).touching([finding])) is wanted


def test_a_finding_touches_a_changed_line_by_a_related_place(root: Path) -> None:
    commit(root, a="1\n", b="1\n2\n")
    (root / "b.py").write_text("1\nx\n")
    near, far = at(1, path="a.py", related=(("b.py", 2),)), at(1, path="a.py", related=(("b.py", 1),))
    assert changes(root).touching([far, near]) == (near,)


@pytest.mark.parametrize("seed", range(40))
def test_every_new_line_is_changed_and_lines_far_from_a_change_are_not(seed: int) -> None:
    chance = random.Random(seed)
    old = [chance.choice(b"abc  ") for _ in range(chance.randrange(30))]
    new = [item for item in old if chance.random() > 0.2]
    for _ in range(chance.randrange(4)):
        new.insert(chance.randrange(len(new) + 1), ord("N"))
    found = changed([bytes([item]) for item in old], [bytes([item]) for item in new])
    assert all(
        any(first <= number <= last for first, last in found) for number, item in enumerate(new, 1) if item == ord("N")
    )
    assert (found == []) is (old == new)


@pytest.mark.parametrize("count", [2_000, 20_000, 200_000])
def test_large_files_are_compared_in_linear_time(count: int) -> None:
    start = time.process_time()
    assert changed([b"same"] * count, [b"same"] * count + [b"new"]) == [(count + 1, count + 1)]
    assert changed([b"a"] * count, [b"b"] * count) == [(1, count)]
    assert changed([b"head", *[b"a", b"b"] * count, b"tail"], [b"head", *[b"b", b"a"] * count, b"tail"])
    assert time.process_time() - start < 3


@pytest.mark.parametrize("setting", ["core.sshCommand", "remote.origin.uploadpack"])
def test_a_repository_that_lacks_a_file_runs_nothing_to_get_it(setting: str, root: Path, tmp_path: Path) -> None:
    base = commit(root, a="1")
    blob = git(root, "rev-parse", "HEAD:a.py")
    canary = tmp_path / "ran"
    program = tmp_path / "program.sh"
    program.write_text(f"#!/bin/sh\necho ran >> {canary}\nexit 1\n")
    program.chmod(0o755)
    git(root, "config", "core.repositoryformatversion", "1")
    git(root, "config", "extensions.partialClone", "origin")
    git(root, "config", "remote.origin.promisor", "true")
    git(root, "config", "remote.origin.url", "ssh://somewhere/x" if "ssh" in setting else str(tmp_path / "gone"))
    git(root, "config", setting, str(program))
    (root / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    assert Changes(root, base, {"a.py": b"2"}).ranges("a.py") == WHOLE
    assert not canary.exists()
