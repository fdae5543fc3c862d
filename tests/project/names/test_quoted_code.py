"""How code is quoted in messages, and spelled out in the audit."""

from __future__ import annotations

import pytest

from async_db_lint.index.build import index
from async_db_lint.project.names.quoted_code import quoted, spelled


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a()", "a()"),
        ("a.b(1)", "a.b(…)"),
        ("a.b(x=1)", "a.b(…)"),
        ("(await a.b(1)).c[0].d(lambda: 1)", "(await a.b(…)).c[…].d(…)"),
        ("(await a.b(1)).c[0].d(lambda: 1)()", "(await a.b(…)).c[…].d(…)()"),
        ("[1].e()", "….e()"),
        ("'text'.join(x)", "….join(…)"),
        ("(a or b).c()", "….c()"),
    ],
)
def test_code_is_quoted_in_a_few_characters(text: str, wanted: str) -> None:
    (function,) = index("a.py", f"async def f():\n    {text}\n".encode()).functions
    assert quoted(function.calls[-1]) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1", "1"),
        ("'a'", "'a'"),
        ("b'a'", "b'a'"),
        ("None", "None"),
        ("a", "a"),
        ("a.b", "a.b"),
        ("'a'.b", "'a'.b"),
        ("a(1, 'b', c, *d, e=2, **f)", "a(1, 'b', c, …, e=2, **f)"),
        ("a()", "a()"),
        ("a(b(1)).c(x=d.e(2))", "a(b(1)).c(x=d.e(2))"),
        ("a or 'b'", "a or 'b'"),
        ("a[0]", "a[…]"),
        ("[1]", "…"),
        ("{'a': 1}", "…"),
        ("lambda: 1", "…"),
        ("f'{a}'", "…"),
        ("a + 1", "…"),
    ],
)
def test_code_is_spelled_with_its_literals_as_far_as_the_index_keeps_it(text: str, wanted: str) -> None:
    (call,) = [call for call in index("a.py", f"x({text})".encode()).calls if call.method == "x"]
    assert spelled(call) == f"x({wanted})"
