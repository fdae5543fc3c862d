"""Which files are worth parsing: those that mention the field, and those that import what such files define.

A linear search of the bytes, before any parsing.
"""

from __future__ import annotations

import posixpath
import re
import sys
from collections.abc import Collection, Iterator, Mapping

FIELD = (
    b"sqlalchemy",
    b"sqlmodel",
    b"asyncpg",
    b"psycopg",
    b"fastapi",
    b"starlette",
    b"dishka",
    b"advanced_alchemy",
    b"postgresql+",
    b"postgresql://",
    b"postgres://",
    b"aiosqlite",
    b"BaseSettings",
    b".on_event",
    b".add_event_handler",
    b"adb: ignore",
    b"adb: off",
    b"noqa: ADB",
)
# Helpers that block the event loop need not mention a library of the field.
BLOCKING = (b"time.sleep", b"import requests", b"urllib.request", b"import subprocess", b"import httpx", b"import time")

NAMES = rb"\((?:[^()#]++|#[^\n]*+)*+\)|[^\n#;]*"  # in brackets, with comments, or in a line
IMPORT = re.compile(
    rb"^[ \t]*(?:from[ \t]+(\.*+)([\w.]*+)[ \t]+import[ \t]+(" + NAMES + rb")|import[ \t]+([^\n#;]+))", re.MULTILINE
)
NAME = re.compile(rb"[\w.]+")


def relevant(files: Mapping[str, bytes], root: str = "") -> set[str]:
    """The paths of the relevant files among a project's; none when nothing mentions the field.

    Takes the files by path from the root, and the root folder's name: it may be a package itself.
    """
    found = {path for path, data in files.items() if any(word in data for word in FIELD)}
    if not found:
        return found
    others = {path: data for path, data in files.items() if path not in found}
    imports = {path: set(_imports(path, data)) for path, data in others.items()}
    packages = {posixpath.dirname(path) for path in files if path.endswith("__init__.py")}
    provided = {name for path in found for name in _names(path, packages, root)}
    while new := {path for path, names in imports.items() if path not in found and not names.isdisjoint(provided)}:
        found |= new
        provided |= {name for path in new for name in _names(path, packages, root)}
    return found | {path for path, data in others.items() if any(word in data for word in BLOCKING)}


def _names(path: str, packages: Collection[str], root: str) -> Iterator[str]:
    """The dotted names under which a file may be imported: its path, from each folder on.

    Inside a package, `import types` means the standard library's.
    """
    if path == "__init__.py":
        yield from (root, "/")
        return
    parts = path.removesuffix(".py").removesuffix("/__init__").split("/")
    for start, part in enumerate(parts):
        if part not in sys.stdlib_module_names or "/".join(parts[:start]) not in packages:
            yield ".".join(parts[start:])
    if root:
        yield ".".join((root, *parts))
    yield "/" + "/".join(parts)


def _imports(path: str, data: bytes) -> Iterator[str]:
    """The dotted names that a file imports; relative ones as paths from the root, after a `/`."""
    for dots, module, names, plain in IMPORT.findall(data):
        if plain:
            for item in plain.split(b","):
                found = NAME.search(item)
                if found:
                    yield found.group().decode(errors="replace")
            continue
        base = module.decode(errors="replace")
        if dots:
            folder = posixpath.dirname(path)
            for _ in range(len(dots) - 1):
                folder = posixpath.dirname(folder)
            base = "/" + posixpath.join(folder, *base.split(".")) if base else "/" + folder
        joint = "" if base == "/" else "/" if dots else "."
        yield base
        for item in NAME.findall(names):
            yield f"{base}{joint}{item.decode(errors='replace')}"
