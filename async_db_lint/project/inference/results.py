"""What a call gives, and what `await`, `with` and `for` make of it."""

from __future__ import annotations

from dataclasses import replace

from async_db_lint.index.expressions import Call, Literal, is_nothing
from async_db_lint.index.scopes import Class, ExitKind, Function
from async_db_lint.project.inference import attributes
from async_db_lint.project.inference.annotations import annotated, instance
from async_db_lint.project.inference.decorators import shape_of
from async_db_lint.project.inference.options import option
from async_db_lint.project.inference.parameters import declared_at
from async_db_lint.project.inference.protocol import Inference
from async_db_lint.project.libraries import library
from async_db_lint.project.names.places import end_of, place_of
from async_db_lint.project.names.values import Kind, Value, merged, wrapped

AWAITABLE = (
    library.CONNECTION,
    "sqlalchemy.AsyncTransaction",
    "sqlalchemy.AsyncSessionTransaction",
    library.POOL,
)
ENTERED_AS_ITSELF = (
    *library.SESSIONS,
    *library.SYNC_SESSIONS,
    library.SYNC_CONNECTION,
    library.ASYNCPG_CONNECTION,
    *AWAITABLE,
    "asyncio.TaskGroup",
    "contextlib.AsyncExitStack",
    "psycopg2.connection",
    "psycopg.Connection",
)


# Functions that pass on, or wrap, what they are given: what they give is unknown when that is.
PASSING_ON = frozenset(
    """
    functools.partial functools.lru_cache functools.cache contextlib.asynccontextmanager contextlib.contextmanager
    contextlib.aclosing builtins.anext builtins.next builtins.getattr typing.cast typing_extensions.cast
    builtins.super
    asyncpg.connect psycopg.AsyncConnection.connect psycopg2.connect psycopg.connect psycopg.Connection.connect
    """.split()
)


def result(inference: Inference, call: Call) -> Value | None:
    """What a call gives."""
    return called(inference, inference.callee(call), call)


def called(inference: Inference, value: Value | None, call: Call | None) -> Value | None:
    """What calling a value gives; `call` is None where a framework makes the call."""
    if value is None:
        return None
    match value.kind:
        case Kind.LIBRARY:
            return _of_library(inference, value, call)
        case Kind.METHOD:
            return _of_method(inference, value, call)
        case Kind.INSTANCE if value.inner is not None:
            return product(value, call)
        case Kind.FUNCTION if isinstance(value.definition, Function):
            return function_result(inference, value.definition)
        case Kind.CLASS if isinstance(value.definition, Class):
            made = Value(Kind.OBJECT, definition=value.definition)
            return made if call is None else inference.with_origin(made, call)
        case Kind.OBJECT:
            return called(inference, attributes.attribute(inference, value, "__call__"), call)
        case Kind.CALLABLE:
            return value.inner
        case Kind.FOREIGN:
            return Value(Kind.FOREIGN, value.name)
    return None


def product(factory: Value, call: Call | None) -> Value | None:
    """The session that a factory makes."""
    if factory.inner is None or call is None:
        return factory.inner
    return replace(factory.inner, origins=frozenset((call,)), chain=factory.chain)


def _of_library(inference: Inference, value: Value, call: Call | None) -> Value | None:
    name = library.canonical(value.name)
    if call is not None and name in PASSING_ON:
        return _special(inference, name, call)
    made = Value(Kind.INSTANCE, library.MAKES.get(name, name), inner=_product_of(inference, name, call))
    if name not in library.MAKES and not library.is_known(name):
        return Value(Kind.FOREIGN, value.name)
    return made if call is None else inference.with_origin(made, call)


def _product_of(inference: Inference, name: str, call: Call | None) -> Value | None:
    """What a session factory, just made, will make."""
    if call is None or name not in (library.FACTORY, library.SYNC_FACTORY, library.REGISTRY, library.SYNC_REGISTRY):
        return None
    place = place_of(call)
    if name in (library.REGISTRY, library.SYNC_REGISTRY):
        factory = inference.value(call.argument("session_factory", 0), place)
        return None if factory is None else factory.inner
    given = option(inference, call, "class_")
    if given.value is not None:
        cls = inference.value(given.value, given.place)
        return None if cls is None else instance(inference, cls)
    if not given.is_certain:
        return None
    return Value(Kind.INSTANCE, library.SESSION if name == library.FACTORY else library.SYNC_SESSION)


def _special(inference: Inference, name: str, call: Call) -> Value | None:
    """What one of the functions above gives."""
    place = place_of(call)

    def first() -> Value | None:
        return inference.value(call.argument("", 0), place)

    match name:
        case "functools.partial" | "functools.lru_cache" | "functools.cache":
            return first()
        case "contextlib.asynccontextmanager" | "contextlib.contextmanager":
            function = inference.function(first())
            kind = Kind.ASYNC_MANAGER if name.endswith("asynccontextmanager") else Kind.MANAGER
            return Value(Kind.CALLABLE, inner=wrapped(kind, returned(inference, function))) if function else None
        case "contextlib.aclosing":
            return wrapped(Kind.ASYNC_MANAGER, first())
        case "builtins.anext":
            return wrapped(Kind.COROUTINE, element(inference, first(), is_async=True))
        case "builtins.next":
            given = first()
            return element(inference, given, is_async=False) if given and given.kind is Kind.GENERATOR else None
        case "builtins.getattr":
            return _getattr(inference, call)
        case "builtins.super":
            return _super(inference, call)
        case "typing.cast" | "typing_extensions.cast":
            return inference.value(call.argument("val", 1), place) or annotated(inference, call.argument("", 0), place)
        case "asyncpg.connect" | "psycopg.AsyncConnection.connect":
            kind_name = library.ASYNCPG_CONNECTION if name.startswith("asyncpg") else "psycopg.AsyncConnection"
            made = Value(Kind.INSTANCE, kind_name, origins=frozenset((call,)))
            return wrapped(Kind.COROUTINE, made)
        case "psycopg2.connect" | "psycopg.connect" | "psycopg.Connection.connect":
            kind_name = "psycopg2.connection" if name.startswith("psycopg2") else "psycopg.Connection"
            return Value(Kind.INSTANCE, kind_name, origins=frozenset((call,)))
    return None


