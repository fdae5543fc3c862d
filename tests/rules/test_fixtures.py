"""Every rule reports its bad example where the comments say so, and nothing in its good one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from async_db_lint.run.selection import all_rules
from tests.fixing import ANYWHERE
from tests.projects import checked

FIXTURES = Path(__file__).parents[2] / "fixtures"
EXPECT = re.compile(rb"# expect: ([A-Z0-9, ]+)")
FOLDERS = sorted(path for path in FIXTURES.iterdir() if path.is_dir())


def root_of(folder: Path, kind: str, scratch: Path) -> Path:
    """A fixture's own root: its folder, or a scratch folder that holds its one file."""
    if (folder / kind).is_dir():
        return folder / kind
    (scratch / f"{kind}.py").write_bytes((folder / f"{kind}.py").read_bytes())
    return scratch


def reported(root: Path, folder: Path) -> set[tuple[str, int, str]]:
    report = checked(root, "ALL")
    assert not report.unconfirmed
    found = {(item.location.path, item.location.line, item.code) for item in report.findings}
    return {row for row in found if row[2] != ANYWHERE or folder.name.startswith(ANYWHERE)}


def expected(root: Path) -> set[tuple[str, int, str]]:
    found: set[tuple[str, int, str]] = set()
    for path in root.rglob("*.py"):
        for number, line in enumerate(path.read_bytes().splitlines(), 1):
            for codes in EXPECT.findall(line):
                found |= {
                    (path.relative_to(root).as_posix(), number, code.strip()) for code in codes.decode().split(",")
                }
    return found


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_bad_example_is_reported_where_it_says(folder: Path, tmp_path: Path) -> None:
    root = root_of(folder, "bad", tmp_path)
    wanted = expected(root)
    assert any(code == folder.name[:6] for _, _, code in wanted)
    found = reported(root, folder)
    assert found == wanted, f"expected {sorted(wanted - found)}, reported {sorted(found - wanted)}"


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_nothing_is_reported_in_good_example(folder: Path, tmp_path: Path) -> None:
    assert reported(root_of(folder, "good", tmp_path), folder) == set()


def test_every_rule_has_a_fixture_named_after_it() -> None:
    assert {folder.name for folder in FOLDERS} == {f"{rule.code}-{rule.name}" for rule in all_rules()}
