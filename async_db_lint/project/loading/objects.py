"""Which mapped objects an expression holds, and how they were loaded."""

from __future__ import annotations

from async_db_lint.index.expressions import (
    Attribute,
    Await,
    Call,
    Either,
    Element,
    Expr,
    Literal,
    Mapping,
    Name,
    Part,
    Sequence,
    Slice,
    Subscript,
    is_nothing,
)
from async_db_lint.index.scopes import Binding, Class, ExitKind, Function, Parameter, Scope, is_expression
from async_db_lint.project.application.injection import injected_by
from async_db_lint.project.inference.decorators import shape_of
from async_db_lint.project.inference.definitions import bindings_of
from async_db_lint.project.inference.dependencies import depends_call
from async_db_lint.project.inference.parameters import declared_at
from async_db_lint.project.inference.running import lambda_run
from async_db_lint.project.loading.arguments import Called, called, class_meant
from async_db_lint.project.loading.loaders import Loads
from async_db_lint.project.loading.possible import merged
from async_db_lint.project.loading.relationships import WAITING
from async_db_lint.project.loading.response_models import ResponseModels
from async_db_lint.project.loading.results import QUERIES, Loaded, LoadedShape, taken_from
from async_db_lint.project.loading.statements import Selected, SelectStatements
from async_db_lint.project.names.places import Place, place_of
from async_db_lint.project.names.values import Kind

COPYING = frozenset(f"builtins.{name}" for name in "list tuple sorted reversed set".split())
DEFAULTS = ("default", "default_factory")
DUMPING = ("model_dump", "dict")
MAX_HOPS = 14  # names, calls and attributes followed
SEVERAL = (LoadedShape.OBJECTS, LoadedShape.ROWS)


