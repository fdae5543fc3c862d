"""The reference application with one mistake at a time: the right code, at the right place, and no other code."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

from async_db_lint.config import Config
from async_db_lint.engine import lint
from async_db_lint.selection import all_rules
from tests.mutants import survivors
from tests.mutants.mutants import APPLICATION, ROOT, Mutant, mutants

ALL = list(mutants())


@pytest.mark.parametrize("mutant", ALL, ids=lambda mutant: f"{mutant.code}: {mutant.name}")
def test_the_mistake_is_reported_where_it_is_and_nothing_else(mutant: Mutant, tmp_path: Path) -> None:
    folder = tmp_path / APPLICATION.name
    shutil.copytree(APPLICATION, folder, ignore=shutil.ignore_patterns("__pycache__"))
    for path, text in mutant.files().items():
        (folder / path).write_text(text)
    report = lint(tmp_path, [tmp_path], Config(select=("ALL",)))
    assert not report.faults, report.faults[0].trace
    seen = [(item.code, item.location.path, item.location.line, item.message) for item in report.findings]
    assert Counter(code for code, *_ in seen) == {mutant.code: mutant.count, **dict.fromkeys(mutant.also, 1)}, seen
    lines = (folder / mutant.at[0]).read_text().splitlines()
    wanted = f"{APPLICATION.name}/{mutant.at[0]}"
    at = [lines[line - 1] for code, path, line, _ in seen if code == mutant.code and path == wanted]
    assert any(mutant.at[1] in text for text in at), seen


def test_the_readme_says_how_many_pass_the_applications_tests() -> None:
    """`python -m tests.mutants.survivors` has been run on these mutants, and the README has its figures."""
    lines = survivors.LIST.read_text().splitlines()
    figures = [re.fullmatch(r"# .*: (\d+) of (\d+) pass the application's tests", line) for line in lines]
    (default, total), (strict, _) = [match.groups() for match in figures if match is not None]
    assert int(total) == sum(mutant.behaves for mutant in ALL)
    known = {f"{mutant.code}: {mutant.name}" for mutant in ALL if mutant.behaves}
    assert {line for line in lines if not line.startswith("#")} <= known
    text = " ".join((ROOT / "README.md").read_text().split())
    assert f"broken in {len(ALL)} ways" in text
    assert f"{total} of them change what the application does. {default} of those pass" in text
    assert f"{strict} still pass when every warning is an error" in text


def test_there_are_enough_and_each_rule_has_two() -> None:
    counts = Counter(mutant.code for mutant in ALL)
    assert len(ALL) >= 80
    assert {rule.code for rule in all_rules()} == set(counts)
    assert min(counts.values()) >= 2
    assert len({mutant.name for mutant in ALL}) == len(ALL)
