"""Which rules run: every rule there is, found by its file, and the selectors that choose among them."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from async_db_lint import rules
from async_db_lint.config import Config
from async_db_lint.rule import Rule, Severity
from async_db_lint.settings_keys import ConfigError, nearest


@cache
def all_rules() -> tuple[type[Rule], ...]:
    """Every rule, by code: one for each module in the folders of `rules`. Nothing is registered by hand."""
    found: list[type[Rule]] = []
    for module_info in pkgutil.walk_packages(rules.__path__, f"{rules.__name__}."):
        if not module_info.ispkg:
            module = importlib.import_module(module_info.name)
            found += [
                item
                for item in vars(module).values()
                if isinstance(item, type) and issubclass(item, Rule) and item.__module__ == module.__name__
            ]
    return tuple(sorted(found, key=lambda rule: rule.code))


def find(name: str) -> type[Rule] | None:
    """A rule by its code or name."""
    return next((rule for rule in all_rules() if name in (rule.code, rule.name)), None)


def selected(config: Config) -> tuple[type[Rule], ...]:
    """The rules that a configuration selects. Raises ConfigError for a selector that selects nothing."""
    levels = severities(config)
    chosen = matching(config.select, levels) if config.select else default(levels)
    chosen |= matching(config.extend_select, levels)
    chosen -= matching(config.ignore, levels)
    for _, codes in config.per_file_ignores:
        matching(codes, levels)  # an unknown rule is an error there too
    return tuple(rule for rule in all_rules() if rule in chosen)


def severities(config: Config) -> Mapping[str, Severity]:
    """The severity of each rule by its code: its own, or the configured one. Raises ConfigError.

    Of several configured ones that name a rule, the longest counts: `ADB602` before `ADB6`.
    """
    found = {rule.code: rule.severity for rule in all_rules()}
    for selector, level in sorted(config.severity, key=lambda item: len(item[0])):
        for rule in matching([selector], found):
            found[rule.code] = Severity[level.upper()]
    return found


def default(levels: Mapping[str, Severity]) -> set[type[Rule]]:
    """Errors and warnings."""
    return {rule for rule in all_rules() if levels[rule.code] > Severity.ADVICE}


def matching(selectors: Iterable[str], levels: Mapping[str, Severity]) -> set[type[Rule]]:
    """The rules that selectors name: a code, the beginning of one, a name, `ADVICE` or `ALL`. Raises ConfigError."""
    found: set[type[Rule]] = set()
    for selector in selectors:
        rules_named = _matching(selector, levels)
        if not rules_named:
            known = [name for rule in all_rules() for name in (rule.code, rule.name)]
            raise ConfigError(f"unknown rule `{selector}`{nearest(selector, [*known, 'ALL', 'ADVICE'])}")
        found.update(rules_named)
    return found


def _matching(selector: str, levels: Mapping[str, Severity]) -> Sequence[type[Rule]]:
    if selector == "ALL":
        return all_rules()
    if selector == "ADVICE":
        return [rule for rule in all_rules() if levels[rule.code] is Severity.ADVICE]
    if selector.startswith("ADB"):
        return [rule for rule in all_rules() if rule.code.startswith(selector)]
    return [rule for rule in all_rules() if rule.name == selector]
