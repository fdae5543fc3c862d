"""The project's Pydantic models: their fields, and so which attributes of an object they read."""

from __future__ import annotations

from typing import NamedTuple

from async_db_lint.index.expressions import Attribute, Call, Expr, Literal, Name, Subscript, walk
from async_db_lint.index.scopes import Binding, Bound, Class, Function, is_expression
from async_db_lint.project.application.codebase import Codebase
from async_db_lint.project.inference import attributes
from async_db_lint.project.loading.models import Models
from async_db_lint.project.names.places import Place, end_of
from async_db_lint.project.names.values import Kind

BASES = ("pydantic.BaseModel", "pydantic.main.BaseModel", "sqlmodel.SQLModel")
"""Pydantic's own base, and SQLModel's, which is one."""
READING_FIRST = frozenset({"model_validator", "root_validator"})
CONFIGS = ("model_config", "Config")
SWITCHES = ("from_attributes", "orm_mode")


class ResponseField(NamedTuple):
    """A field of a Pydantic model, with the model that it holds one or several of.

    Example: `field.nested`.
    """

    name: str
    binding: Binding
    nested: Class | None


class ResponseModels:
    """The Pydantic models of a project."""

    def __init__(self, codebase: Codebase, models: Models) -> None:
        """Take the project's code and its mapped classes."""
        self.codebase = codebase
        self.inference = codebase.inference
        self.models = models
        self._known: dict[Class, dict[str, ResponseField] | None] = {}

    def fields(self, cls: Class) -> dict[str, ResponseField] | None:
        """The fields that a class reads from the attributes of an object; None when that is not certain."""
        if cls not in self._known:
            self._known[cls] = None  # for a model that holds itself
            self._known[cls] = self._fields(cls) if self._is_plain(cls) else None
        return self._known[cls]

    def is_model(self, cls: Class) -> bool:
        """Whether a class is a Pydantic model, and not a table of SQLModel."""
        bases = attributes.library_bases(self.inference, cls)
        return any(base in BASES for base in bases) and self.models.of(cls) is None

    def meant(self, note: Expr | None, place: Place) -> Class | None:
        """The one Pydantic model in an annotation: of `Out`, `list[Out]`, `Out | None`, `"Out"`."""
        found: list[Class] = []
        for part in walk(note) if note is not None else ():
            if isinstance(part, Subscript) and self._is_own_generic(part, place):
                return None
            expr = Name(part.value) if isinstance(part, Literal) and isinstance(part.value, str) else part
            value = self.inference.value(expr, place) if isinstance(expr, (Name, Attribute)) else None
            cls = value.definition if value is not None and value.kind is Kind.CLASS else None
            if isinstance(cls, Class) and self.is_model(cls) and cls not in found:
                found.append(cls)
        return found[0] if len(found) == 1 else None

    def reads_attributes(self, cls: Class) -> bool:
        """Whether `model_validate` of a class takes objects: by `from_attributes` or `orm_mode`."""
        for item in attributes.ancestry(self.inference, cls):
            rows = [row for name in CONFIGS for row in item.bindings.get(name, ())] if isinstance(item, Class) else []
            for row in rows:
                if isinstance(row.value, Class):
                    inner = [other.value for name in SWITCHES for other in row.value.bindings.get(name, ())]
                    return Literal(True) in inner
                return isinstance(row.value, Call) and row.value.keyword("from_attributes") == Literal(True)
        return False

    def _is_own_generic(self, part: Subscript, place: Place) -> bool:
        """Whether a class of the project is given parameters, which says little of what is in its objects."""
        value = self.inference.value(part.value, place)
        return value is None or value.kind is Kind.CLASS

    def _is_plain(self, cls: Class) -> bool:
        """Whether a model reads what its fields are called: no validator before, no names that are generated."""
        if not self.is_model(cls):
            return False
        for item in attributes.ancestry(self.inference, cls):
            if isinstance(item, Class) and (any(map(_reads_first, item.functions)) or _renames(item)):
                return False
        return True

    def _fields(self, cls: Class) -> dict[str, ResponseField]:
        found: dict[str, ResponseField] = {}
        for item in reversed(attributes.ancestry(self.inference, cls)):
            if not isinstance(item, Class):
                continue
            for name, rows in item.bindings.items():
                found.pop(name, None)
                if _is_field(name, rows[-1]) and not _is_renamed(rows[-1]):
                    nested = self.meant(rows[-1].annotation, end_of(item))
                    found[name] = ResponseField(name, rows[-1], nested)
        return found


def _reads_first(function: Function) -> bool:
    """Whether a function sees the object before the fields are read, and may give something else."""
    return any(
        getattr(part, "name", None) in READING_FIRST for item in function.decorators for part in walk(item)
    ) or function.name in ("__init__", "model_validate", "from_orm", "__get_validators__")


def _renames(cls: Class) -> bool:
    """Whether a class has names made for its fields."""
    for name in CONFIGS:
        for row in cls.bindings.get(name, ()):
            if isinstance(row.value, Class) and "alias_generator" in row.value.bindings:
                return True
            if isinstance(row.value, Call) and (row.value.keyword("alias_generator") or row.value.splats):
                return True
    return False


def _is_renamed(row: Binding) -> bool:
    """Whether a field reads an attribute of another name."""
    calls = [part for item in (row.value, row.annotation) for part in _calls(item)]
    return any(call.keyword(name) is not None for call in calls for name in ("alias", "validation_alias"))


def _calls(item: Bound | Expr | None) -> list[Call]:
    return [part for part in walk(item) if isinstance(part, Call)] if is_expression(item) else []


def _is_field(name: str, row: Binding) -> bool:
    parts = walk(row.annotation) if row.annotation is not None else []
    is_of_class = any(getattr(part, "name", None) == "ClassVar" for part in parts)
    return bool(parts) and not is_of_class and not name.startswith("_") and name not in CONFIGS
