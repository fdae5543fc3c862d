"""The project's mapped classes: their columns, their relationships, and what loads these by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from async_db_lint.index.expressions import Call, Expr, Join, Lambda, Literal, Mapping, Name, Subscript, walk
from async_db_lint.index.scopes import Binding, Class, ExitKind, Function
from async_db_lint.project.application.codebase import Codebase
from async_db_lint.project.inference import attributes
from async_db_lint.project.names.places import UNCERTAIN, Place, end_of
from async_db_lint.project.names.values import Kind

RELATIONSHIPS = ("sqlalchemy.relationship", "sqlalchemy.relation", "sqlmodel.Relationship")
COLUMNS = ("sqlalchemy.mapped_column", "sqlalchemy.Column", "sqlmodel.Field")
EAGER = frozenset({"selectin", "joined", "subquery", "immediate"})
RAISING = frozenset({"raise", "raise_on_sql"})
WAITING = frozenset({"select", *RAISING})
"""The loaders of relationships that are not there before they are read."""
OPTIONAL = frozenset({"Optional", "None", "Mapped", "Union"})
MAPPED = {"DynamicMapped": "dynamic", "WriteOnlyMapped": "write_only"}
COLLECTIONS = frozenset({"list", "set", "sequence", "collection", "dict", "mutablesequence", "iterable"})
BY_FLAG = {None: "noload", True: "select", False: "joined"}
PROPERTIES = frozenset({"property", "hybrid_property", "cached_property", "computed_field"})
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


class Column(NamedTuple):
    """A column of a mapped class; `call` is None where the annotation says all. Example: `model.columns["id"].call`."""

    name: str
    call: Call | None
    annotation: Expr | None
    owner: Class


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A mapped class. Example: `for model in project.loading.models.all():`."""

    cls: Class
    relationships: dict[str, Relationship] = field(default_factory=dict)
    columns: dict[str, Column] = field(default_factory=dict)
    properties: dict[str, Function] = field(default_factory=dict)

    def read_by(self, name: str) -> str | None:
        """The relationship that reading an attribute reads: itself, or the first that a property needs in any case."""
        if name in self.relationships:
            return name
        function = self.properties.get(name)
        own = function.parameters[:1] if function is not None else ()
        for read in function.reads if function is not None and own else ():
            if read.expr.value == Name(own[0].name) and read.expr.name in self.relationships:
                return read.expr.name if not read.block.inside(UNCERTAIN) else None
        return None


