"""Relationships as they are written: what they lead to, whether to one or to many, and how they are loaded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from async_db_lint.index.expressions import Call, Expr, Join, Lambda, Literal, Mapping, Name, Subscript, walk
from async_db_lint.index.scopes import Binding, Class
from async_db_lint.project.application.codebase import Codebase
from async_db_lint.project.inference import attributes
from async_db_lint.project.names.places import end_of
from async_db_lint.project.names.values import Kind

RELATIONSHIPS = ("sqlalchemy.relationship", "sqlalchemy.relation", "sqlmodel.Relationship")
EAGER = frozenset({"selectin", "joined", "subquery", "immediate"})
RAISING = frozenset({"raise", "raise_on_sql"})
WAITING = frozenset({"select", *RAISING})
"""The loaders of relationships that are not there before they are read."""
OPTIONAL = frozenset({"Optional", "None", "Mapped", "Union"})
MAPPED = {"DynamicMapped": "dynamic", "WriteOnlyMapped": "write_only"}
COLLECTIONS = frozenset({"list", "set", "sequence", "collection", "dict", "mutablesequence", "iterable"})
BY_FLAG = {None: "noload", True: "select", False: "joined"}
FOREIGN_KEY = "sqlalchemy.ForeignKey"


class Relationship(NamedTuple):
    """A relationship of a mapped class. Example: `if relationship.lazy == "dynamic":`.

    `lazy` is how it is loaded, `select` where nothing is written; it is None, as `target` and `is_collection` are,
    where that is not known. `is_written` says whether `lazy=` is.
    """

    name: str
    call: Call
    target: Class | None
    is_collection: bool | None
    lazy: str | None
    is_written: bool


class Relationships:
    """Reads relationships."""

    def __init__(self, codebase: Codebase) -> None:
        """Take the project's code."""
        self.codebase = codebase
        self.inference = codebase.inference

    def ancestry(self, cls: Class) -> list[Class]:
        """A class, and the classes of the project that it inherits from."""
        return [item for item in attributes.ancestry(self.inference, cls) if isinstance(item, Class)]

    def is_mapped(self, cls: Class) -> bool:
        """Whether a class has a table."""
        ancestry = self.ancestry(cls)
        is_table = any(item.bindings.keys() & {"__tablename__", "__table__"} for item in ancestry)
        return is_table or any(("table", Literal(True)) in item.keywords for item in ancestry)

    def read(self, cls: Class, binding: Binding, written: Call) -> Relationship:
        """The relationship that a class binds to a call."""
        inner = written.keyword("sa_relationship")
        call = inner if isinstance(inner, Call) else written
        note = binding.annotation
        lazy = self._lazy(call, note)
        target = self._target(call, note, cls)
        return Relationship(binding.name, call, target, self._is_collection(call, note, cls, target), *lazy)

    def _lazy(self, call: Call, note: Expr | None) -> tuple[str | None, bool]:
        given = call.keyword("lazy")
        options = call.keyword("sa_relationship_kwargs")
        if isinstance(options, Mapping):
            given = next((value for key, value in options.items if key == Literal("lazy")), given)
        if given is None:
            is_open = call.splats or (options is not None and not isinstance(options, Mapping))
            return None if is_open else _by_annotation(note), False
        if not isinstance(given, Literal):
            return None, True
        if given.value is None or isinstance(given.value, bool):
            return BY_FLAG[given.value], True
        return str(given.value), True

    def _target(self, call: Call, note: Expr | None, cls: Class) -> Class | None:
        given = call.argument("argument", 0)
        if isinstance(given, Lambda):
            given = given.function.exits[0].value
        if given is not None:
            return self._class(given, cls)
        return next((found for part in _leaves(note) if (found := self._class(part, cls)) is not None), None)

    def _class(self, expr: Expr, cls: Class) -> Class | None:
        """The mapped class that a name, or a string with its name, means."""
        if isinstance(expr, Literal) and isinstance(expr.value, str):
            words = [word for word in re.findall(r"\w+", expr.value) if word not in OPTIONAL]
            return self._named(words[-1], cls) if words else None
        value = self.inference.value(expr, end_of(cls))
        found = value.definition if value is not None and value.kind is Kind.CLASS else None
        return found if isinstance(found, Class) and self.is_mapped(found) else None

    def _named(self, name: str, cls: Class) -> Class | None:
        known = [item for item in self.codebase.table.classes if item.name == name and self.is_mapped(item)]
        near = [item for item in known if item.module is cls.module]
        return (near or known)[0] if len(near or known) == 1 else None

    def _is_collection(self, call: Call, note: Expr | None, cls: Class, target: Class | None) -> bool | None:
        given = call.keyword("uselist")
        if given is not None or call.splats:
            return bool(given.value) if isinstance(given, Literal) else None
        if note is not None:
            return _is_collection_note(note)
        if call.keyword("secondary") is not None:
            return True
        if target is None or call.keyword("remote_side") is not None:
            return None
        if self._refers(cls, target):
            return False
        return True if self._refers(target, cls) else None

    def _refers(self, cls: Class, target: Class) -> bool:
        """Whether a class has a foreign key to the table of another."""
        table = target.bindings.get("__tablename__")
        written = table[-1].value if table else None
        return isinstance(written, Literal) and any(
            str(key.value).rpartition(".")[0].rpartition(".")[2] == written.value
            for item in self.ancestry(cls)
            for call in item.inner_calls()
            for key in self._keys(call)
        )

    def _keys(self, call: Call) -> Iterator[Literal]:
        is_key = self.inference.library_name(self.inference.callee(call)) == FOREIGN_KEY
        given = call.argument("column", 0) if is_key else call.keyword("foreign_key")
        if isinstance(given, Literal):
            yield given


