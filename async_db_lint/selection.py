"""Which rules run: every rule there is, found by its file, and the selectors that choose among them."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Sequence
from functools import cache

from async_db_lint import rules
from async_db_lint.config import Config, ConfigError, nearest
from async_db_lint.rule import Rule, Severity


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
    chosen = matching(config.select) if config.select else default()
    chosen |= matching(config.extend_select)
    chosen -= matching(config.ignore)
    return tuple(rule for rule in all_rules() if rule in chosen)


def default() -> set[type[Rule]]:
    """Errors and warnings."""
    return {rule for rule in all_rules() if rule.severity > Severity.ADVICE}


def matching(selectors: Iterable[str]) -> set[type[Rule]]:
    """The rules that selectors name: a code, the beginning of one, a name, `ADVICE` or `ALL`."""
    found: set[type[Rule]] = set()
    for selector in selectors:
        rules_named = _matching(selector)
        if not rules_named:
            known = [name for rule in all_rules() for name in (rule.code, rule.name)]
            raise ConfigError(f"unknown rule `{selector}`{nearest(selector, [*known, 'ALL', 'ADVICE'])}")
        found.update(rules_named)
    return found


def _matching(selector: str) -> Sequence[type[Rule]]:
    if selector == "ALL":
        return all_rules()
    if selector == "ADVICE":
        return [rule for rule in all_rules() if rule.severity is Severity.ADVICE]
    if selector.startswith("ADB"):
        return [rule for rule in all_rules() if rule.code.startswith(selector)]
    return [rule for rule in all_rules() if rule.name == selector]
