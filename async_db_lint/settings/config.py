"""The configuration: what `[tool.async-db-lint]` says, as a frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from async_db_lint.read.source import Role
from async_db_lint.settings.keys import KEYS, TABLE, ConfigError, nearest


@dataclass(frozen=True, slots=True)
class Config:
    """What the user chose: rules by selector, files by pattern, versions, roles, and what some names mean.

    `source` is the file that says so. `nested` are the configurations of folders below the root, the innermost first;
    they are looked for where `has_nested` is true. `said` names what the command line says, which holds everywhere,
    as do the rules that a host adds and removes.
    """

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
    source: str = ""
    nested: tuple[tuple[str, Config], ...] = ()
    has_nested: bool = True
    said: frozenset[str] = frozenset()
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    def with_nested(self, nested: Mapping[str, Config]) -> Config:
        """This configuration, with those of folders below: their patterns count there, as do their rules."""
        found = self
        for folder, config in nested.items():
            ignores = ((f"{folder}/{pattern}", codes) for pattern, codes in config.per_file_ignores)
            roles = {
                role: (*self.roles.get(role, ()), *(f"{folder}/{pattern}" for pattern in patterns))
                for role, patterns in config.roles.items()
            }
            found = replace(
                found,
                per_file_ignores=(*found.per_file_ignores, *ignores),
                exclude=(*found.exclude, *(f"{folder}/{pattern}" for pattern in config.exclude)),
                roles={**found.roles, **roles},
            )
        return replace(found, nested=tuple(sorted(nested.items(), key=lambda item: -len(item[0]))))


def chosen_by(outer: Config, inner: Config) -> Config:
    """The configuration of a folder, with what the command line says to the project."""
    return replace(inner, **{name: getattr(outer, name) for name in (*outer.said, "added", "removed")})


def from_table(table: Mapping[str, Any]) -> Config:
    """The configuration that a table holds. Raises ConfigError."""
    values: dict[str, Any] = {}
    roles: dict[Role, tuple[str, ...]] = {}
    for key, value in table.items():
        if key not in KEYS:
            raise ConfigError(f"unknown key `{key}` in [tool.{TABLE}]{nearest(key, KEYS)}")
        found = KEYS[key].read(key, value)
        if key == "extend":
            continue  # has been followed
        if key in ROLES:
            roles[ROLES[key]] = found
        else:
            values[key.replace("-", "_")] = found
    return Config(**values, roles=roles)


ROLES = {f"{role.value}-files": role for role in Role}
