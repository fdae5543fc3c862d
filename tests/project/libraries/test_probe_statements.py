"""Statements that only ask whether the database answers, and those that ask for more."""

from __future__ import annotations

import pytest

from async_db_lint.index.build import index
from async_db_lint.project.libraries.probe_statements import is_probe


def is_probing(text: str) -> bool:
    return is_probe(index("a.py", text.encode()).calls[-1])


@pytest.mark.parametrize(
    "text",
    [
        "text('SELECT 1')",
        "text('select 1;')",
        "text(' SELECT\\n1 ; ')",
        "text('SELECT now()')",
        "text('SELECT version()')",
        "text(text='SELECT 1')",
    ],
)
def test_a_probe_asks_for_nothing_of_a_table(text: str) -> None:
    assert is_probing(text)


@pytest.mark.parametrize(
    "text",
    [
        "text('SELECT 2')",
        "text('SELECT 1 FROM users')",
        "text('SELECT 1; DELETE FROM users')",
        "text('WITH a AS (SELECT 1) SELECT 1')",
        "text('SELECT1')",
        "text('')",
        "text(b'SELECT 1')",
        "text(1)",
        "text()",
        "text(*['SELECT 1'])",
        "text(query)",
        "text(f'SELECT 1')",
        "text(other='SELECT 1')",
        "text(query, 'SELECT 1')",
    ],
)
def test_another_statement_or_one_that_is_not_certain_is_no_probe(text: str) -> None:
    assert not is_probing(text)
