"""Finds what a newer Python writes differently, in one pass over a file, and says how an older one writes it.

| newer | written as | since |
|---|---|---|
| `def f[T](a)`, `class A[T]:` | `def f(   a)`, `class A( ):` | 3.12 |
| `type A[T] = b` | `ß = A[0] = b` | 3.12 |
| `f"{a["b"]} c"` | `(  a["b"],  )` | 3.12 |
| `t"{a} b"` | the same | 3.14 |
| `except A, B:` | `except A| B:` | 3.14 |
| `lazy import a` | `0  ; import a` | 3.15 |
| `[*a for a in b]` | `[~a for a in b]` | 3.15 |

No byte moves, so that every place in the tree is a place in the file.
"""

from __future__ import annotations

import re

from async_db_lint.read.newer_syntax.code import Bracket, Code
from async_db_lint.read.newer_syntax.edits import Edits
from async_db_lint.read.newer_syntax.tokens import GAP, LETTER, NAME, TOKEN, NotUnderstood, blanked, closing
from async_db_lint.read.source import Source

SOME = rb"(?:[ \t\f]|\\\r?\n)++"
END = rb"(?!" + LETTER + rb")"
DEFINITION = re.compile(rb"(?:async" + SOME + rb")?(?:def|class)" + SOME + NAME + GAP + rb"(?=\[)")
OPENING = re.compile(GAP + rb"(?P<next>[(:])")
ALIAS = re.compile(rb"type" + SOME + rb"(?!(?:in|is|and|or|if|not|else)" + END + rb")" + NAME + GAP + rb"(?=\[|=(?!=))")
EQUALS = re.compile(GAP + rb"=(?!=)")
EXCEPT = re.compile(rb"except" + END + rb"(?:" + GAP + rb"\*)?")
LAZY = re.compile(rb"lazy" + SOME + rb"(?=(?:from|import)" + END + rb")")
LOOSE = frozenset((b"as", b"or", b"and", b"not", b"if", b"lambda", b"in", b"is"))
ASSIGNED = "ß".encode()  # the name that stands for `type`; two bytes


def older(data: bytes, version: tuple[int, int]) -> tuple[bytes, Edits]:
    """A file in UTF-8, without its byte order mark, and how an older Python writes what is newer in it.

    Takes the file's bytes and the version of that Python. Of text that no Python reads, nothing is changed.
    """
    encoded = Source("", data).text.encode()
    try:
        return encoded, edits_of(encoded, with_strings=version < (3, 12))
    except NotUnderstood:
        return encoded, Edits()


def edits_of(data: bytes, with_strings: bool) -> Edits:
    """The edits of a file in UTF-8; of f-strings only when asked for. Raises NotUnderstood."""
    code = Code(data, with_strings)
    is_start = True
    while token := TOKEN.match(data, code.at):
        if is_start and not code.brackets and token.lastgroup == "word":
            _statement(code)
            token = TOKEN.match(data, code.at)
            if token is None:
                break
        code.take(token)
        if token.lastgroup != "blank":
            is_start = token.lastgroup == "line" or token[0] in (b":", b";")
    return code.edits


def _statement(code: Code) -> None:
    """Change what a statement starts with, if that is newer."""
    if found := DEFINITION.match(code.data, code.at):
        _type_parameters(code, found.end())
    elif found := ALIAS.match(code.data, code.at):
        _alias(code, found.end())
    elif found := EXCEPT.match(code.data, code.at):
        _handler(code, found.end())
    elif found := LAZY.match(code.data, code.at):
        code.edits.changes.append((code.at, b"0  ;"))
        code.edits.lazy[found.end()] = code.at
        code.at = found.end()


def _type_parameters(code: Code, start: int) -> None:
    """Blank them. A bracket in place of theirs keeps several lines one statement."""
    end = closing(code.data, start)
    following = OPENING.match(code.data, end)
    if following is None:
        raise NotUnderstood
    if following["next"] == b":":
        code.edits.changes.append((start, b"(" + blanked(code.data[start + 1 : end - 1]) + b")"))
        code.at = end
        return
    code.edits.changes.append((start, b"(" + blanked(code.data[start + 1 : following.end()])))
    code.at = following.end()
    code.brackets.append(Bracket())


def _alias(code: Code, end: int) -> None:
    """Make it an assignment to two targets; type parameters become an index."""
    start = code.at
    if code.data[end : end + 1] == b"[":
        close = closing(code.data, end)
        inner = blanked(code.data[end + 1 : close - 1])
        if EQUALS.match(code.data, close) is None or b" " not in inner:
            return
        code.edits.changes.append((end, b"[" + inner.replace(b" ", b"0", 1) + b"]"))
        end = close
    code.edits.changes.append((start, ASSIGNED + b" ="))
    code.edits.aliases.add(start)
    code.at = end


def _handler(code: Code, at: int) -> None:
    """Write `|` for each comma between exceptions that stand without parentheses."""
    start, commas = code.at, []
    while (token := TOKEN.match(code.data, at)) and token[0] != b":":
        if token[0] == b",":
            commas.append(token.start())
        elif token[0] in LOOSE or not (token.lastgroup in ("word", "open", "blank") or token[0] == b"."):
            return
        at = closing(code.data, at) if token.lastgroup == "open" else token.end()
    code.edits.changes += [(place, b"|") for place in commas]
    if commas:
        code.edits.handlers.add(start)
