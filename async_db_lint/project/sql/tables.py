"""Tables as a project's own SQL files define them, and values of another type that asyncpg is given for them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from async_db_lint.index.expressions import Call, Literal, Name
from async_db_lint.project.application.codebase import Codebase
from async_db_lint.project.inference.parameters import is_text_parameter
from async_db_lint.project.libraries import library

CREATE = re.compile(r"\bcreate\s+table\s+(?:if\s+not\s+exists\s+)?(?:\"?\w+\"?\.)?\"?(\w+)\"?\s*\(", re.IGNORECASE)
ALTERED = re.compile(r"\balter\s+table\s+(?:if\s+exists\s+)?(?:only\s+)?(?:\"?\w+\"?\.)?\"?(\w+)", re.IGNORECASE)
COLUMN = re.compile(r"\s*\"?(\w+)\"?\s+(\w+)")
INTEGERS = frozenset("int integer bigint smallint serial bigserial smallserial int2 int4 int8".split())
INSERT = re.compile(
    r"\binsert\s+into\s+(?:\"?\w+\"?\.)?\"?(\w+)\"?\s*\(([^()]*)\)\s*values\s*\(([^()]*)\)", re.IGNORECASE
)
TABLE = re.compile(r"\b(?:from|update|join)\s+(?:\"?\w+\"?\.)?\"?(\w+)", re.IGNORECASE)
COMPARED = re.compile(r"\"?(\w+)\"?\s*=\s*\$(\d+)\b(?!::)")
SENDING = ("execute", "fetch", "fetchrow", "fetchval")
COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)

Tables = dict[str, dict[str, str]]
"""The type of each column by its name, of each table by its name; all in lower case."""


class MistypedArgument(NamedTuple):
    """A call that sends a `str` for an integer column. Example: `item.column`."""

    call: Call
    parameter: str
    column: str


def tables_of(files: Iterable[tuple[str, str]]) -> Tables:
    """The tables that SQL files define, but for those that are defined differently twice, or altered."""
    found: Tables = {}
    unclear: set[str] = set()
    for path, text in files:
        if not path.endswith(".sql"):
            continue
        unclear.update(name.lower() for name in ALTERED.findall(text))
        for name, columns in _defined(COMMENT.sub("", text)):
            if found.setdefault(name, columns) != columns:
                unclear.add(name)
    return {name: columns for name, columns in found.items() if name not in unclear}


def _defined(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    for match in CREATE.finditer(text):
        parts = _parts(text, match.end())
        columns = [COLUMN.match(part) for part in parts]
        yield match[1].lower(), {item[1].lower(): item[2].lower() for item in columns if item is not None}


def _parts(text: str, start: int) -> list[str]:
    """What stands between commas from a place on, up to the bracket that closes."""
    depth, begin, parts = 0, start, []
    for at in range(start, len(text)):
        if text[at] == "(":
            depth += 1
        elif text[at] in ",)" and depth == 0:
            parts.append(text[begin:at])
            begin = at + 1
            if text[at] == ")":
                break
        elif text[at] == ")":
            depth -= 1
    return parts


def mistyped_arguments(codebase: Codebase, files: Iterable[tuple[str, str]]) -> Iterator[MistypedArgument]:
    """The calls by which asyncpg is given a parameter that is a `str` for an integer column that a file defines.

    Takes names and texts, which are read only where asyncpg is used. Example: `mistyped_arguments(project, files)`.
    """
    sites = list(codebase.calls(*SENDING, on=(library.POOL, library.ASYNCPG_CONNECTION)))
    tables = tables_of(files) if sites else {}
    for site in sites if tables else ():
        text = site.written(site.argument("query", 0) or site.argument("command", 0))
        if not isinstance(text, Literal) or not isinstance(text.value, str):
            continue
        for number, given in enumerate(site.call.positional[1:], 1):
            column = _column(text.value, number, tables)
            if column and isinstance(given, Name) and is_text_parameter(codebase.inference, given, site.scope):
                yield MistypedArgument(site.call, given.name, column)


def _column(text: str, number: int, tables: Tables) -> str:
    """The integer column, with its table, that a placeholder stands for; empty where that is not certain."""
    insert = INSERT.search(text)
    if insert is not None:
        names = [item.strip(' "\n\t').lower() for item in insert[2].split(",")]
        values = [item.strip() for item in insert[3].split(",")]
        pairs = zip(names, values, strict=False) if len(names) == len(values) else ()
        found = [(insert[1].lower(), name) for name, value in pairs if value == f"${number}"]
    else:
        table = {item.lower() for item in TABLE.findall(text)}
        compared = {name.lower() for name, slot in COMPARED.findall(text) if slot == str(number)}
        found = [(name, column) for name in table for column in compared] if len(table) == 1 else []
    known = [f"{table}.{name}" for table, name in found if tables.get(table, {}).get(name) in INTEGERS]
    return known[0] if len(known) == len(found) == 1 else ""
