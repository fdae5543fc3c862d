"""The imports of a file after fixes: what they need is added in its own style, what nothing reads any more goes."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Sequence

from async_db_lint.fix import Edit
from async_db_lint.fixes.import_statements import changed, module_of, new
from async_db_lint.source import Source

Name = tuple[str, str]  # a module, and a name in it


def import_edits(source: Source, after: str, needed: Collection[Name], orphans: Collection[str]) -> list[Edit] | None:
    """The edits of a file's import statements; None when a needed name means something else there.

    Takes the file as it is, its text once the other edits are made, the names that it must import, and
    those that it may no longer read.
    """
    tree = ast.parse(source.data)
    missing = [item for item in sorted(needed) if not _has(tree, item)]
    if any(_binds(tree, name) for _, name in missing):
        return None
    statements = [item for item in tree.body if isinstance(item, ast.ImportFrom) and not _is_star(item)]
    adding: dict[ast.ImportFrom, list[str]] = {}
    alone: list[Name] = []
    for module, name in missing:
        home = next((item for item in reversed(statements) if module_of(item) == module), None)
        if home is None:
            alone.append((module, name))
        else:
            adding.setdefault(home, []).append(name)
    unread = {name for name in orphans if _is_unread(tree, name, after, source)}
    edits: list[Edit] = []
    for item in statements:
        gone = {alias.name for alias in item.names if (alias.asname or alias.name) in unread}
        if gone or item in adding:
            change = changed(source, item, adding.get(item, []), gone)
            edits += [] if change is None else [change]
    by_module: dict[str, list[str]] = {}
    for module, name in alone:
        by_module.setdefault(module, []).append(name)
    return edits + _merged([new(source, tree, module, names) for module, names in sorted(by_module.items())])


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


def _has(tree: ast.Module, wanted: Name) -> bool:
    """Whether the module imports a name, under the same name."""
    return any(
        isinstance(item, ast.ImportFrom)
        and module_of(item) == wanted[0]
        and any(alias.name == wanted[1] and alias.asname in (None, wanted[1]) for alias in item.names)
        for item in tree.body
    )


def _binds(tree: ast.Module, name: str) -> bool:
    """Whether a name already means something else anywhere in a file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id == name and not isinstance(node.ctx, ast.Load):
            return True
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and node.name == name:
            return True
        if isinstance(node, ast.arg) and node.arg == name:
            return True
        if isinstance(node, ast.alias) and (node.asname or node.name.partition(".")[0]) == name:
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
