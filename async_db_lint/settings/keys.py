"""The keys of `[tool.async-db-lint]`: how each is read, what it means, and its JSON schema."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

TABLE = "async-db-lint"
LIBRARIES = ("sqlalchemy", "fastapi", "asyncpg")
NUMBERS = r"\d{1,9}(?:\.\d{1,9})*(?:\.\*)?"
VERSION = re.compile(rf"\s*(?:[<>=!~^]=?=?\s*)?{NUMBERS}\s*(?:,\s*[<>=!~^]=?=?\s*{NUMBERS}\s*)*")
LEVELS = ("error", "warning", "advice")


class ConfigError(Exception):
    """A configuration that cannot be used; the message names the key and the nearest valid name."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key: what it means, how its value is read, and the JSON schema of the value."""

    description: str
    read: Callable[[str, object], Any]
    schema: Mapping[str, Any]


def strings(key: str, value: object) -> tuple[str, ...]:
    """A list of strings. Raises ConfigError."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ConfigError(f"`{key}` in [tool.{TABLE}] must be a list of strings, not {kind(value)}")
    return tuple(value)


def lists(key: str, value: object) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """A table of lists of strings. Raises ConfigError."""
    if not isinstance(value, dict):
        raise ConfigError(f"`{key}` in [tool.{TABLE}] must be a table of patterns and lists, not {kind(value)}")
    return tuple((pattern, strings(f"{key}.{pattern}", codes)) for pattern, codes in value.items())


def versions(key: str, value: object) -> tuple[tuple[str, str], ...]:
    """A table of libraries and versions. Raises ConfigError."""
    if not isinstance(value, dict):
        raise ConfigError(f"`{key}` in [tool.{TABLE}] must be a table of libraries and versions, not {kind(value)}")
    for name, version in value.items():
        if name not in LIBRARIES:
            raise ConfigError(f"unknown library `{name}` in `{key}`{nearest(name, LIBRARIES)}")
        if not isinstance(version, str) or not VERSION.fullmatch(version):
            raise ConfigError(
                f'`{key}.{name}` must be a version in quotes such as "2.1" or ">=2.0,<2.1", not {version!r}'
            )
    return tuple(value.items())


def severities(key: str, value: object) -> tuple[tuple[str, str], ...]:
    """A table of rules and severities. Raises ConfigError."""
    if not isinstance(value, dict):
        raise ConfigError(f"`{key}` in [tool.{TABLE}] must be a table of rules and severities, not {kind(value)}")
    for name, level in value.items():
        if level not in LEVELS:
            raise ConfigError(f"`{key}.{name}` must be one of {', '.join(LEVELS)}, not `{level}`")
    return tuple(value.items())


def text(key: str, value: object) -> str:
    """A string. Raises ConfigError."""
    if not isinstance(value, str):
        raise ConfigError(f"`{key}` in [tool.{TABLE}] must be a string, not {kind(value)}")
    return value


def kind(value: object) -> str:
    """What TOML calls a value."""
    return {dict: "a table", list: "a list", str: "a string", bool: "a boolean", int: "a number"}.get(
        type(value), type(value).__name__
    )


def nearest(name: str, known: Any) -> str:
    """A hint at the valid name that was probably meant, or nothing."""
    from difflib import SequenceMatcher, get_close_matches

    def likeness(item: str) -> tuple[float, int]:
        alike = sum(one == other for one, other in zip(item, name, strict=False))
        return SequenceMatcher(None, item, name).ratio(), alike

    as_digits = name.replace("O", "0")  # the two are often taken for each other in a code
    if as_digits in known:
        return f"; did you mean `{as_digits}`?"
    close = get_close_matches(name, list(known), 5, 0.6)
    return f"; did you mean `{max(close, key=likeness)}`?" if close else ""


LIST = {"type": "array", "items": {"type": "string"}}


def _list(description: str) -> Key:
    return Key(description, strings, LIST)


KEYS: dict[str, Key] = {
    "extend": Key(
        "A file whose configuration holds where this one says nothing; its path is from this file.",
        text, {"type": "string"}
    ),
    "select": _list("The rules to run: codes, their beginnings, names, ADVICE or ALL. Default: errors and warnings."),
    "extend-select": _list("Rules to run in addition to the selected ones."),
    "ignore": _list("Rules not to run."),
    "per-file-ignores": Key(
        "Rules not to run in files that match a pattern.", lists, {"type": "object", "additionalProperties": LIST}
    ),
    "severity": Key(
        "The severity of rules, by code, beginning of a code or name; what is advice is not selected by default.",
        severities,
        {"type": "object", "additionalProperties": {"enum": list(LEVELS)}},
    ),
    "exclude": _list("Patterns of files and folders that are neither read nor reported, also when a hook names them."),
    "baseline": Key("A file of known findings that are not reported again.", text, {"type": "string"}),
    "target-versions": Key(
        "The versions of libraries that the project is for. Default: what its own files say.",
        versions,
        {"type": "object", "properties": {name: {"type": "string"} for name in LIBRARIES},
         "additionalProperties": False},
    ),
    "injection-markers": _list(
        "Names that wrap an injected type, as dishka's `FromDishka[AsyncSession]` does."
    ),
    "session-dependencies": _list(
        "Names of annotations, dependencies or providers by which an injection framework gives an async session."
    ),
    "safe-decorators": _list("Names of decorators that leave a function what it is."),
    "application-files": _list("Patterns of files that belong to the application."),
    "test-files": _list("Patterns of files that belong to the tests."),
    "migration-files": _list("Patterns of files that belong to the migrations."),
    "script-files": _list("Patterns of files that are scripts."),
}  # fmt: skip


def schema() -> dict[str, Any]:
    """The JSON schema of `[tool.async-db-lint]`."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "async-db-lint",
        "description": "The configuration of async-db-lint: the table [tool.async-db-lint] of pyproject.toml.",
        "type": "object",
        "additionalProperties": False,
        "properties": {name: {"description": key.description, **key.schema} for name, key in KEYS.items()},
    }
