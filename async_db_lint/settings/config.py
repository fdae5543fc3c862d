"""The configuration: `[tool.async-db-lint]` in pyproject.toml, turned into a frozen value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from async_db_lint.read import regular_file
from async_db_lint.read.source import Role
from async_db_lint.settings.keys import KEYS, TABLE, ConfigError, kind, nearest

TABLE_LIKE = re.compile(rb"async[-_.]?db[-_.]?lint(?:er)?", re.IGNORECASE)
MOST_BYTES = 16 * 1024 * 1024  # of a pyproject.toml


@dataclass(frozen=True, slots=True)
class Config:
    """What the user chose: rules by selector, files by pattern, versions, roles, and what some names mean."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    severity: tuple[tuple[str, str], ...] = ()
    exclude: tuple[str, ...] = ()
    baseline: str = ""
    target_versions: tuple[tuple[str, str], ...] = ()
    injection_markers: tuple[str, ...] = ()
    session_dependencies: tuple[str, ...] = ()
    safe_decorators: tuple[str, ...] = ()
    roles: Mapping[Role, tuple[str, ...]] = field(default_factory=dict)


def load(root: Path) -> Config:
    """The configuration of a project. Raises ConfigError where a key or value is not valid."""
    path = root / "pyproject.toml"
    data = regular_file.read(path, MOST_BYTES)
    if data is None and path.is_file():
        raise ConfigError("pyproject.toml cannot be read: it cannot be opened")
    if data is None or not TABLE_LIKE.search(data):
        return Config()
    import tomllib

    try:
        document = tomllib.loads(data.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"pyproject.toml cannot be read: {error}") from None
    except RecursionError:
        raise ConfigError("pyproject.toml cannot be read: it is nested too deeply") from None
    except ValueError:  # of `int`
        raise ConfigError("pyproject.toml cannot be read: a number has too many digits") from None
    tools = document.get("tool", {})
    tools = tools if isinstance(tools, dict) else {}
    for name in tools:
        if name != TABLE and TABLE_LIKE.fullmatch(name.encode()):
            raise ConfigError(f"[tool.{name}] is not read: the table is called [tool.{TABLE}]")
    table = tools.get(TABLE, {})
    if not isinstance(table, dict):
        raise ConfigError(f"[tool.{TABLE}] must be a table, not {kind(table)}")
    found = from_table(table)
    try:
        is_inside = (root / found.baseline).resolve().is_relative_to(root.resolve())
    except (ValueError, RuntimeError, OSError):  # a null byte, or a link in a circle
        raise ConfigError(f"`baseline` is not a path: {found.baseline!r}") from None
    if not is_inside:
        raise ConfigError(f"`baseline` leads out of the project: {found.baseline}")
    return found


def from_table(table: Mapping[str, Any]) -> Config:
    """The configuration that a table holds. Raises ConfigError."""
    values: dict[str, Any] = {}
    roles: dict[Role, tuple[str, ...]] = {}
    for key, value in table.items():
        if key not in KEYS:
            raise ConfigError(f"unknown key `{key}` in [tool.{TABLE}]{nearest(key, KEYS)}")
        found = KEYS[key].read(key, value)
        if key in ROLES:
            roles[ROLES[key]] = found
        else:
            values[key.replace("-", "_")] = found
    return Config(**values, roles=roles)


ROLES = {f"{role.value}-files": role for role in Role}
