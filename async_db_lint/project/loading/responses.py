"""Relationships that a response model reads, and that are certainly not loaded then."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from async_db_lint.index.expressions import Call, Literal, is_nothing
from async_db_lint.index.scopes import Class, Exit, ExitKind, Function
from async_db_lint.project.application.application import Registration, Trigger
from async_db_lint.project.application.codebase import Codebase
from async_db_lint.project.inference.parameters import declared_at
from async_db_lint.project.loading.arguments import class_meant
from async_db_lint.project.loading.relationships import EAGER, WAITING
from async_db_lint.project.loading.response_models import ResponseField, ResponseModels
from async_db_lint.project.loading.results import Loaded, LoadedShape
from async_db_lint.project.loading.unloaded import Reading, Unloaded, UnloadedReads
from async_db_lint.project.names.places import place_of

VALIDATING = ("model_validate", "from_orm")
MAX_NESTING = 4  # models inside models
OF_ROWS = (LoadedShape.ROW, LoadedShape.ROWS)
HELD = (LoadedShape.OBJECT, LoadedShape.OBJECTS, LoadedShape.SCALARS)


class Response(NamedTuple):
    """What a route returns: the value, by which `return`, and the model that FastAPI makes of it.

    `is_declared` says whether a `response_model=` or an annotation says what it is. Example: `response.model`.
    """

    route: Function
    exit: Exit
    loaded: Loaded
    model: Class | None
    is_declared: bool


class Readiness(Enum):
    """Whether all that a response reads is loaded. Example: `if readiness is Readiness.MISSING:`."""

    LOADED = "loaded"
    MISSING = "not loaded"
    UNKNOWN = "not known"


class View(NamedTuple):
    """A response model that is made of what was loaded, and where."""

    loaded: Loaded
    model: Class
    reading: Reading


class UnloadedField(NamedTuple):
    """A field of a response model that reads what is not loaded. Example: `found.field.name`.

    `needs_more` says whether the models in the field read relationships themselves, which have to be loaded as well.
    """

    field: ResponseField
    model: Class
    unloaded: Unloaded
    needs_more: bool


class Responses:
    """What routes answer with, and what that reads."""

    def __init__(self, codebase: Codebase, reads: UnloadedReads, schemas: ResponseModels) -> None:
        """Take the project's code, what finds reads of what is not loaded, and its Pydantic models."""
        self.codebase = codebase
        self.reads = reads
        self.schemas = schemas

    def of_routes(self) -> Iterator[Response]:
        """Every mapped object, or several, that a route of the application returns."""
        return (response for response in self._returned() if response.loaded.shape in HELD)

    def of_rows(self) -> Iterator[Response]:
        """Every row, or several, with one mapped object in each, whose columns the response model reads."""
        for response in self._returned():
            model = None if response.loaded.entity is None else self.reads.models.of(response.loaded.entity)
            fields = None if response.model is None else self.schemas.fields(response.model)
            if response.loaded.shape in OF_ROWS and model is not None and fields:
                if any(name in model.columns for name in fields):
                    yield response

    def _returned(self) -> Iterator[Response]:
        """What the routes of the application return, where it was loaded."""
        seen: set[Function] = set()
        for item in self.codebase.application.registrations:
            if item.trigger is Trigger.ROUTE and item.function not in seen:
                seen.add(item.function)
                if self.codebase.is_in_application(item.function):
                    yield from self._of_route(item)

    def _of_route(self, item: Registration) -> Iterator[Response]:
        function = item.function
        given = None if item.call is None else item.call.keyword("response_model")
        if function.is_generator or (given is not None and item.call is not None and item.call.splats):
            return
        note, place = (function.returns, declared_at(function))
        if given is not None and item.call is not None:
            note, place = (None if is_nothing(given) else given), place_of(item.call)
        model = self.schemas.meant(note, place)
        for row in function.exits:
            if row.kind is ExitKind.RETURN and row.value is not None and not is_nothing(row.value):
                loaded = self.reads.objects.of(row.value, place_of(row))
                if loaded is not None:
                    yield Response(function, row, loaded, model, note is not None)

    def views(self) -> Iterator[View]:
        """Every mapped object of which a response model is made: returned, validated, or given to a field."""
        for response in self.of_routes():
            if response.model is not None and response.exit.value is not None:
                yield View(response.loaded, response.model, Reading(response.exit.value, "", response.exit))
        for name in VALIDATING:
            for site in self.codebase.calls(name):
                if site.is_in_application and site.call.receiver is not None and site.call.positional:
                    yield from self._validated(site.call)
        for cls in self.codebase.table.classes:
            if cls.bases and self.schemas.is_model(cls) and self.schemas.fields(cls):
                for call in self.codebase.table.named(cls.name):
                    yield from self._made(call, cls)

    def unloaded(self) -> Iterator[UnloadedField]:
        """The fields of response models that are not loaded."""
        for view in self.views():
            yield from self._below(view.loaded, view.model, view.reading, 0)

    def readiness(self, response: Response) -> Readiness:
        """Whether all that the model of a response reads is certainly loaded, or some of it certainly not."""
        expr, model = response.exit.value, response.model
        if expr is None or model is None:
            return Readiness.UNKNOWN
        if any(True for _ in self._below(response.loaded, model, Reading(expr, "", response.exit), 0)):
            return Readiness.MISSING
        return Readiness.LOADED if self._is_loaded(response.loaded, model, 0) else Readiness.UNKNOWN

    def _is_loaded(self, loaded: Loaded, model: Class, depth: int) -> bool:
        """Whether every relationship that a model reads is loaded by the statement or the class, and in it as well."""
        fields = self.schemas.fields(model)
        mapped = None if loaded.entity is None else self.reads.models.of(loaded.entity)
        each = loaded if loaded.shape is LoadedShape.OBJECT else loaded.each()
        if fields is None or mapped is None or each is None or depth > MAX_NESTING:
            return False
        for field in fields.values():
            name = mapped.read_by(field.name)
            if name is None:
                continue
            if each.is_new or each.loads.is_open:
                return False
            is_there = mapped.relationships[name].lazy in EAGER or each.loads.has((*each.path, name))
            inner = self.reads.objects.attribute(each, name) if is_there else None
            if inner is None or (field.nested is not None and not self._is_loaded(inner, field.nested, depth + 1)):
                return False
        return True

    def _validated(self, call: Call) -> Iterator[View]:
        """`Out.model_validate(author)`."""
        assert call.receiver is not None
        model = class_meant(self.codebase.inference, call.receiver, place_of(call), None)
        is_asked = call.keyword("from_attributes") == Literal(True)
        if model is None or not (is_asked or self.schemas.reads_attributes(model)):
            return
        given = call.positional[0]
        loaded = self.reads.objects.of(given, place_of(call))
        if loaded is not None and loaded.shape is LoadedShape.OBJECT:
            yield View(loaded, model, Reading(given, "", call))

    def _made(self, call: Call, cls: Class) -> Iterator[View]:
        """`Page(items=authors)`: what a field is given is read as its own model says."""
        callee = self.codebase.inference.callee(call)
        fields = self.schemas.fields(cls) or {}
        if callee is None or callee.definition is not cls or not self.codebase.site(call).is_in_application:
            return
        for item in call.arguments:
            nested = fields[item.keyword].nested if item.keyword in fields else None
            loaded = None
            if nested is not None and self.schemas.reads_attributes(nested):
                loaded = self.reads.objects.of(item.value, place_of(call))
            if nested is not None and loaded is not None and loaded.shape in HELD:
                yield View(loaded, nested, Reading(item.value, "", call))

    def _below(self, loaded: Loaded, model: Class, reading: Reading, depth: int) -> Iterator[UnloadedField]:
        """The fields of a model, and of the models in it, that are not loaded."""
        fields = self.schemas.fields(model)
        mapped = None if loaded.entity is None else self.reads.models.of(loaded.entity)
        if fields is None or mapped is None or depth > MAX_NESTING:
            return
        each = loaded if loaded.shape is LoadedShape.OBJECT else loaded.each()
        for field in fields.values():
            if each is None or mapped.read_by(field.name) is None:
                continue
            found = self.reads.unloaded(each, reading._replace(name=field.name))
            if found is not None:
                yield UnloadedField(field, model, found, self._needs_more(field, found.relationship.target))
            elif field.nested is not None:
                inner = self.reads.objects.attribute(each, field.name)
                if inner is not None:
                    yield from self._below(inner, field.nested, reading, depth + 1)

    def _needs_more(self, field: ResponseField, target: Class | None) -> bool:
        """Whether the model in a field reads a relationship of its object that the class does not load by itself."""
        mapped = None if target is None else self.reads.models.of(target)
        fields = None if field.nested is None else self.schemas.fields(field.nested)
        names = [mapped.read_by(name) for name in fields or ()] if mapped is not None else []
        return any(name is not None and mapped.relationships[name].lazy in WAITING for name in names if mapped)