def _getattr(inference: Inference, call: Call) -> Value | None:
    positional = call.positional
    if len(positional) < 2 or not isinstance(positional[1], Literal):
        return None
    owner = inference.value(positional[0], place_of(call))
    return attributes.attribute(inference, owner, str(positional[1].value))


def _super(inference: Inference, call: Call) -> Value | None:
    """What `super()` gives: an object of the one class of the project that the method's own class inherits from."""
    scope = call.block.scope
    owner = scope.owner if isinstance(scope, Function) else None
    if owner is None or call.arguments:
        return None
    place = end_of(owner.parent or owner.module)
    found = [value for base in owner.bases if (value := inference.value(base, place)) is not None]
    classes = [value.definition for value in found if value.kind is Kind.CLASS]
    is_only = len(found) == len(owner.bases) and len(classes) == 1
    return Value(Kind.OBJECT, definition=classes[0]) if is_only else None


def _of_method(inference: Inference, value: Value, call: Call | None) -> Value | None:
    cls, _, name = value.name.rpartition(".")
    owner = value.inner
    found = library.member(cls, name)
    if found is None or owner is None:
        return None
    if name == "begin" and owner.inner is not None:
        return wrapped(Kind.ASYNC_MANAGER, product(owner, call))
    if value.name == "contextlib.AsyncExitStack.enter_async_context" and call is not None:
        given = inference.value(call.argument("cm", 0), place_of(call))
        return wrapped(Kind.COROUTINE, entered(inference, given, is_async=True))
    made = _promised(found.returns, call, owner)
    if found.kind is library.MemberKind.COROUTINE:
        return wrapped(Kind.COROUTINE, made)
    return made if made is not None else Value(Kind.FOREIGN, value.name)


MANAGERS = {library.ResultShape.ASYNC_MANAGER: Kind.ASYNC_MANAGER, library.ResultShape.MANAGER: Kind.MANAGER}


def _promised(returns: library.Returns | None, call: Call | None, owner: Value) -> Value | None:
    """The value that a library's table says is returned."""
    if returns is None:
        return None
    origins = frozenset() if call is None else frozenset((call,))
    made = Value(Kind.INSTANCE, returns.name, origins=origins, chain=owner.chain)
    given = owner if returns.name == owner.name else made
    manager = MANAGERS.get(returns.shape)
    return given if manager is None else wrapped(manager, given)


def function_result(inference: Inference, function: Function) -> Value | None:
    """What a call of a project's function gives: a coroutine, generator, manager or plain value."""
    shape = shape_of(inference, function)
    if shape is None:
        return None
    inner = returned(inference, function)
    if shape in (Kind.ASYNC_MANAGER, Kind.MANAGER):
        return wrapped(shape, inner)
    if function.is_generator:
        return wrapped(Kind.ASYNC_GENERATOR if function.is_async else Kind.GENERATOR, inner)
    return wrapped(Kind.COROUTINE, inner) if function.is_async else inner


def returned(inference: Inference, function: Function) -> Value | None:
    """What a function returns, or yields when it is a generator; its annotation when its body does not tell."""
    return inference.once("returned", function, lambda: _returned(inference, function))


def _returned(inference: Inference, function: Function) -> Value | None:
    kind = ExitKind.YIELD if function.is_generator else ExitKind.RETURN
    values: list[Value | None] = []
    for item in function.exits:
        if item.kind is kind and item.value is not None and not is_nothing(item.value):
            values.append(inference.value(item.value, place_of(item)))
    found = merged(values)
    if found is not None and found.kind is not Kind.FOREIGN:
        return found
    promised = annotated(inference, function.returns, declared_at(function))
    if promised is not None and function.is_generator and promised.kind in GENERATORS:
        promised = promised.inner
    return promised or found


GENERATORS = (Kind.ASYNC_GENERATOR, Kind.GENERATOR, Kind.COLLECTION)


def awaited(value: Value | None) -> Value | None:
    """What `await value` gives."""
    if value is None:
        return None
    if value.kind in (Kind.COROUTINE, Kind.ASYNC_MANAGER):
        return value.inner
    if value.kind is Kind.INSTANCE and library.is_a(value.name, *AWAITABLE):
        return value
    return value if value.kind is Kind.FOREIGN else None


def entered(inference: Inference, value: Value | None, is_async: bool) -> Value | None:
    """What `with value as …` binds."""
    if value is None:
        return None
    if value.kind in (Kind.ASYNC_MANAGER, Kind.MANAGER):
        return value.inner
    if inference.is_a(value, *ENTERED_AS_ITSELF) and value.kind is Kind.INSTANCE:
        return value
    if value.kind is Kind.OBJECT:
        method = attributes.attribute(inference, value, "__aenter__" if is_async else "__enter__")
        if method is not None and method.kind is Kind.METHOD:
            return value
        found = called(inference, method, None)
        return awaited(found) if is_async else found
    return value if value.kind is Kind.FOREIGN else None


def element(inference: Inference, value: Value | None, is_async: bool) -> Value | None:
    """What `for … in value` binds."""
    if value is not None and value.kind in (Kind.COLLECTION, Kind.GENERATOR, Kind.ASYNC_GENERATOR):
        return value.inner
    return None
