"""The list of words in `docs/writing-rules.md`."""

from __future__ import annotations

import re
from functools import cache

import pytest

from async_db_lint import rule
from async_db_lint.report.word_examples import examples
from async_db_lint.report.words import SECTIONS, word_list

ENTRY = re.compile(r"^- \*\*`+(\w+).*?`\*\*: (.*)$", re.MULTILINE)


@cache
def entries() -> dict[str, str]:
    """What the page says about each word."""
    return dict(ENTRY.findall(word_list()))


def test_every_section_has_words() -> None:
    sections = [section.partition("\n")[0] for section in f"\n{word_list()}".split("\n## ")[1:]]
    assert sections == list(SECTIONS.values())
    assert "\n\n## " in word_list()
    assert not re.search(r"^## .*\n\n(##|\Z)", word_list(), re.MULTILINE)


@pytest.mark.parametrize("word", rule.__all__)
def test_every_word_of_the_desk_has_a_line_and_an_example(word: str) -> None:
    line = entries()[word]
    said, _, example = line.partition("Example: ")
    assert said.strip()
    is_text = isinstance(getattr(rule, word), str)  # its value is on the line, and shows all there is
    assert example or is_text


def test_members_of_a_class_are_listed_with_those_of_its_bases() -> None:
    text = word_list()
    project = text[text.index("- **`Project`**") : text.index("## Ask about calls")]
    assert "  - `engines`: Every engine" in project
    assert "  - `calls(*names, on=None)`: The calls" in project  # of Codebase
    assert "`_counts" not in project
    assert "`modules`" in project


def test_an_example_is_a_line_of_a_rule_that_can_be_read_alone() -> None:
    assert "is_probe(" in examples()["is_probe"]
    assert "Await(" in examples()["Await"]  # a `case`
    assert not any(example.endswith(",") or example.startswith(("import ", "from ")) for example in examples().values())


def test_defaults_are_shown_by_their_names() -> None:
    assert "**`suspect(place, message, at=whole, fix=None)`**" in word_list()
