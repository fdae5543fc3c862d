"""What a type annotation says that a value is."""

from __future__ import annotations

from async_db_lint.index.expressions import Attribute, Either, Expr, Join, Literal, Name, Sequence, Subscript
from async_db_lint.index.scopes import Class
from async_db_lint.project.inference import dependencies, hints
from async_db_lint.project.inference.definitions import definitions
from async_db_lint.project.inference.protocol import Inference
from async_db_lint.project.libraries import library
from async_db_lint.project.names.places import Place
from async_db_lint.project.names.values import Kind, Value, merged

WRAPPERS = {
    "AsyncIterator": Kind.ASYNC_GENERATOR,
    "AsyncGenerator": Kind.ASYNC_GENERATOR,
    "AsyncIterable": Kind.ASYNC_GENERATOR,
    "Iterator": Kind.GENERATOR,
    "Generator": Kind.GENERATOR,
    "Iterable": Kind.COLLECTION,
    "Awaitable": Kind.COROUTINE,
    "AsyncContextManager": Kind.ASYNC_MANAGER,
    "AbstractAsyncContextManager": Kind.ASYNC_MANAGER,
    "ContextManager": Kind.MANAGER,
    "AbstractContextManager": Kind.MANAGER,
    "list": Kind.COLLECTION,
    "List": Kind.COLLECTION,
    "Sequence": Kind.COLLECTION,
    "tuple": Kind.COLLECTION,
    "set": Kind.COLLECTION,
}
TYPING = ("typing", "typing_extensions", "collections", "contextlib", "builtins")
INJECTED = frozenset({"dishka.FromDishka", "dishka.integrations.fastapi.FromDishka"})


def annotated(inference: Inference, note: Expr | None, place: Place) -> Value | None:
    """The value that an annotation promises; None when it promises nothing known, or one of several."""
    match note:
        case Name() | Attribute():
            return _named(inference, note, place)
        case Subscript(head, index):
            return _parametrised(inference, head, index, place)
        case Join("BitOr", left, right):
            return _one_of(inference, (left, right), place)
        case Either(options):
            return _one_of(inference, options, place)
    return None


def _named(inference: Inference, note: Name | Attribute, place: Place) -> Value | None:
    """A class by its name, or a type alias, perhaps from another file."""
    if hints.is_session(inference, note, place):
        return Value(Kind.INSTANCE, library.SESSION)
    aliases = [
        (expr, where)
        for expr, where in definitions(inference, note, place)
        if isinstance(expr, (Name, Attribute, Subscript, Join))
    ]
    if aliases:
        return merged([inference.alias(expr, where) for expr, where in aliases])
    value = inference.value(note, place)
    return None if value is None else instance(inference, value)


def instance(inference: Inference, value: Value) -> Value | None:
    """An object of a class that an annotation names."""
    if value.kind is Kind.CLASS and isinstance(value.definition, Class):
        return Value(Kind.OBJECT, definition=value.definition)
    if value.kind is Kind.LIBRARY:
        name = library.canonical(value.name)
        if library.is_known(name):
            return Value(Kind.INSTANCE, name, inner=_default_product(name))
        return None if _says_nothing(value.name) else Value(Kind.FOREIGN, value.name)
    return None


def _default_product(name: str) -> Value | None:
    """What a bare `async_sessionmaker` makes."""
    if name in (library.FACTORY, library.REGISTRY):
        return Value(Kind.INSTANCE, library.SESSION)
    return None


def _says_nothing(dotted: str) -> bool:
    root, _, last = dotted.rpartition(".")
    return root.partition(".")[0] in TYPING and last in (
        "Any",
        "object",
        "Self",
        "Callable",
        "Generator",
        "AsyncGenerator",
        "AsyncIterator",
    )


def _parametrised(inference: Inference, head: Expr, index: Expr, place: Place) -> Value | None:
    items = index.items if isinstance(index, Sequence) else (index,)
    if hints.is_named(inference, head, place, inference.hints.markers):
        return annotated(inference, items[0], place)
    value = inference.value(head, place)
    if value is None:
        return None
    if value.kind is Kind.CLASS:
        return instance(inference, value)
    if value.kind is not Kind.LIBRARY:
        return None
    name = library.canonical(value.name)
    if name in (library.FACTORY, library.REGISTRY, library.SYNC_FACTORY, library.SYNC_REGISTRY):
        return Value(Kind.INSTANCE, name, inner=annotated(inference, items[0], place))
    if library.is_known(name):
        return instance(inference, value)
    if value.name in INJECTED:
        return annotated(inference, items[0], place)
    return _of_typing(inference, value.name, items, place)


def _of_typing(inference: Inference, dotted: str, items: tuple[Expr, ...], place: Place) -> Value | None:
    root, _, last = dotted.rpartition(".")
    if root.partition(".")[0] not in TYPING or not items:
        return Value(Kind.FOREIGN, dotted)
    if last == "Annotated":
        return _with_metadata(inference, items, place)
    if last in ("Optional", "ClassVar", "Final", "Required", "NotRequired"):
        return annotated(inference, items[0], place)
    if last == "Union":
        return _one_of(inference, items, place)
    if last == "Callable":
        return Value(Kind.CALLABLE, inner=annotated(inference, items[-1], place))
    if last in ("type", "Type"):
        return inference.value(items[0], place)
    if last == "Coroutine":
        return Value(Kind.COROUTINE, inner=annotated(inference, items[-1], place))
    if last in ("dict", "Dict", "Mapping"):
        return Value(Kind.COLLECTION, inner=annotated(inference, items[-1], place))
    kind = WRAPPERS.get(last)
    return None if kind is None else Value(kind, inner=annotated(inference, items[0], place))


def _with_metadata(inference: Inference, items: tuple[Expr, ...], place: Place) -> Value | None:
    """`Annotated[X, Depends(f)]`: what the dependency yields is believed before X."""
    for item in items[1:]:
        call = dependencies.depends(inference, item, place)
        found = None if call is None else dependencies.provided(inference, call)
        if found is not None:
            return found
    return annotated(inference, items[0], place)


def _one_of(inference: Inference, options: tuple[Expr, ...], place: Place) -> Value | None:
    telling = [item for item in options if not (isinstance(item, Literal) and item.value is None)]
    return merged([annotated(inference, item, place) for item in telling])
