"""CPython's tree of a file, also where its syntax is newer than the interpreter."""

from __future__ import annotations

import ast
import sys

VERSION = sys.version_info[:2]


def syntax_tree(data: bytes, version: tuple[int, int] = VERSION) -> ast.Module:
    """The tree of a file, with the places of the file.

    Takes the file's bytes, and the version of the interpreter: it decides whether f-strings are newer. Raises what
    `ast.parse` raises: SyntaxError, ValueError, RecursionError, MemoryError.
    """
    try:
        return ast.parse(data)
    except SyntaxError:
        tree = newer_tree(data, version)
        if tree is None:
            raise
        return tree


def newer_tree(data: bytes, version: tuple[int, int] = VERSION) -> ast.Module | None:
    """The tree of a file that CPython refuses; None when nothing in it is newer. Raises as `syntax_tree` does."""
    from async_db_lint.read.newer_syntax.restored import Restore
    from async_db_lint.read.newer_syntax.statements import older

    encoded, edits = older(data, version)
    if not edits.changes:
        return None
    tree = Restore(encoded, edits).visit(ast.parse(edits.applied(encoded).decode()))
    assert isinstance(tree, ast.Module)
    return tree


def check(data: bytes) -> None:
    """Raise what compiling a file raises, which knows more than the parser: where `await` is allowed."""
    try:
        compile(data, "", "exec", dont_inherit=True)
    except SyntaxError:
        from async_db_lint.read.newer_syntax.statements import older

        encoded, edits = older(data, VERSION)
        if not edits.changes:
            raise
        compile(edits.applied(encoded).decode(), "", "exec", dont_inherit=True)
