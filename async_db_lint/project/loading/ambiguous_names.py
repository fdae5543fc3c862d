"""Names given to `filter_by()` after a join: whose attributes they are, in SQLAlchemy 2.0 and in 2.1."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from async_db_lint.index.expressions import Attribute, Call
from async_db_lint.index.scopes import Class
from async_db_lint.project.inference import attributes
from async_db_lint.project.loading.arguments import class_meant, class_selected
from async_db_lint.project.loading.models import Models
from async_db_lint.project.loading.statement_chains import StatementChain, chains_of
from async_db_lint.project.loading.statements import SELECTS
from async_db_lint.project.names.places import place_of

JOINS = ("join", "outerjoin")
PASSING = frozenset(
    """
    where filter filter_by order_by options distinct limit offset with_for_update group_by having execution_options
    """.split()
)
PLAIN_BASES = frozenset(f"sqlalchemy.{name}" for name in "DeclarativeBase AsyncAttrs MappedAsDataclass".split())


class AmbiguousName(NamedTuple):
    """A name that `filter_by()` is given, the classes that have it, and the one that was joined last.

    Example: `item.name`.
    """

    call: Call
    name: str
    owners: tuple[Class, ...]
    joined: Class


class AmbiguousNames:
    """Finds names of which SQLAlchemy 2.0 and 2.1 think differently."""

    def __init__(self, models: Models) -> None:
        """Take the mapped classes."""
        self.models = models
        self.inference = models.inference

    def all(self) -> Iterator[AmbiguousName]:
        """The names after a join that several of the classes have, or that the one that was joined last lacks."""
        for call in self.models.codebase.table.named("filter_by"):
            chains = chains_of(self.inference, call.receiver, place_of(call))
            found = {self._classes(chain) for chain in chains}
            classes = found.pop() if len(found) == 1 else None
            for argument in call.arguments if classes is not None and len(classes) > 1 else ():
                if classes is not None and argument.keyword not in (None, "**"):
                    yield from self._of(call, argument.keyword or "", classes)

    def _of(self, call: Call, name: str, classes: tuple[Class, ...]) -> Iterator[AmbiguousName]:
        owners = tuple(dict.fromkeys(cls for cls in classes if self._has(cls, name)))
        joined = classes[-1]
        if len(owners) > 1 or (owners and joined not in owners and self._is_without(joined, name)):
            yield AmbiguousName(call, name, owners, joined)

    def _has(self, cls: Class, name: str) -> bool:
        model = self.models.of(cls)
        return model is not None and (name in model.columns or name in model.relationships)

    def _is_without(self, cls: Class, name: str) -> bool:
        """Whether a class certainly has no attribute of a name: neither it nor a base binds one, or may add some."""
        bases = attributes.ancestry(self.inference, cls)
        own = [item for item in bases if isinstance(item, Class)]
        if any(name in item.bindings or "__table__" in item.bindings for item in own):
            return False
        if any(target.name == name for target in self.models.codebase.assignments(name)):
            return False
        return all(item in PLAIN_BASES for item in bases if isinstance(item, str))

    def _classes(self, chain: StatementChain) -> tuple[Class, ...] | None:
        """The class that a chain selects, and those that it joins; None where one is not known, or none is joined."""
        start = chain.start
        if start is None or self.inference.library_name(self.inference.callee(start)) not in SELECTS:
            return None
        found = [class_selected(self.inference, item, place_of(start)) for item in start.positional]
        for step in chain.steps:
            if step.method in JOINS:
                found.append(self._joined(step))
            elif step.method not in PASSING:
                return None
        known = tuple(cls for cls in found if cls is not None and self.models.of(cls) is not None)
        return known if len(known) == len(found) and chain.steps_named(*JOINS) else None

    def _joined(self, step: Call) -> Class | None:
        """The class that a step joins: itself, or as the relationship that leads to it."""
        target = step.argument("target", 0)
        if target is None:
            return None
        cls = class_meant(self.inference, target, place_of(step), None)
        if cls is not None or not isinstance(target, Attribute):
            return cls
        owner = class_meant(self.inference, target.value, place_of(step), None)
        model = None if owner is None else self.models.of(owner)
        relationship = None if model is None else model.relationships.get(target.name)
        return None if relationship is None else relationship.target
