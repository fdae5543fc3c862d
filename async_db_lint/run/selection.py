"""Which rules run, at which severity: every rule there is, found by its file, and the selectors that choose."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache

from async_db_lint import rules
from async_db_lint.rule.finding import Severity
from async_db_lint.rule.rule import About, Rule
from async_db_lint.settings.config import Config
from async_db_lint.settings.keys import ConfigError, nearest

Levels = Mapping[str, Severity]


@dataclass(frozen=True, slots=True)
class Selection:
    """What a configuration chooses: the rules to run, the severity of every rule, and what some files leave out.

    `nested` are the selections of folders, the innermost first.
    """

    rules: tuple[type[Rule], ...]
    levels: Levels
    left_out: tuple[tuple[str, tuple[str, ...]], ...] = ()
    nested: tuple[tuple[str, Selection], ...] = ()

    @staticmethod
    def of(config: Config) -> Selection:
        """The selection of a configuration. Raises ConfigError for a selector that selects nothing."""
        levels = severities(config)
        chosen = matching(config.select, levels) if config.select else default(levels)
        chosen |= matching((*config.extend_select, *config.added), levels)
        chosen -= matching((*config.ignore, *config.removed), levels)
        for _, codes in config.per_file_ignores:
            matching(codes, levels)  # an unknown rule is an error there too
        nested = tuple((folder, Selection.of(inner)) for folder, inner in config.nested)
        return Selection(tuple(rule for rule in all_rules() if rule in chosen), levels, config.per_file_ignores, nested)

    def at(self, path: str) -> Selection:
        """The selection that holds for a path: that of the innermost folder that has one."""
        return next((inner for folder, inner in self.nested if path.startswith(f"{folder}/")), self)

    @property
    def anywhere(self) -> tuple[type[Rule], ...]:
        """The rules to run for some path."""
        chosen = {rule for one in (self, *(inner for _, inner in self.nested)) for rule in one.rules}
        return tuple(rule for rule in all_rules() if rule in chosen)

    @property
    def codes(self) -> frozenset[str]:
        """The codes of the rules to run."""
        return frozenset(rule.code for rule in self.anywhere)

    @property
    def unselected_advice(self) -> tuple[type[Rule], ...]:
        """The rules that would give advice and do not run."""
        advice = (rule for rule in all_rules() if self.levels[rule.code] is Severity.ADVICE)
        return tuple(rule for rule in advice if rule not in self.anywhere)

    def leaves_out(self, rule: type[Rule], path: str) -> bool:
        """Whether a rule is left out for a path that others may be asked about."""
        here = self.at(path)
        if rule in self.anywhere and rule not in here.rules:
            return True
        return any(
            fnmatch(path, pattern) and any(rule in _named(code, self.levels) for code in codes)
            for pattern, codes in self.left_out
        )


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


def canonical(written: str) -> str:
    """The code of a rule that is written by code or name; the text itself where there is no such rule."""
    rule = find(written)
    return written if rule is None else rule.code


def codes_about(*subjects: About) -> tuple[str, ...]:
    """The codes of the rules about code, about files or about comments."""
    return tuple(rule.code for rule in all_rules() if rule.about in subjects)


def severities(config: Config) -> Levels:
    """The severity of each rule by its code: its own, or the configured one. Raises ConfigError.

    Of several configured ones that name a rule, the longest counts: `ADB602` before `ADB6`.
    """
    found = {rule.code: rule.severity for rule in all_rules()}
    for selector, level in sorted(config.severity, key=lambda item: len(item[0])):
        for rule in matching([selector], found):
            found[rule.code] = Severity[level.upper()]
    return found


def default(levels: Levels) -> set[type[Rule]]:
    """The rules that give errors and warnings."""
    return {rule for rule in all_rules() if levels[rule.code] > Severity.ADVICE}


def matching(selectors: Iterable[str], levels: Levels) -> set[type[Rule]]:
    """The rules that selectors name: a code, the beginning of one, a name, `ADVICE` or `ALL`. Raises ConfigError."""
    found: set[type[Rule]] = set()
    for selector in selectors:
        named = _named(selector, levels)
        if not named:
            known = [name for rule in all_rules() for name in (rule.code, rule.name)]
            raise ConfigError(f"unknown rule `{selector}`{nearest(selector, [*known, 'ALL', 'ADVICE'])}")
        found.update(named)
    return found


def _named(selector: str, levels: Levels) -> Sequence[type[Rule]]:
    if selector == "ALL":
        return all_rules()
    if selector == "ADVICE":
        return [rule for rule in all_rules() if levels[rule.code] is Severity.ADVICE]
    if selector.startswith("ADB"):
        return [rule for rule in all_rules() if rule.code.startswith(selector)]
    return [rule for rule in all_rules() if rule.name == selector]
