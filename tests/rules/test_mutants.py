"""The reference application with one mistake at a time: the right code, at the right place, and no other code."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest

from async_db_lint.run.selection import all_rules
from tests.mutants import survivors
from tests.mutants.mutants import APPLICATION, Mutant, mutants
from tests.new import UNWRITTEN
from tests.projects import checked

ALL = list(mutants())


@pytest.mark.parametrize("mutant", ALL, ids=lambda mutant: f"{mutant.code}: {mutant.name}")
def test_the_mistake_is_reported_where_it_is_and_nothing_else(mutant: Mutant, tmp_path: Path) -> None:
    assert UNWRITTEN not in repr(mutant), f"{mutant.code} has a mutant of the skeleton left: step 6 of CONTRIBUTING"
    folder = tmp_path / APPLICATION.name
    shutil.copytree(APPLICATION, folder, ignore=shutil.ignore_patterns("__pycache__"))
    for path, text in mutant.files().items():
        (folder / path).write_text(text)
    report = checked(tmp_path, "ALL")
    seen = [(item.code, item.location.path, item.location.line, item.message) for item in report.findings]
    assert Counter(code for code, *_ in seen) == Counter([mutant.code] * mutant.count + [*mutant.also]), seen
    lines = (folder / mutant.at[0]).read_text().splitlines()
    wanted = f"{APPLICATION.name}/{mutant.at[0]}"
    at = [lines[line - 1] for code, path, line, _ in seen if code == mutant.code and path == wanted]
    assert any(mutant.at[1] in text for text in at), seen


def test_every_mutant_was_tried_on_the_applications_own_tests() -> None:
    """`python -m tests.mutants.survivors` notes them, and writes the README's sentence."""
    notes = survivors.noted()
    assert set(notes) == {survivors.name_of(mutant) for mutant in survivors.behaving()}
    text = survivors.README.read_text()
    assert survivors.readme(text, notes) == text


def test_there_are_enough_and_each_rule_has_two() -> None:
    counts = Counter(mutant.code for mutant in ALL)
    assert len(ALL) >= 80
    assert {rule.code for rule in all_rules()} == set(counts)
    assert min(counts.values()) >= 2
    assert len({mutant.name for mutant in ALL}) == len(ALL)
