"""Import statements with names more and names less, and new ones in their place, in the style of the file."""

from __future__ import annotations

import ast
import sys
from collections.abc import Collection, Sequence

from async_db_lint.fixes.render import edit
from async_db_lint.read.source import Source
from async_db_lint.rule import cst
from async_db_lint.rule.change import Edit


def module_of(item: ast.ImportFrom) -> str:
    """The module name after `from`, dots included."""
    return "." * item.level + (item.module or "")


def changed(source: Source, item: ast.ImportFrom, adding: Sequence[str], gone: Collection[str]) -> Edit | None:
    """An import statement with names more and names less; gone when none is left and its line is its own."""
    start = source.offset(item.lineno, source.character(item.lineno, item.col_offset))
    end_line = item.end_lineno or item.lineno
    end = source.offset(end_line, source.character(end_line, item.end_col_offset or 0))
    if not adding and len(gone) == len(item.names):
        return _without(source, item, start, end)
    text = source.data[start:end].decode(source.codec, "replace").replace("\r\n", "\n").replace("\r", "\n")
    changed = _rewritten(text, adding, gone)
    inserted = changed.replace("\n", source.newline.decode()).encode(source.codec)
    return edit(source, (start, end), inserted, (start, end))


def _without(source: Source, item: ast.ImportFrom, start: int, end: int) -> Edit | None:
    """Remove a statement with its line; None when a comment or other code is on that line."""
    line = item.end_lineno or item.lineno
    is_alone = start == source.starts[item.lineno - 1] and end == source.starts[line - 1] + len(
        source.line(line).rstrip().encode(source.codec, "replace")
    )
    if is_alone and line < len(source.starts):
        return edit(source, (start, source.starts[line]), b"", (start, source.starts[line]))
    return None


def _rewritten(text: str, adding: Sequence[str], gone: Collection[str]) -> str:
    module = cst.parse_module(text)
    line = cst.ensure_type(module.body[0], cst.SimpleStatementLine)
    statement = cst.ensure_type(line.body[0], cst.ImportFrom)
    assert not isinstance(statement.names, cst.ImportStar)
    names = [item for item in statement.names if item.evaluated_name not in gone]
    if names and names[-1] is not statement.names[-1]:
        names[-1] = names[-1].with_changes(comma=statement.names[-1].comma)
    for name in adding:
        names = _with_name(names, name, statement)
    return module.with_changes(body=[line.with_changes(body=[statement.with_changes(names=names)])]).code.rstrip("\n")


def _with_name(names: list[cst.ImportAlias], name: str, statement: cst.ImportFrom) -> list[cst.ImportAlias]:
    known = [item.evaluated_name for item in names]
    is_sorted = known == sorted(known) or known == sorted(known, key=str.lower)
    key = str if known == sorted(known) else str.lower
    place = sum(1 for item in known if key(item) < key(name)) if is_sorted else len(names)
    between = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    if len(names) > 1 and isinstance(names[0].comma, cst.Comma):
        between = names[0].comma.with_changes(whitespace_after=_plain(names[0].comma.whitespace_after))
    elif statement.lpar is not None and isinstance(statement.lpar.whitespace_after, cst.ParenthesizedWhitespace):
        between = cst.Comma(whitespace_after=_plain(statement.lpar.whitespace_after))
    new = cst.ImportAlias(cst.Name(name))
    if not names:
        return [new.with_changes(comma=statement.names[-1].comma)]  # type: ignore[index]
    if place < len(names):
        return [*names[:place], new.with_changes(comma=between), *names[place:]]
    last = names[-1]
    return [*names[:-1], last.with_changes(comma=between), new.with_changes(comma=last.comma)]


def _plain(space: cst.BaseParenthesizableWhitespace) -> cst.BaseParenthesizableWhitespace:
    """Whitespace without the comment in it."""
    if isinstance(space, cst.ParenthesizedWhitespace):
        return space.with_changes(first_line=cst.TrailingWhitespace(), empty_lines=())
    return space


class ImportingFile:
    """A file that gets import statements."""

    def __init__(self, source: Source, tree: ast.Module) -> None:
        """Take the file and its syntax tree."""
        self.source = source
        self.tree = tree
        self.top = _top(tree)

    def new_statement(self, module: str, names: Sequence[str], first_use: int) -> Edit | None:
        """A new import statement, in its place among those of the same library, or of the same group.

        None when it would come after the first use, in bytes, or where the file does something before it imports
        what it imports last: then that something may be what the import needs.
        """
        root = module.partition(".")[0]
        everywhere = [item for item in self.tree.body if isinstance(item, (ast.Import, ast.ImportFrom))]
        family: list[ast.stmt] = [item for item in everywhere if _root_of(item) == root]
        if not family and not _is_standard(root) and any(item not in self.top for item in everywhere):
            return None
        group = family or [item for item in self.top if _is_standard(_root_of(item)) == _is_standard(root)]
        found = self._placed(group, module, f"from {module} import {', '.join(sorted(names))}".encode())
        return found if found.start <= first_use else None

    def _placed(self, group: Sequence[ast.stmt], module: str, text: bytes) -> Edit:
        source = self.source
        froms = [item for item in group if isinstance(item, ast.ImportFrom)]
        after = [item for item in froms if module_of(item) < module] or ([] if froms else group)
        if after:
            return _behind(source, after[-1], text)
        if froms:
            return _before(source, froms[0], text + source.newline)
        imports = [item for item in self.top if _is_import(item) and _root_of(item) != "__future__"]
        if imports and _is_standard(module.partition(".")[0]):  # the first of its group
            return _before(source, imports[0], text + 2 * source.newline)
        if self.top:
            return _behind(source, self.top[-1], source.newline + text)
        if self.tree.body:
            return _before(source, self.tree.body[0], text + 2 * source.newline)
        end = len(source.data)
        return edit(source, (end, end), text + source.newline, (end, end))


def _is_import(item: ast.stmt) -> bool:
    return isinstance(item, (ast.Import, ast.ImportFrom))


def _behind(source: Source, item: ast.stmt, text: bytes) -> Edit:
    line = item.end_lineno or item.lineno
    place = source.starts[line - 1] + len(source.line(line).encode(source.codec, "replace"))
    return edit(source, (place, place), source.newline + text, (place, place))


def _before(source: Source, item: ast.stmt, text: bytes) -> Edit:
    place = source.starts[item.lineno - 1]
    return edit(source, (place, place), text, (place, place))


def _root_of(item: ast.stmt) -> str:
    """The library that an import is of; a dot for the project's own."""
    if isinstance(item, ast.Import):
        return item.names[0].name.partition(".")[0]
    return (module_of(item).partition(".")[0] or ".") if isinstance(item, ast.ImportFrom) else ""


def _is_standard(root: str) -> bool:
    return root in sys.stdlib_module_names and root != "__future__"


def _top(tree: ast.Module) -> list[ast.stmt]:
    """The imports at the top of a module, `__future__` included; its docstring when there are none."""
    found: list[ast.stmt] = []
    for item in tree.body:
        if isinstance(item, (ast.Import, ast.ImportFrom)):
            found.append(item)
        elif not (isinstance(item, ast.Expr) and isinstance(item.value, ast.Constant) and not found):
            break
    return found or ([tree.body[0]] if ast.get_docstring(tree) is not None else [])
