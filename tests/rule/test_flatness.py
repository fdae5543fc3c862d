"""Text that LibCST must not be given: it would overflow the stack, or never be done."""

from __future__ import annotations

import time

import pytest

from async_db_lint.rule import cst
from async_db_lint.rule.flatness import MAX_BRACKETS, MAX_DEPTH, MAX_PATTERN, is_flat

DEEP = {
    "or": "f(" + " or ".join(["a"] * 7500) + ")",
    "and": "x = " + " and ".join(["a"] * 400),
    "plus": "x = " + " + ".join(["a"] * 400),
    "power": "x = " + "**".join(["a"] * 400),
    "comparison": "x = " + " < ".join(["a"] * 400),
    "not": "x = " + "not " * 400 + "a",
    "minus": "x = " + "-" * 400 + "a",
    "minus with blanks": "x = " + "- " * 400 + "a",
    "calls": "x = f" + "()" * 400,
    "indices": "x = a" + "[0]" * 400,
    "an f-string": "x = f'{a" + ".a" * 400 + "}'",
    "a sum in an f-string": "x = rF'{a" + " + a" * 400 + "}'",
    "dots": "import " + ".".join(["a"] * 6000),
    "methods": "x = q" + ".f()" * 400,
    "subscripts": "x = a" + "[0].b" * 400,
    "strings": "x = (" + '"a"\n' * 400 + ")",
    "f-strings": "x = " + "f'{a}' " * 400,
    "ternaries": "x = " + "a if b else " * 200 + "c",
    "lambdas": "x = " + "lambda: " * 400 + "a",
    "comprehension": "x = [a " + "for a in b " * 1000 + "]",
    "elif": "if a: pass\n" + "elif a: pass\n" * 600,
    "brackets": "x = " + "[" * (MAX_BRACKETS + 1) + "]" * (MAX_BRACKETS + 1),
    "chains in brackets": "x = " + "(a + b + c + d + " * 40 + "e" + ")" * 40,
    "tuples in a pattern": "match x:\n    case " + "(" * 14 + "b," + ")," * 13 + "):\n        pass\n",
    "lists in a pattern": "match x:\n    case " + "[" * 24 + "b" + "]" * 24 + ":\n        pass\n",
    "dicts in a pattern": "match x:\n    case " + "{1: " * 12 + "b" + "}" * 12 + ":\n        pass\n",
}
FLAT = {
    "a long list": "x = [" + "a.b, " * 5000 + "]",
    "a long dict": "x = {" + "'a': f(b)[0].c,\n" * 3000 + "}",
    "many statements": "x = a.b.c(d)\n" * 4000,
    "keywords": "f(" + "a=b.c, " * 2000 + ")",
    "a chain": "x = q" + ".f()" * 60,
    "a text": "x = '''" + "a or b. c + (d" * 500 + "'''",
    "a text with quotes": 'x = "' + "a 'or' b. " * 500 + '"',
    "comments": "x = (\n" + "    a,  # or and (((. + - if\n" * 500 + ")",
    "brackets": "x = " + "[" * MAX_BRACKETS + "]" * MAX_BRACKETS,
    "a pattern": "match x:\n    case " + "(" * MAX_PATTERN + "b," + ")," * (MAX_PATTERN - 1) + "):\n        pass\n",
    "a function of that name": "x = case(" + "(" * 12 + "b" + ")" * 13,
    "f-strings": "x = [" + "f'{a.b}', " * 500 + "]",
    "calls of calls": "x = [" + "f(g(h(1))), " * 500 + "]",
    "lambdas": "x = [" + "lambda a: a.b, " * 500 + "]",
    "branches": "if a: pass\n" + "elif a: pass\n" * (MAX_DEPTH // 2),
    "an unclosed string": 'x = """' + "a" * 1000,
    "nothing": "",
    "odd brackets": ")" * 100,
}


@pytest.mark.parametrize("name", DEEP)
def test_deep_text_is_not_flat(name: str) -> None:
    assert not is_flat(DEEP[name])


@pytest.mark.parametrize("name", FLAT)
def test_wide_text_is_flat(name: str) -> None:
    assert is_flat(FLAT[name])


@pytest.mark.parametrize("name", [name for name in FLAT if name not in ("an unclosed string", "odd brackets")])
def test_what_is_flat_is_read(name: str) -> None:
    module = cst.parse_module(FLAT[name])
    assert module.code == FLAT[name]


@pytest.mark.parametrize(
    "text", ['"' * 60_000, "'''\\" * 15_000, "a." * 30_000, "(" * 60_000, "\n" * 60_000, "f'" * 30_000]
)
def test_no_text_takes_long(text: str) -> None:
    start = time.process_time()
    is_flat(text)
    assert time.process_time() - start < 1
