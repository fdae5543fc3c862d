"""What each rule suspects in a project; a rule that fails costs nobody else's suspects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from async_db_lint.project.project import Project
from async_db_lint.rule.rule import Rule
from async_db_lint.rule.suspect import Suspect
from async_db_lint.run.faults import Fault, fault
from async_db_lint.run.read_and_index import Progress, without_collection
from async_db_lint.run.stopwatch import Stopwatch

MOST_LEFT_OUT = 10  # files that are left out one by one for a rule that fails


@dataclass(frozen=True, slots=True)
class Suspected:
    """A rule and its suspects, up to where it failed."""

    rule: type[Rule]
    suspects: tuple[Suspect[Any], ...]
    fault: Fault | None = None


def suspected(
    project: Project, rules: Sequence[type[Rule]], watch: Stopwatch, progress: Progress
) -> tuple[Suspected, ...]:
    """The suspects of each rule."""
    found: list[Suspected] = []
    with without_collection():
        for done, rule in enumerate(rules):
            progress("checking", done, len(rules))
            with watch.timed(rule.code):
                found.append(_of_rule(rule, project))
    return tuple(found)


def _of_rule(rule: type[Rule], project: Project) -> Suspected:
    found: list[Suspect[Any]] = []
    made = rule()
    try:
        found.extend(made.suspects(project))
    except Exception as error:  # noqa: BLE001  # any failure of a rule is reported as the tool's own
        return Suspected(rule, tuple(found), fault(made, error, None))
    return Suspected(rule, tuple(found))


def retried(item: Suspected, linked: Callable[[frozenset[str]], Project]) -> Suspected:
    """The suspects of a rule that failed, in the project without the files at which it does.

    Takes what gives the project without some files. What the rule says of the others is kept, and so is its failure.
    """
    left_out: frozenset[str] = frozenset()
    again = item
    while again.fault is not None and again.fault.path not in ("", *left_out) and len(left_out) < MOST_LEFT_OUT:
        left_out |= {again.fault.path}
        again = _of_rule(item.rule, linked(left_out))
    return replace(again, fault=item.fault)
