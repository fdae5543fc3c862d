"""What is generated is current, and every rule says what it has to."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys

import pytest

from async_db_lint.report import docs
from async_db_lint.report.rule_page import HEADINGS, fixture_folder
from async_db_lint.rule.rule import CODE, Rule
from async_db_lint.run.selection import all_rules


def test_pages_and_readme_are_current() -> None:
    for name, text in docs.pages().items():
        assert (docs.FOLDER / name).read_text() == text, f"{name}: run python -m async_db_lint.report.docs"
    assert {path.name for path in docs.FOLDER.glob("*.md")} == docs.pages().keys()
    assert docs.readme(docs.README.read_text()) == docs.README.read_text()
    assert docs.writing(docs.WRITING.read_text()) == docs.WRITING.read_text()


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
def test_a_rule_says_what_happens_what_instead_and_when_it_is_silent(rule: type[Rule]) -> None:
    assert CODE.fullmatch(rule.code)
    documentation = inspect.cleandoc(rule.__doc__ or "")  # Python 3.13 takes the indentation out by itself
    assert all(f"\n{word} " in documentation for word in HEADINGS)
    assert rule.title().endswith(".")
    known = {other.code for other in all_rules()}
    assert set(rule.yields_to) <= known - {rule.code}


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
def test_a_rule_is_proven_or_says_that_there_is_nothing_to_prove(rule: type[Rule]) -> None:
    has_proof = (fixture_folder(rule) / "proof.json").is_file()
    assert has_proof != ("no run-time effect" in inspect.cleandoc(rule.__doc__ or ""))


def test_the_readme_shows_what_its_first_command_prints() -> None:
    text = docs.README.read_text()
    shown = re.search(r"```text\n(.*?)```", text, re.DOTALL)
    command = re.search(r"\.venv/bin/async-db-lint (--root .*)", text)
    assert shown is not None
    assert command is not None
    run = subprocess.run(
        [sys.executable, "-m", "async_db_lint", *command[1].split()],
        cwd=docs.README.parent,
        capture_output=True,
        text=True,
    )
    assert (run.returncode, run.stdout) == (1, shown[1])
