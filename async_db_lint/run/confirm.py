"""From suspects to findings: LibCST reads the code at each place, decides what it is, and what is shown."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from async_db_lint.fixes.render import rendered
from async_db_lint.index.expressions import Span
from async_db_lint.index.scopes import Statement
from async_db_lint.read.sources import Sources
from async_db_lint.rule import cst
from async_db_lint.rule.change import Fix
from async_db_lint.rule.cst_units import HEADERS, Unit, read_expression, read_statement
from async_db_lint.rule.finding import Finding, Location, Note
from async_db_lint.rule.rule import Rule
from async_db_lint.rule.suspect import Shape, Suspect
from async_db_lint.rule.syntax import Syntax
from async_db_lint.run.ask_rules import Suspected
from async_db_lint.run.faults import Fault, fault
from async_db_lint.run.selection import Selection


@dataclass(frozen=True, slots=True)
class Seen:
    """A LibCST node at a suspect's place, and the unit that holds it."""

    node: cst.CSTNode
    unit: Unit


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What LibCST made of a rule's suspects."""

    findings: tuple[Finding, ...]
    faults: tuple[Fault, ...]


class Confirmation:
    """Confirms the suspects in the files that are reported on."""

    def __init__(self, sources: Sources, selection: Selection, wanted: Collection[str]) -> None:
        """Take the files, the selected rules with their severities, and the paths to report on."""
        self.sources = sources
        self.selection = selection
        self.wanted = wanted
        self._units: dict[tuple[str, Span], Unit | None] = {}

    def confirmed(self, suspected: Suspected) -> Confirmed:
        """The findings of one rule; a suspect on which the rule fails does not stop the others."""
        rule = suspected.rule()
        findings: list[Finding] = []
        faults: list[Fault] = []
        for suspect in self.reported(suspected):
            try:
                seen = self.see(suspect)
                finding = self._finding(rule, suspect, seen)
                if finding is None:
                    continue
                findings.append(finding)
                if seen is not None and suspect.fix is not None:
                    findings[-1] = replace(finding, fix=self._fix(suspect, seen))
            except Exception as error:  # noqa: BLE001  # any failure of a rule is reported as the tool's own
                faults.append(fault(rule, error, suspect))
        return Confirmed(tuple(findings), tuple(faults))

    def see(self, suspect: Suspect[Any]) -> Seen | None:
        """The LibCST node of the suspect's class at its place; None when LibCST does not see one there."""
        if suspect.shape is None:
            return None
        found = None
        if suspect.statement is not None:
            found = _in_unit(self._unit(suspect.path, suspect.statement), suspect, suspect.shape)
        if found is None and suspect.shape.node not in HEADERS:
            found = _in_unit(read_expression(self.sources(suspect.path), suspect.span), suspect, suspect.shape)
        return found

    def _unit(self, path: str, statement: Statement) -> Unit | None:
        """A statement as LibCST reads it, once for all findings in it."""
        key = (path, statement.span)
        if key not in self._units:
            self._units[key] = read_statement(self.sources(path), statement)
        return self._units[key]

    def reported(self, suspected: Suspected) -> list[Suspect[Any]]:
        """The suspects whose place, or a related one, is reported on, and where the rule is not left out."""
        return [
            item
            for item in suspected.suspects
            if self._is_wanted(item) and not self.selection.leaves_out(suspected.rule, item.path)
        ]

    def _is_wanted(self, suspect: Suspect[Any]) -> bool:
        return suspect.path in self.wanted or any(item.path in self.wanted for item in suspect.related)

    def _finding(self, rule: Rule, suspect: Suspect[Any], seen: Seen | None) -> Finding | None:
        """The finding at what LibCST points to; None when it sees something else than was suspected.

        When LibCST cannot read the code, the finding is placed where the index has it.
        """
        if suspect.shape is None:
            return self.unconfirmed(rule, suspect)
        if seen is None:
            return replace(self.unconfirmed(rule, suspect), is_confirmed=False)
        pointed = suspect.at(seen.node) if suspect.shape.fits(seen.node) else None
        if pointed is None:
            return None
        found = seen.unit.range_of(pointed)
        finding = self.unconfirmed(rule, suspect)
        if found is None:
            return finding
        return replace(finding, location=Location(suspect.path, found[0], found[1] + 1, found[2], found[3] + 1))

    def unconfirmed(self, rule: Rule, suspect: Suspect[Any]) -> Finding:
        """The finding as the index has it."""
        notes = tuple(Note(Location.of(self.sources(item.path), item.span), item.message) for item in suspect.related)
        return Finding(
            rule.code,
            rule.name,
            self.selection.at(suspect.path).levels[rule.code],
            Location.of(self.sources(suspect.path), suspect.span),
            suspect.message,
            notes,
            suspect.same_as,
            (suspect.path, suspect.span),
        )

    def _fix(self, suspect: Suspect[Any], seen: Seen) -> Fix | None:
        assert suspect.fix is not None
        syntax = Syntax(self.sources, seen.unit)
        change = suspect.fix(seen.node, syntax)
        return None if change is None else rendered(change, syntax.units)


def _in_unit(unit: Unit | None, suspect: Suspect[Any], shape: Shape) -> Seen | None:
    if unit is None:
        return None
    node = unit.find(suspect.span, shape.node)
    return None if node is None else Seen(node, unit)
