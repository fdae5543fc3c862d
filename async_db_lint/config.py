"""The configuration: `[tool.async-db-lint]` in pyproject.toml, turned into a frozen value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from async_db_lint.source import Role

TABLE = "async-db-lint"


class ConfigError(Exception):
    """A configuration that cannot be used; the message names the key and the nearest valid name."""


@dataclass(frozen=True, slots=True)
class Config:
    """What the user chose: rules by selector, files by pattern, versions, roles."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    exclude: tuple[str, ...] = ()
    target_versions: tuple[tuple[str, str], ...] = ()
    roles: Mapping[Role, tuple[str, ...]] = field(default_factory=dict)


def load(root: Path) -> Config:
    """The configuration of a project. Raises ConfigError where a key or value is not valid."""
    path = root / "pyproject.toml"
    try:
        data = path.read_bytes()
    except OSError:
        return Config()
    if TABLE.encode() not in data:
        return Config()
    import tomllib

    try:
        document = tomllib.loads(data.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"pyproject.toml cannot be read: {error}") from None
    table = document.get("tool", {}).get(TABLE, {})
    if not isinstance(table, dict):
        raise ConfigError(f"[tool.{TABLE}] must be a table, not {_kind(table)}")
    return from_table(table)


def from_table(table: Mapping[str, Any]) -> Config:
    """The configuration that a table holds. Raises ConfigError."""
    values: dict[str, Any] = {}
    roles: dict[Role, tuple[str, ...]] = {}
    for key, value in table.items():
        if key in ROLE_KEYS:
            roles[ROLE_KEYS[key]] = _strings(key, value)
        elif key in KEYS:
            values[key.replace("-", "_")] = KEYS[key](key, value)
        else:
            raise ConfigError(f"unknown key `{key}` in [tool.{TABLE}]{nearest(key, [*KEYS, *ROLE_KEYS])}")
    return Config(**values, roles=roles)


def _strings(key: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ConfigError(f"`{key}` in [tool.{TABLE}] must be a list of strings, not {_kind(value)}")
    return tuple(value)


def _ignores(key: str, value: object) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if not isinstance(value, dict):
        raise ConfigError(f"`{key}` in [tool.{TABLE}] must be a table of patterns and lists, not {_kind(value)}")
    return tuple((pattern, _strings(f"{key}.{pattern}", codes)) for pattern, codes in value.items())


def _versions(key: str, value: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
        raise ConfigError(f"`{key}` in [tool.{TABLE}] must be a table of libraries and versions, not {_kind(value)}")
    for name in value:
        if name not in LIBRARIES:
            raise ConfigError(f"unknown library `{name}` in `{key}`{nearest(name, LIBRARIES)}")
    return tuple(value.items())


def _kind(value: object) -> str:
    return {dict: "a table", list: "a list", str: "a string", bool: "a boolean", int: "a number"}.get(
        type(value), type(value).__name__
    )


LIBRARIES = ["sqlalchemy", "fastapi", "asyncpg"]
KEYS: dict[str, Callable[[str, object], Any]] = {
    "select": _strings,
    "ignore": _strings,
    "extend-select": _strings,
    "per-file-ignores": _ignores,
    "exclude": _strings,
    "target-versions": _versions,
}
ROLE_KEYS = {
    "application-files": Role.APPLICATION,
    "test-files": Role.TEST,
    "migration-files": Role.MIGRATION,
    "script-files": Role.SCRIPT,
}


def nearest(name: str, known: list[str]) -> str:
    """A hint at the valid name that was probably meant, or nothing."""
    from difflib import get_close_matches

    close = get_close_matches(name, known, 1, 0.6)
    return f"; did you mean `{close[0]}`?" if close else ""