class Objects:
    """Answers which mapped objects an expression holds."""

    def __init__(self, statements: SelectStatements, schemas: ResponseModels) -> None:
        """Take what reads the project's statements, and its Pydantic models."""
        codebase = statements.codebase
        self.codebase = codebase
        self.schemas = schemas
        self.inference = codebase.inference
        self.models = statements.models
        self.statements = statements
        self._known: dict[tuple[Call, Called | None], Loaded | None] = {}

    def of(self, expr: Expr | None, place: Place, how: Called | None = None, hops: int = MAX_HOPS) -> Loaded | None:
        """What an expression holds; None where that is not certain.

        `how` is the call that runs the function of the place, where one is meant.
        """
        if not hops or expr is None:
            return None
        match expr:
            case Name(name):
                return self._of_name(name, place, how, hops - 1)
            case Await(value):
                return self.of(value, place, how, hops)
            case Call():
                return self._once(expr, how, hops - 1)
            case Attribute(owner, name):
                return self.attribute(self.of(owner, place, how, hops - 1), name)
            case Element(value, _):
                found = self.of(value, place, how, hops - 1)
                return None if found is None else found.each()
            case Subscript(value, Slice()):
                found = self.of(value, place, how, hops - 1)
                return found if found is not None and found.shape in SEVERAL else None
            case Subscript(value, Literal(position)):
                return self._of_item(self.of(value, place, how, hops - 1), position)
            case Part(value, position):
                return self._of_item(self.of(value, place, how, hops - 1), position)
            case Sequence(items) if items:
                found = merged(self.of(item, place, how, hops - 1) for item in items)
                is_object = found is not None and found.shape is LoadedShape.OBJECT
                return found._replace(shape=LoadedShape.OBJECTS) if found is not None and is_object else None
            case Either(options):
                return merged(self.of(item, place, how, hops - 1) for item in options if not is_nothing(item))
        return None

    def class_of(self, expr: Expr, place: Place) -> Class | None:
        """The class of an object: as it was loaded, or as inference knows it; None where neither is known."""
        loaded = self.of(expr, place)
        if loaded is not None:
            return loaded.entity
        value = self.inference.value(expr, place)
        found = value.definition if value is not None and value.kind is Kind.OBJECT else None
        return found if isinstance(found, Class) else None

    def _of_item(self, found: Loaded | None, position: object) -> Loaded | None:
        if found is None or not isinstance(position, int):
            return None
        if found.shape in SEVERAL:
            return found.each()
        return found.item(position)

    def attribute(self, found: Loaded | None, name: str) -> Loaded | None:
        """A relationship of an object, or a class's column of a row."""
        if found is None:
            return None
        if found.shape is LoadedShape.ROW:
            names = [None if cls is None else cls.name for cls in found.entities]
            return found.item(names.index(name)) if names.count(name) == 1 else None
        model = None if found.shape is not LoadedShape.OBJECT or found.entity is None else self.models.of(found.entity)
        relationship = None if model is None else model.relationships.get(name)
        if relationship is None or relationship.target is None or relationship.is_collection is None:
            return None
        shape = LoadedShape.OBJECTS if relationship.is_collection else LoadedShape.OBJECT
        path = (*found.path, name)
        is_there = found.is_there and (relationship.lazy not in WAITING or found.loads.has(path))
        return found._replace(shape=shape, entities=(relationship.target,), path=path, is_there=is_there)

    def _of_name(self, name: str, place: Place, how: Called | None, hops: int) -> Loaded | None:
        for block in place.block.outward():
            if name in block.names:
                return self.of(block.names[name], Place(block.parent or block, place.at), how, hops)
        found = bindings_of(name, place)
        if found is None or found[0] is not place.scope:
            return None
        rows = [row for row in found[1] if not is_nothing(row.value)]
        return merged(self._of_binding(found[0], row, how, hops) for row in rows)

    def _of_binding(self, scope: Scope, row: Binding, how: Called | None, hops: int) -> Loaded | None:
        if is_expression(row.value):
            return self.of(row.value, place_of(row), how, hops)
        if isinstance(row.value, Parameter) and isinstance(scope, Function):
            return self._of_parameter(scope, row.value, how, hops)
        return None

    def _of_parameter(self, function: Function, parameter: Parameter, how: Called | None, hops: int) -> Loaded | None:
        """What is passed for a parameter by the call that is meant, or injected into it."""
        if how is not None and how.function is function:
            given = how.argument(self.inference, parameter)
            return self.of(given, place_of(how.call), how.outer, hops)
        call = depends_call(self.inference, parameter, declared_at(function))
        target = None if call is None else injected_by(self.codebase, function, parameter, call)
        if call is None or target is None:
            return None
        return self._of_function(call, target.target, None, hops)

    def _once(self, call: Call, how: Called | None, hops: int) -> Loaded | None:
        key = (call, how)
        if key not in self._known:
            self._known[key] = None  # for what depends on itself
            self._known[key] = self._of_call(call, how, hops)
        return self._known[key]

    def _of_call(self, call: Call, how: Called | None, hops: int) -> Loaded | None:
        callee = self.inference.callee(call)
        if callee is not None and callee.kind is Kind.METHOD and self.codebase.is_session(callee.inner):
            return self._queried(call, callee.name.rpartition(".")[2], how)
        if callee is not None and callee.kind is Kind.CLASS and isinstance(callee.definition, Class):
            return self._made(call, callee.definition)
        if self.inference.library_name(callee) in COPYING or (callee is not None and callee.name in COPYING):
            found = self.of(call.argument("iterable", 0), place_of(call), how, hops)
            return None if found is None or found.each() is None else _as_list(found)
        function = self.inference.function(callee)
        run = None if function is None else lambda_run(self.inference, call, function)
        if run is not None:
            given = run.exits[0]
            found = self.of(given.value, place_of(given), how, hops)
            return None if found is None else found._replace(through=(call, *found.through))
        if function is not None:
            inner = called(self.inference, call, function, how)
            found = None if inner is None else self._of_function(call, function, inner, hops)
            return None if found is None else found
        if call.receiver is None or call.method is None:
            return None
        found = self.of(call.receiver, place_of(call), how, hops)
        return None if found is None else taken_from(found, call)

    def _of_function(self, call: Call, function: Function, how: Called | None, hops: int) -> Loaded | None:
        """What a function of the project returns, or yields to FastAPI."""
        if shape_of(self.inference, function) is None or (function.is_generator and how is not None):
            return None
        kind = ExitKind.YIELD if function.is_generator else ExitKind.RETURN
        exits = [row for row in function.exits if row.kind is kind and row.value is not None]
        telling = [row for row in exits if not is_nothing(row.value)]
        found = merged(self.of(row.value, place_of(row), how, hops) for row in telling)
        return None if found is None else found._replace(through=(call, *found.through))

    def _queried(self, call: Call, method: str, how: Called | None) -> Loaded | None:
        """What a method of a session gives."""
        shape = QUERIES.get(method)
        if shape is None:
            return None
        if method in ("get", "get_one"):
            return self._got(call, how)
        selected = self.statements.of(call.argument("statement", 0), place_of(call), how)
        if selected is None or not selected.entities:
            return None
        if method == "exec" and len(selected.entities) > 1:
            shape = LoadedShape.RESULT
        entities = selected.entities if shape is LoadedShape.RESULT else selected.entities[:1]
        return Loaded(shape, entities, selected.loads, call, taken=call if method == "scalar" else None)

    def _got(self, call: Call, how: Called | None) -> Loaded | None:
        given = call.argument("entity", 0)
        cls = None if given is None else class_meant(self.inference, given, place_of(call), how)
        if cls is None or self.models.of(cls) is None or call.splats:
            return None
        loads = self.statements.start.plus(self.statements.loaders.of(call.keyword("options"), place_of(call)))
        return Loaded(LoadedShape.OBJECT, (cls,), loads, call, is_unique=True)

    def _made(self, call: Call, cls: Class) -> Loaded | None:
        """A new object: what its constructor is given is there."""
        model = self.models.of(cls)
        if model is None:
            return None
        given = {item.keyword for item in call.arguments if item.keyword is not None} - {"**"}
        fields = [self._splatted(item, call) for item in call.splats]
        names = given.union(*(item for item in fields if item is not None))
        made = (name for name, item in model.relationships.items() if any(map(item.call.keyword, DEFAULTS)))
        is_open = None in fields or self._has_own_constructor(cls)
        loads = Loads(frozenset((name,) for name in names.union(made)), is_open=is_open)
        return Loaded(LoadedShape.OBJECT, (cls,), loads, call, is_new=True)

    def _has_own_constructor(self, cls: Class) -> bool:
        """Whether code of the project may give a new object more than its constructor's arguments say."""
        if any("__init__" in item.bindings for item in self.models.relationships.ancestry(cls)):
            return True
        return Literal("init") in self.statements.events

    def _splatted(self, expr: Expr, call: Call) -> set[str] | None:
        """The names in what is splatted into a constructor: the fields of a Pydantic model that is dumped."""
        if isinstance(expr, Mapping):
            names = [key.value if isinstance(key, Literal) else None for key, _ in expr.items]
            return {str(name) for name in names} if None not in names else None
        if not isinstance(expr, Call) or expr.method not in DUMPING or expr.receiver is None:
            return None
        value = self.inference.value(expr.receiver, place_of(call))
        cls = value.definition if value is not None and value.kind is Kind.OBJECT else None
        fields = self.schemas.fields(cls) if isinstance(cls, Class) else None
        return None if fields is None else set(fields)

    def selected(self, call: Call, how: Called | None = None) -> Selected | None:
        """What the statement of a session's method selects and loads; None when that is not known.

        `how` is the call that runs the function of the call, where one is meant.
        """
        method = call.method or ""
        if method in ("get", "get_one"):
            found = self._got(call, how)
            return None if found is None else Selected(found.entities, found.loads)
        return self.statements.of(call.argument("statement", 0), place_of(call), how)


def _as_list(found: Loaded) -> Loaded:
    """A list of what is in a result."""
    if found.shape is LoadedShape.RESULT:
        return found._replace(shape=LoadedShape.ROWS)
    return found._replace(shape=LoadedShape.OBJECTS) if found.shape is LoadedShape.SCALARS else found