def backref_of(relationship: Relationship) -> Relationship | None:
    """The other side that a relationship declares by `backref=`."""
    given = relationship.call.keyword("backref")
    named = given.argument("name", 0) if isinstance(given, Call) else given
    if not isinstance(named, Literal):
        return None
    lazy = given.keyword("lazy") if isinstance(given, Call) else None
    loader = "select" if lazy is None else str(lazy.value) if isinstance(lazy, Literal) else None
    scope = relationship.call.block.scope
    owner = scope if isinstance(scope, Class) else None
    is_collection = None if relationship.is_collection is None else not relationship.is_collection
    if relationship.call.keyword("secondary") is not None:
        is_collection = True
    if isinstance(given, Call) and given.keyword("uselist") is not None:
        is_collection = None
    return Relationship(str(named.value), relationship.call, owner, is_collection, loader, lazy is not None)


def _by_annotation(note: Expr | None) -> str:
    head = note.value if isinstance(note, Subscript) else None
    name = getattr(head, "name", "")
    return MAPPED.get(name, "select")


def _leaves(note: Expr | None) -> Iterator[Expr]:
    """The names and strings in an annotation that may be the target, the innermost first."""
    parts = [] if note is None else walk(note)
    for part in reversed(parts):
        is_name = isinstance(part, Name) and part.name not in OPTIONAL and part.name.lower() not in COLLECTIONS
        if is_name or (isinstance(part, Literal) and isinstance(part.value, str)):
            yield part


def inside_mapped(note: Expr | None) -> Expr | None:
    """What an annotation says is mapped: `int` in `Mapped[int]`; None for other annotations."""
    return note.key if isinstance(note, Subscript) and getattr(note.value, "name", "") == "Mapped" else None


def _is_collection_note(note: Expr) -> bool | None:
    """Whether an annotation is of a collection: `Mapped[list[…]]`, `Mapped["list[…]"]`, `list[…]` of SQLModel."""
    inner = inside_mapped(note) or note
    if isinstance(note, Subscript) and getattr(note.value, "name", "") in MAPPED:
        return True
    match inner:
        case Subscript(head, _):
            return getattr(head, "name", "").lower() in COLLECTIONS
        case Literal(str(text)):
            return text.partition("[")[0].rpartition(".")[2].strip().lower() in COLLECTIONS and "[" in text
        case Join() | Name():
            return False
    return None if not isinstance(inner, Literal) else False
