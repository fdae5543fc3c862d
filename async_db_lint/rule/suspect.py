"""A suspect: code that the project's facts make suspicious, for LibCST to confirm."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Generic, NamedTuple, TypeVar, overload

from async_db_lint.index.expressions import Attribute, Await, Call, Sequence, Span
from async_db_lint.index.scopes import Binding, Block, BlockKind, Exit, Function, Read, Statement, TargetBinding
from async_db_lint.project.application.call_site import CallSite
from async_db_lint.project.loading.between import Moment
from async_db_lint.project.loading.stale import Stale
from async_db_lint.project.names.values import Step
from async_db_lint.rule import cst
from async_db_lint.rule.change import Change
from async_db_lint.rule.pointers import Pointer, header_item, name_of, returned, whole
from async_db_lint.rule.syntax import Syntax

Node = TypeVar("Node", bound="cst.CSTNode")
Fixer = Callable[[Node, Syntax], "Change | None"]
"""Makes the change of a confirmed node; None offers no fix."""
HEADERS = {BlockKind.WITH: "With", BlockKind.FOR: "For", BlockKind.ASYNC_FOR: "For"}


class Related(NamedTuple):
    """A place that explains a finding, and what happens there."""

    path: str
    span: Span
    message: str


class Shape(NamedTuple):
    """What LibCST must find at a suspect's place: a node of a class, and the last name of what is called or read."""

    node: str
    called: str | None = None

    def fits(self, node: cst.CSTNode) -> bool:
        """Whether a node of the class has this shape."""
        if self.called is None or not isinstance(node, (cst.Call, cst.Attribute)):
            return True
        named = node.func if isinstance(node, cst.Call) else node
        function = named.attr if isinstance(named, cst.Attribute) else named
        return isinstance(function, cst.Name) and function.value == self.called


@dataclass(frozen=True, slots=True)
class Suspect(Generic[Node]):
    """A place, what LibCST must find there, and what is reported then.

    LibCST reads `statement`; a suspect without a shape is about a file, and LibCST is not asked. `at` picks the part
    of the node to point at, `fix` makes the change that is offered. `same_as` holds the other places at which
    another rule may report the same defect.
    """

    path: str
    span: Span
    message: str
    shape: Shape | None = None
    statement: Statement | None = None
    at: Pointer[Node] = whole
    fix: Fixer[Node] | None = None
    related: tuple[Related, ...] = ()
    same_as: tuple[tuple[str, Span], ...] = ()

    def with_related(self, related: Iterable[Related]) -> Suspect[Node]:
        """This suspect, with places that explain it."""
        return replace(self, related=(*self.related, *related))

    def with_same_as(self, calls: Iterable[Call]) -> Suspect[Node]:
        """This suspect, with calls at which another rule may report the same defect."""
        return replace(self, same_as=(*self.same_as, *((call.path, call.span) for call in calls)))


Suspects = Iterator[Suspect[Any]]
"""What `Rule.suspects` yields, of any class of node."""


@overload
def suspect(
    place: Call | CallSite, message: str, at: Pointer[cst.Call] = whole, fix: Fixer[cst.Call] | None = None
) -> Suspect[cst.Call]: ...
@overload
def suspect(
    place: Await, message: str, at: Pointer[cst.Await] = whole, fix: Fixer[cst.Await] | None = None
) -> Suspect[cst.Await]: ...
@overload
def suspect(
    place: TargetBinding, message: str, at: Pointer[cst.Assign] = whole, fix: Fixer[cst.Assign] | None = None
) -> Suspect[cst.Assign]: ...
def suspect(
    place: Call | CallSite | Await | TargetBinding,
    message: str,
    at: Pointer[Any] = whole,
    fix: Fixer[Any] | None = None,
) -> Suspect[Any]:
    """A suspect call, `await` or assignment. `at` picks what to point at, `fix` takes the node and gives the change.

    Example: `yield suspect(call, "…", at=keyword("echo"), fix=without_echo)`.
    """
    if isinstance(place, TargetBinding):
        statement = place.statement
        return Suspect(place.block.scope.module.path, statement.span, message, Shape("Assign"), statement, at, fix)
    item = place.call if isinstance(place, CallSite) else place
    shape = Shape("Call", item.method) if isinstance(item, Call) else Shape("Await")
    return Suspect(item.path, item.span, message, shape, item.statement, at, fix)


def suspect_header(
    block: Block, message: str, fix: Fixer[cst.With | cst.For] | None = None
) -> Suspect[cst.With | cst.For]:
    """A suspect `with` or `for`, by the block that it opens; it points at what is entered or iterated.

    Example: `yield suspect_header(block, "…")`.
    """
    assert block.opener is not None
    path = block.scope.module.path
    return Suspect(path, block.opener.span, message, Shape(HEADERS[block.kind]), block.opener, header_item, fix)


