"""The effective settings: the configuration, the rules, and what the project's files say."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.report.terminal import escaped
from async_db_lint.run.examine import Target
from async_db_lint.run.read_and_index import Files, versions
from async_db_lint.run.selection import Selection, all_rules
from async_db_lint.settings.config import Config
from async_db_lint.settings.keys import KEYS, LIBRARIES
from async_db_lint.settings.load import load_nested


def settings(target: Target, files: Files, wanted: int) -> Iterator[str]:
    """The lines to print; `wanted` counts the files to report on. Raises ConfigError for an unknown rule."""
    root, config = target.root, target.config
    yield f"root: {escaped(str(root))}"
    yield f"configuration: {escaped(config.source) or 'none'}"
    for folder in load_nested(files.settings, root) if config.has_nested else ():
        yield f"configuration of {escaped(folder)}: {escaped(str(root / folder / 'pyproject.toml'))}"
    yield f"Python files: {len(files.tree.files)}, of which {wanted} to report on"
    yield ""
    for name in KEYS:
        yield f"{name}: {_shown(_value(config, name))}"
    yield ""
    selection = Selection.of(config)
    for rule in all_rules():
        is_on = "on" if rule in selection.rules else "off"
        yield f"{is_on:3} {selection.levels[rule.code].label:8} {rule.code} {rule.name}"
    yield ""
    known = versions(files, config)
    for library in LIBRARIES:
        yield f"{library}: {known.of(library)}"


def _value(config: Config, name: str) -> object:
    role = next((role for role in config.roles if name == f"{role.value}-files"), None)
    if role is not None:
        return config.roles[role]
    return getattr(config, name.replace("-", "_"), ())


def _shown(value: object) -> str:
    if not value:
        return "-"
    if isinstance(value, tuple):
        return ", ".join(
            f"{item[0]} = {_shown(item[1])}" if isinstance(item, tuple) else escaped(item) for item in value
        )
    return escaped(str(value))
