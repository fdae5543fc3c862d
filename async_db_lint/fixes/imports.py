"""The imports of a file after fixes: what they need is added in its own style, what nothing reads any more goes."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

from async_db_lint.fixes.import_statements import ImportingFile, changed, module_of
from async_db_lint.read.newer_syntax.parse import syntax_tree
from async_db_lint.read.source import Source
from async_db_lint.rule.change import Edit

Name = tuple[str, str]  # a module, and a name in it


class ImportsWanted(NamedTuple):
    """What other edits ask of a file's imports.

    `after` is the file's text once those edits are made, `needed` the names that it must import above the byte
    `first_use`, `orphans` the names that it may no longer read.
    """

    after: str
    needed: Collection[Name]
    orphans: Collection[str]
    first_use: int


def import_edits(source: Source, wanted: ImportsWanted) -> list[Edit] | None:
    """The edits of a file's import statements; None when a needed name means something else somewhere in it."""
    tree = syntax_tree(source.data)
    after, needed, orphans, first_use = wanted
    above = [item for item in tree.body if source.starts[(item.end_lineno or item.lineno) - 1] < first_use]
    if any(_means_another(tree, item) for item in needed):
        return None
    missing = [item for item in sorted(needed) if not any(_imports(statement, item) for statement in above)]
    if any(_imports(statement, item) for statement in tree.body for item in missing):
        return None  # imported, but further down
    statements = [item for item in tree.body if isinstance(item, ast.ImportFrom) and not _is_star(item)]
    adding: dict[ast.ImportFrom, list[str]] = {}
    alone: dict[str, list[str]] = {}
    for module, name in missing:
        home = next((item for item in reversed(statements) if item in above and module_of(item) == module), None)
        if home is None:
            alone.setdefault(module, []).append(name)
        else:
            adding.setdefault(home, []).append(name)
    unread = {name for name in orphans if _is_unread(tree, name, after, source)}
    edits: list[Edit | None] = []
    for item in statements:
        gone = {alias.name for alias in item.names if (alias.asname or alias.name) in unread}
        if gone or item in adding:
            edits.append(changed(source, item, adding.get(item, []), gone))
    file = ImportingFile(source, tree)
    statements_new = [file.new_statement(module, names, first_use) for module, names in sorted(alone.items())]
    if None in statements_new:
        return None
    made = _merged([item for item in statements_new if item is not None])
    return [*(item for item in edits if item is not None), *made]


def _merged(edits: Sequence[Edit]) -> list[Edit]:
    """New statements in the same place as one edit, without the empty line between them."""
    found: list[Edit] = []
    for item in edits:
        if found and found[-1].start == item.start:
            before = found.pop()
            text = before.text + item.text if item.text[:1] in b"\r\n" else _joined(before.text, item.text)
            item = item._replace(text=text)
        found.append(item)
    return found


def _joined(first: bytes, second: bytes) -> bytes:
    newline = b"\r\n" if first.endswith(b"\r\n") else first[-1:]
    return first.rstrip() + newline + second


def _is_star(item: ast.ImportFrom) -> bool:
    return any(alias.name == "*" for alias in item.names)


def _imports(item: ast.stmt, wanted: Name) -> bool:
    """Whether a statement imports a name, under the same name; `typing` offers what `collections.abc` does."""
    modules = (wanted[0], "typing") if wanted[0] == "collections.abc" else (wanted[0],)
    return (
        isinstance(item, ast.ImportFrom)
        and module_of(item) in modules
        and any(alias.name == wanted[1] and alias.asname in (None, wanted[1]) for alias in item.names)
    )


def _means_another(tree: ast.Module, wanted: Name) -> bool:
    """Whether a name means something else anywhere in a file: an argument, a local, another import."""
    name = wanted[1]
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=found, ctx=ast.Store() | ast.Del()) if found == name:
                return True
            case ast.FunctionDef(name=found) | ast.AsyncFunctionDef(name=found) | ast.ClassDef(name=found) if (
                found == name
            ):
                return True
            case ast.arg(arg=found) if found == name:
                return True
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                binds = any((alias.asname or alias.name.partition(".")[0]) == name for alias in aliases)
                if binds and not _imports(node, wanted):
                    return True
    return False


def _is_unread(tree: ast.Module, name: str, after: str, source: Source) -> bool:
    """Whether a name is written nowhere in the changed text but in one import statement."""
    if source.path.endswith("__init__.py"):
        return False  # what a package imports may be for others
    imported = [
        item
        for item in ast.walk(tree)
        if isinstance(item, (ast.Import, ast.ImportFrom))
        and any((alias.asname or alias.name) == name for alias in item.names)
    ]
    if len(imported) != 1 or imported[0] not in tree.body:
        return False
    inside = len(re.findall(rf"\b{re.escape(name)}\b", ast.unparse(imported[0])))
    return len(re.findall(rf"\b{re.escape(name)}\b", after)) == inside
