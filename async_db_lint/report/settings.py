"""What is in force: the configuration, the rules, and what the project's files say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from async_db_lint import selection
from async_db_lint.config import Config, load
from async_db_lint.reading import Files, versions
from async_db_lint.report.terminal import escaped
from async_db_lint.settings_keys import KEYS, LIBRARIES


def settings(root: Path, config: Config, files: Files, wanted: set[str], is_isolated: bool) -> Iterator[str]:
    """The lines to print. Raises ConfigError for an unknown rule."""
    yield f"root: {escaped(str(root))}"
    is_configured = not is_isolated and load(root) != Config()
    yield f"configuration: {escaped(str(root / 'pyproject.toml')) if is_configured else 'none'}"
    yield f"Python files: {len(files.tree.files)}, of which {len(wanted)} to report on"
    yield ""
    for name in KEYS:
        yield f"{name}: {_shown(_value(config, name))}"
    yield ""
    chosen = selection.selected(config)
    levels = selection.severities(config)
    for rule in selection.all_rules():
        yield f"{'on' if rule in chosen else 'off':3} {levels[rule.code].label:8} {rule.code} {rule.name}"
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