class Models:
    """The mapped classes of a project."""

    def __init__(self, codebase: Codebase) -> None:
        """Take the project's code."""
        self.codebase = codebase
        self.inference = codebase.inference
        self._known: dict[Class, Model | None] = {}
        self._backrefs: dict[Class, list[Relationship]] | None = None

    def of(self, cls: Class) -> Model | None:
        """A class as it is mapped; None when it is not."""
        if cls not in self._known:
            self._known[cls] = self._model(cls) if self._is_mapped(cls) else None
        return self._known[cls]

    def all(self) -> Iterator[Model]:
        """Every mapped class of the project, in the order of its files."""
        for cls in self.codebase.table.classes:
            if cls.bases and (model := self.of(cls)) is not None:
                yield model

    def written_relationships(self) -> Iterator[tuple[str, Relationship]]:
        """Every relationship that a class writes out, also one that is a mixin, by its name."""
        for site in self.codebase.calls_to(*RELATIONSHIPS):
            scope = site.call.block.scope
            cls = scope if isinstance(scope, Class) else scope.parent
            if isinstance(cls, Class):
                for name, rows in cls.bindings.items():
                    if rows and _written(rows[-1]) is site.call:
                        yield name, self._relationship(cls, rows[-1], site.call)

    def backrefs(self) -> Iterator[Relationship]:
        """Every relationship that `backref=` adds to the class on the other side."""
        for rows in self._by_backref().values():
            yield from rows

    def reading(self) -> set[str]:
        """The names of all attributes that are relationships, or properties that read one."""
        names = {name for name, _ in self.written_relationships()}
        names |= {relationship.name for relationship in self.backrefs()}
        classes = {relationship.call.block.scope for _, relationship in self.written_relationships()}
        for cls in classes:
            for function in cls.functions:
                if _is_property(function) and any(read.expr.name in names for read in function.reads):
                    names.add(function.name)
        return names

    def related(self, one: Class, other: Class) -> bool:
        """Whether rows of one class may be objects of the other: one inherits from the other."""
        return one is other or other in self._ancestry(one) or one in self._ancestry(other)

    def _ancestry(self, cls: Class) -> list[Class]:
        return [item for item in attributes.ancestry(self.inference, cls) if isinstance(item, Class)]

    def _is_mapped(self, cls: Class) -> bool:
        ancestry = self._ancestry(cls)
        is_table = any(item.bindings.keys() & {"__tablename__", "__table__"} for item in ancestry)
        return is_table or any(("table", Literal(True)) in item.keywords for item in ancestry)

    def _model(self, cls: Class) -> Model:
        model = Model(cls)
        for item in reversed(self._ancestry(cls)):
            for name, rows in item.bindings.items():
                self._note(model, item, name, rows[-1])
        for relationship in self._behind(cls):
            model.relationships.setdefault(relationship.name, relationship)
        return model

    def _note(self, model: Model, cls: Class, name: str, binding: Binding) -> None:
        """Note what a binding of a class maps; what it is otherwise takes the place of what a base has."""
        for known in (model.relationships, model.columns, model.properties):
            known.pop(name, None)
        if isinstance(binding.value, Function) and _is_property(binding.value):
            model.properties[name] = binding.value
            return
        written = _written(binding)
        dotted = None if written is None else self.inference.library_name(self.inference.callee(written))
        if written is not None and dotted in RELATIONSHIPS:
            model.relationships[name] = self._relationship(cls, binding, written)
        elif dotted in COLUMNS or (binding.value is None and not name.startswith("_") and _is_mapped_note(binding)):
            model.columns[name] = Column(name, written, binding.annotation, cls)

    def _relationship(self, cls: Class, binding: Binding, written: Call) -> Relationship:
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
        value = self.inference.value(expr, Place(cls.body, end_of(cls).at))
        found = value.definition if value is not None and value.kind is Kind.CLASS else None
        return found if isinstance(found, Class) and self._is_mapped(found) else None

    def _named(self, name: str, cls: Class) -> Class | None:
        known = [item for item in self.codebase.table.classes if item.name == name and self._is_mapped(item)]
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
            for item in self._ancestry(cls)
            for call in item.inner_calls()
            for key in self._keys(call)
        )

    def _keys(self, call: Call) -> Iterator[Literal]:
        is_key = self.inference.library_name(self.inference.callee(call)) == FOREIGN_KEY
        given = call.argument("column", 0) if is_key else call.keyword("foreign_key")
        if isinstance(given, Literal):
            yield given

    def _by_backref(self) -> dict[Class, list[Relationship]]:
        if self._backrefs is None:
            self._backrefs = {}
            for _, relationship in self.written_relationships():
                found = _backref(relationship)
                if found is not None and relationship.target is not None:
                    self._backrefs.setdefault(relationship.target, []).append(found)
        return self._backrefs

    def _behind(self, cls: Class) -> Iterator[Relationship]:
        """The relationships that `backref=` of other classes adds to a class."""
        for item in self._ancestry(cls):
            yield from self._by_backref().get(item, ())


def _is_property(function: Function) -> bool:
    names = {getattr(part, "name", None) for item in function.decorators for part in walk(item)}
    return not PROPERTIES.isdisjoint(names) and not function.is_async


def _written(binding: Binding) -> Call | None:
    """The call that a class binds a name to, also one that a `declared_attr` returns."""
    value = binding.value
    if isinstance(value, Function) and value.decorators and len(value.exits) == 1:
        returned = value.exits[0].value if value.exits[0].kind is ExitKind.RETURN else None
        return returned if isinstance(returned, Call) else None
    return value if isinstance(value, Call) else None


def _backref(relationship: Relationship) -> Relationship | None:
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


def _is_mapped_note(binding: Binding) -> bool:
    """Whether an annotation without a value maps a column: `Mapped[int]`, or a field of SQLModel."""
    note = binding.annotation
    return note is not None and "ClassVar" not in (getattr(part, "name", "") for part in walk(note))


def _leaves(note: Expr | None) -> Iterator[Expr]:
    """The names and strings in an annotation that may be the target, the innermost first."""
    parts = [] if note is None else walk(note)
    for part in reversed(parts):
        is_name = isinstance(part, Name) and part.name not in OPTIONAL and part.name.lower() not in COLLECTIONS
        if is_name or (isinstance(part, Literal) and isinstance(part.value, str)):
            yield part


def _is_collection_note(note: Expr) -> bool | None:
    """Whether an annotation is of a collection: `Mapped[list[…]]`, `Mapped["list[…]"]`, `list[…]` of SQLModel."""
    inner = note.key if isinstance(note, Subscript) and getattr(note.value, "name", "") == "Mapped" else note
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