def suspect_handler(block: Block, message: str) -> Suspect[Any]:
    """A suspect `except`, by the block that it opens; it points at the first of what is caught.

    Example: `yield suspect_handler(block, "…")`.
    """
    assert block.caught is not None
    head = block.heads[0]
    first = head.items[0] if isinstance(head, Sequence) and head.items else head
    shape = "Attribute" if isinstance(first, Attribute) else "Name"
    return Suspect(block.scope.module.path, block.caught, message, Shape(shape))


def suspect_function(
    function: Function,
    message: str,
    at: Pointer[cst.FunctionDef] = name_of,
    fix: Fixer[cst.FunctionDef] | None = None,
) -> Suspect[cst.FunctionDef]:
    """A suspect function; it points at the function's name, or at what `at` picks of its header.

    Example: `yield suspect_function(request.route, "…")`.
    """
    assert function.statement is not None
    statement = function.statement
    return Suspect(function.path, statement.span, message, Shape("FunctionDef"), statement, at, fix)


def suspect_statement(statement: Statement, message: str, fix: Fixer[Any] | None = None) -> Suspect[Any]:
    """A suspect simple statement: an assignment, a `return`, an import.

    Example: `yield suspect_statement(read.statement, "…")`.
    """
    path = statement.block.scope.module.path
    return Suspect(path, statement.span, message, Shape(statement.keyword), statement, fix=fix)


def suspect_assigned(item: TargetBinding, message: str) -> Suspect[Any]:
    """A suspect assignment to an attribute or an item, also one such as `doc.tags += […]`.

    Example: `yield suspect_assigned(item.place, "…")`.
    """
    return suspect_statement(item.statement, message)


def suspect_binding(item: Binding, message: str, fix: Fixer[Any] | None = None) -> Suspect[Any]:
    """A suspect statement that binds a name: an assignment, an annotation, an import.

    Example: `yield suspect_binding(row, "…")`.
    """
    return suspect_statement(item.statement, message, fix)


def suspect_read(read: Read, message: str, fix: Fixer[cst.Attribute] | None = None) -> Suspect[cst.Attribute]:
    """A suspect read of an attribute: `author.books`.

    Example: `yield suspect_read(item.moment, "…")`.
    """
    shape = Shape("Attribute", read.expr.name)
    return Suspect(read.path, read.span, message, shape, read.statement, fix=fix)


def suspect_return(item: Exit, message: str, fix: Fixer[cst.Return] | None = None) -> Suspect[cst.Return]:
    """A suspect `return`; it points at what is returned.

    Example: `yield suspect_return(item.moment, "…")`.
    """
    statement = item.statement
    path = item.block.scope.module.path
    return Suspect(path, statement.span, message, Shape("Return"), statement, returned, fix)


def suspect_moment(moment: Moment, message: str) -> Suspect[Any]:
    """A suspect place where an object is read: an attribute, a `return`, or a call that is given it.

    Example: `yield suspect_moment(item.moment, "…")`.
    """
    if isinstance(moment, Read):
        return suspect_read(moment, message)
    return suspect(moment, message) if isinstance(moment, Call) else suspect_return(moment, message)


def causes(item: Stale, happens: str) -> Iterator[Related]:
    """Where an attribute expired, and where its object came from, as related places.

    Example: `found.with_related(causes(item, "everything expires here"))`.
    """
    yield Related(item.event.site.path, item.event.site.span, happens)
    how = "made here" if item.loaded.is_new else "loaded here"
    yield Related(item.loaded.call.path, item.loaded.call.span, how)


def suspect_file(path: str, span: Span, message: str) -> Suspect[cst.CSTNode]:
    """A suspect file, at a place in it; LibCST is not asked.

    Example: `yield suspect_file(item.path, span, "cannot be read")`.
    """
    return Suspect(path, span, message)


def steps_of(chain: Iterable[Step], message: str = "`{}` is bound here") -> Iterator[Related]:
    """The steps by which a value got where it is, as related places.

    Example: `suspect(call, "…").with_related(steps_of(owner.chain))`.
    """
    for step in chain:
        text = "injected here" if step.text == "Depends" else message.format(step.text)
        yield Related(step.path, step.span, text)


def related_calls(calls: Iterable[Call | CallSite], message: str = "called from here") -> Iterator[Related]:
    """Calls as related places, each with the same message.

    Example: `suspect(call, "…").with_related(related_calls(chain))`.
    """
    for call in calls:
        yield Related(call.path, call.span, message)
