"""Where the configuration is read from: pyproject.toml, a file that is named, and the files that these extend."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from async_db_lint.read import disk
from async_db_lint.settings.config import Config, from_table
from async_db_lint.settings.keys import TABLE, ConfigError, kind

TABLE_LIKE = re.compile(rb"async[-_.]?db[-_.]?lint(?:er)?", re.IGNORECASE)
MOST_BYTES = 16 * 1024 * 1024  # of a file
MOST_EXTENDED = 10  # files that extend each other


def load(root: Path) -> Config:
    """The configuration of a project. Raises ConfigError where a key or value is not valid."""
    path = root / "pyproject.toml"
    data = disk.read(path, MOST_BYTES)
    if data is None and disk.is_file(path):
        raise ConfigError("pyproject.toml cannot be read: it cannot be opened")
    if data is None or not TABLE_LIKE.search(data):
        return Config()
    table = _table("pyproject.toml", data)
    return Config() if table is None else _inside(root, _of_table(table, path))


def load_file(path: Path) -> Config:
    """The configuration that a file holds: in its table, or by itself. Raises ConfigError."""
    return replace(_of_table(_named(path), path), has_nested=False)


def load_nested(texts: Iterable[tuple[str, str]], root: Path) -> Mapping[str, Config]:
    """The configurations of the folders below a root, from files by their paths. Raises ConfigError."""
    found: dict[str, Config] = {}
    for path, text in texts:
        folder, _, name = path.rpartition("/")
        if name == "pyproject.toml" and folder and TABLE_LIKE.search(text.encode(errors="replace")):
            table = _table(path, text.encode(errors="replace"))
            if table is not None:
                found[folder] = _inside(root / folder, _of_table(table, root / path))
    return found


def _of_table(table: Mapping[str, Any], path: Path) -> Config:
    return replace(from_table(_extended(table, path)), source=str(path))


def _extended(table: Mapping[str, Any], path: Path, seen: tuple[Path, ...] = ()) -> dict[str, Any]:
    """A table with what it does not say itself taken from the file that it extends. Raises ConfigError."""
    own = dict(table)
    other = own.pop("extend", None)
    if other is None:
        return own
    if not isinstance(other, str):
        raise ConfigError(f"`extend` in [tool.{TABLE}] must be a string, not {kind(other)}")
    target = path.parent / other
    if target in seen or len(seen) > MOST_EXTENDED:
        raise ConfigError(f"{path} extends itself, by way of {other}")
    return {**_extended(_named(target), target, (*seen, target)), **own}


def _named(path: Path) -> Mapping[str, Any]:
    """The table of a file that is named: under `[tool]`, or the whole file. Raises ConfigError."""
    try:
        data = disk.read(path, MOST_BYTES)
    except ValueError:
        data = None
    if data is None:
        raise ConfigError(f"{path}: no such file")
    document = _parsed(str(path), data)
    if "tool" not in document:
        return document
    return _table(str(path), data) or {}


def _parsed(name: str, data: bytes) -> Mapping[str, Any]:
    import tomllib

    try:
        return tomllib.loads(data.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{name} cannot be read: {error}") from None
    except RecursionError:
        raise ConfigError(f"{name} cannot be read: it is nested too deeply") from None
    except ValueError:  # of `int`
        raise ConfigError(f"{name} cannot be read: a number has too many digits") from None


def _table(name: str, data: bytes) -> Mapping[str, Any] | None:
    """The table of a pyproject.toml; None when it has none. Raises ConfigError where one has almost its name."""
    tools = _parsed(name, data).get("tool", {})
    tools = tools if isinstance(tools, dict) else {}
    for tool in tools:
        if tool != TABLE and TABLE_LIKE.fullmatch(tool.encode()):
            raise ConfigError(f"[tool.{tool}] is not read: the table is called [tool.{TABLE}]")
    table = tools.get(TABLE)
    if table is not None and not isinstance(table, dict):
        raise ConfigError(f"[tool.{TABLE}] must be a table, not {kind(table)}")
    return table


def _inside(root: Path, config: Config) -> Config:
    """A configuration whose baseline lies in the project. Raises ConfigError."""
    try:
        is_inside = Path(disk.real(root / config.baseline)).is_relative_to(disk.real(root))
    except (ValueError, RuntimeError, OSError):  # a null byte, or a link in a circle
        raise ConfigError(f"`baseline` is not a path: {config.baseline!r}") from None
    if not is_inside:
        raise ConfigError(f"`baseline` leads out of the project: {config.baseline}")
    return config
