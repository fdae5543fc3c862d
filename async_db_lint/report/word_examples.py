"""Examples of the words that rules are written with: lines of the rules themselves."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

from async_db_lint import rules
from async_db_lint.fixes import nodes

RULES = sorted(Path(rules.__path__[0]).rglob("*.py"))
FIXES = sorted(Path(nodes.__path__[0]).glob("*.py"))
FEWEST = 6  # nodes of `ast` in a line that says enough to be an example


@cache
def examples() -> dict[str, str]:
    """The shortest whole line of a rule for each name that rules use, and of a fix for the rest."""
    return {**_shortest(FIXES), **_shortest(RULES)}


def _shortest(files: list[Path]) -> dict[str, str]:
    found: dict[str, str] = {}
    for path in files:
        for line in map(str.strip, path.read_text().splitlines()):
            for name in _names_in(line):
                found[name] = min(found.get(name, line), line, key=len)
    return found


def _names_in(line: str) -> set[str]:
    """The names in a line of code that can be read alone: a statement, or the head of a compound one.

    A name in lower case counts when it is called or passed on: rules have variables with the same names.
    """
    for text in (line, f"{line}\n pass", f"{line.removeprefix('el')}\n pass", f"match _:\n {line}\n  pass"):
        try:
            parts = list(ast.walk(ast.parse(text)))
        except SyntaxError:
            continue
        if (
            len(parts) < FEWEST
            or line.endswith(",")
            or any(isinstance(node, ast.Import | ast.ImportFrom) for node in parts)
        ):
            return set()
        names = {node.id for node in parts if isinstance(node, ast.Name) and not node.id.islower()}
        called = {ast.unparse(node.func) for node in parts if isinstance(node, ast.Call)}
        passed = {ast.unparse(node.value) for node in parts if isinstance(node, ast.keyword) and node.arg == "fix"}
        return names | called | passed
    return set()
