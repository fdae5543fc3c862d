"""The project's mapped classes: their columns, their relationships, and what loads these by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from async_db_lint.index.expressions import Call, Expr, Literal, Name, walk
from async_db_lint.index.scopes import Binding, Class, ExitKind, Function, is_expression
from async_db_lint.project.application.codebase import Codebase
from async_db_lint.project.loading.relationships import (
    RELATIONSHIPS,
    Relationship,
    Relationships,
    backref_of,
    inside_mapped,
)
from async_db_lint.project.names.places import UNCERTAIN

COLUMNS = ("sqlalchemy.mapped_column", "sqlalchemy.Column", "sqlmodel.Field")
PROPERTIES = frozenset({"property", "hybrid_property", "cached_property", "computed_field"})


class Column(NamedTuple):
    """A column of a mapped class; `call` is None where the annotation says all. Example: `model.columns["id"].call`."""

    name: str
    call: Call | None
    annotation: Expr | None
    owner: Class

    @property
    def definition(self) -> Call | None:
        """The call that says what the column is: `call`, or what SQLModel is given as `sa_column`."""
        inner = None if self.call is None else self.call.keyword("sa_column")
        return inner if isinstance(inner, Call) else self.call

    @property
    def types(self) -> tuple[Expr, ...]:
        """What may be the column's type among the arguments of its definition: keywords first."""
        call = self.definition
        given = () if call is None else (call.keyword("type_"), call.keyword("sa_type"), *call.positional)
        return tuple(item for item in given if item is not None and not isinstance(item, Literal))

    @property
    def mapped(self) -> Expr | None:
        """What its annotation says is mapped: `int` in `Mapped[int]`."""
        return inside_mapped(self.annotation)


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
        self.relationships = Relationships(codebase)
        self._known: dict[Class, Model | None] = {}
        self._backrefs: dict[Class, list[Relationship]] | None = None

    def of(self, cls: Class) -> Model | None:
        """A class as it is mapped; None when it is not."""
        if cls not in self._known:
            self._known[cls] = self._model(cls) if self.relationships.is_mapped(cls) else None
        return self._known[cls]

    def annotation_maps(self, cls: Class) -> Iterator[tuple[Class, Expr | None]]:
        """The maps of annotations to column types that hold for a class, and the classes that have them."""
        for item in self.relationships.ancestry(cls):
            for row in item.bindings.get("type_annotation_map", ()):
                yield item, row.value if is_expression(row.value) else None

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
                        yield name, self.relationships.read(cls, rows[-1], site.call)

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
        return one is other or other in self.relationships.ancestry(one) or one in self.relationships.ancestry(other)

    def _model(self, cls: Class) -> Model:
        model = Model(cls)
        for item in reversed(self.relationships.ancestry(cls)):
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
            model.relationships[name] = self.relationships.read(cls, binding, written)
        elif dotted in COLUMNS or (binding.value is None and not name.startswith("_") and _is_mapped_note(binding)):
            model.columns[name] = Column(name, written, binding.annotation, cls)

    def _by_backref(self) -> dict[Class, list[Relationship]]:
        if self._backrefs is None:
            self._backrefs = {}
            for _, relationship in self.written_relationships():
                found = backref_of(relationship)
                if found is not None and relationship.target is not None:
                    self._backrefs.setdefault(relationship.target, []).append(found)
        return self._backrefs

    def _behind(self, cls: Class) -> Iterator[Relationship]:
        """The relationships that `backref=` of other classes adds to a class."""
        for item in self.relationships.ancestry(cls):
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


def _is_mapped_note(binding: Binding) -> bool:
    """Whether an annotation without a value maps a column: `Mapped[int]`, or a field of SQLModel."""
    note = binding.annotation
    return note is not None and "ClassVar" not in (getattr(part, "name", "") for part in walk(note))
