"""What a rule is, and what it gives: suspects from the map, confirmed by the eye into findings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from async_db_lint.fix import Fix, Safety
from async_db_lint.index.expressions import Await, Call, Span
from async_db_lint.index.scopes import Statement
from async_db_lint.source import Source

if TYPE_CHECKING:
    import libcst as cst

    from async_db_lint.eye import Eye
    from async_db_lint.fix import Change
    from async_db_lint.project.kinds import Step
    from async_db_lint.project.project import Project


class Severity(IntEnum):
    """How bad it is: advice is about architecture, warnings go wrong in production, errors fail or lose data."""

    ADVICE = 1
    WARNING = 2
    ERROR = 3

    @property
    def label(self) -> str:
        """The name as printed."""
        return self.name.lower()


class Related(NamedTuple):
    """A place that explains a finding, and what happens there."""

    path: str
    span: Span
    message: str


class Unit(NamedTuple):
    """The statement in which LibCST reads a suspect: its place, and the keyword that says how it is read."""

    span: Span
    keyword: str

    @staticmethod
    def of(statement: Statement) -> Unit:
        """A statement of the index as a unit."""
        return Unit(statement.span, statement.keyword)


class Suspect(NamedTuple):
    """Code that the project's facts make suspect: where it stands, and what would be said of it.

    `shape` names the LibCST class of the node that must stand at `span`; `unit` is what LibCST reads.
    `same_as` holds other places at which another rule may report this defect; `detail` and `facts` what the
    rule itself wants to know again when it confirms and mends.
    """

    path: str
    span: Span
    unit: Unit | None
    shape: str
    message: str
    related: tuple[Related, ...] = ()
    same_as: tuple[tuple[str, Span], ...] = ()
    detail: str = ""
    facts: Any = None


class Report(NamedTuple):
    """What `confirm` found: the node to point at, and a message that says more than the suspect's."""

    node: cst.CSTNode
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Location:
    """A range as it is printed: lines and columns from 1, columns in characters, the end exclusive."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int

    @staticmethod
    def of(source: Source, span: Span) -> Location:
        """A span of a file as it is printed."""
        return Location(
            source.path,
            span.line,
            source.character(span.line, span.column) + 1,
            span.end_line,
            source.character(span.end_line, span.end_column) + 1,
        )


@dataclass(frozen=True, slots=True)
class Note:
    """A related place of a finding."""

    location: Location
    message: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong."""

    code: str
    name: str
    severity: Severity
    location: Location
    message: str
    related: tuple[Note, ...] = ()
    same_as: tuple[tuple[str, Span], ...] = field(default=(), repr=False)
    origin: tuple[str, Span] | None = field(default=None, repr=False)
    is_confirmed: bool = True
    fix: Fix | None = field(default=None, repr=False)


class Rule:
    """One mistake: its documentation is the docstring, its facts come from the project.

    `yields_to` names the codes that are reported instead where they describe the same defect; `fix` says of what
    kind the fixes are that `mend` offers.
    """

    code: ClassVar[str]
    name: ClassVar[str]
    severity: ClassVar[Severity]
    guide: ClassVar[str] = ""
    yields_to: ClassVar[tuple[str, ...]] = ()
    fix: ClassVar[Safety | None] = None

    def suspects(self, project: Project) -> Iterable[Suspect]:
        """The places that the project's facts make suspect."""
        raise NotImplementedError

    def confirm(self, node: cst.CSTNode, suspect: Suspect) -> Report | None:
        """What is reported, from the LibCST node that stands at the suspect's place; None when it is nothing."""
        return Report(node)

    def mend(self, node: cst.CSTNode, suspect: Suspect, eye: Eye) -> Change | None:
        """What would mend it, for the node that stands at the suspect's place; None when nothing certain is known."""
        return None

    @classmethod
    def title(cls) -> str:
        """The first sentence of the documentation."""
        return (cls.__doc__ or "").strip().partition("\n")[0]


def at_call(
    call: Call,
    message: str,
    related: Iterable[Related] = (),
    same_as: Sequence[Call] = (),
    detail: str = "",
    facts: Any = None,
) -> Suspect:
    """A suspect call."""
    path = call.block.scope.module.path
    places = tuple((other.block.scope.module.path, other.span) for other in same_as)
    return Suspect(path, call.span, Unit.of(call.statement), "Call", message, tuple(related), places, detail, facts)


def at_await(item: Await, message: str, related: Iterable[Related] = (), same_as: Sequence[Call] = ()) -> Suspect:
    """A suspect `await`."""
    path = item.block.scope.module.path
    places = tuple((other.block.scope.module.path, other.span) for other in same_as)
    return Suspect(path, item.span, Unit.of(item.statement), "Await", message, tuple(related), places)


def along(chain: Iterable[Step], message: str = "`{}` is bound here") -> Iterator[Related]:
    """The steps through which a value came, as related places."""
    for step in chain:
        text = "injected here" if step.text == "Depends" else message.format(step.text)
        yield Related(step.path, step.span, text)


def calls_as_related(calls: Iterable[Call], message: str = "called from here") -> Iterator[Related]:
    """Calls on the way to a place, as related places."""
    for call in calls:
        yield Related(call.block.scope.module.path, call.span, message)


CODE = re.compile(r"ADB\d{3}")
