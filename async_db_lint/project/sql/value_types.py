"""What an annotation says about a value that is put into SQL: a text that may be anything, or something harmless."""

from __future__ import annotations

from async_db_lint.index.expressions import Attribute, Call, Expr, Join, Literal, Name, Sequence, Subscript, walk
from async_db_lint.index.scopes import Bound, Class, is_expression
from async_db_lint.project.inference import attributes
from async_db_lint.project.inference.protocol import Inference
from async_db_lint.project.names.places import Place
from async_db_lint.project.names.values import Kind

HARMLESS = frozenset(
    """
    builtins.int builtins.float builtins.bool builtins.len builtins.round builtins.abs builtins.range
    uuid.UUID datetime.datetime datetime.date datetime.timedelta decimal.Decimal sqlalchemy.quoted_name
    """.split()
)
"""Types and functions whose text cannot change a statement."""
HOLDING = frozenset("Optional list List set Sequence tuple Union".split())
RESTRICTING = ("pattern", "regex", "constr")
TYPING = frozenset({"typing.Optional", "typing.Union"})


def is_free_text(inference: Inference, note: Expr, place: Place) -> bool:
    """Whether an annotation is `str`, perhaps optional or several of them, and says no more about it."""
    match note:
        case Name() | Attribute():
            return inference.library_name(inference.value(note, place)) == "builtins.str"
        case Subscript(head, Sequence(items)) if getattr(head, "name", "") == "Annotated" and items:
            rest = Sequence(items[1:])
            return is_free_text(inference, items[0], place) and not is_restricted(rest)
        case Subscript(head, key):
            inner = key.items if isinstance(key, Sequence) else (key,)
            known = [is_free_text(inference, item, place) for item in inner if item != Literal(None)]
            return getattr(head, "name", "") in HOLDING and bool(known) and all(known)
        case Join("BitOr", left, right):
            sides = [item for item in (left, right) if item != Literal(None)]
            return bool(sides) and all(is_free_text(inference, item, place) for item in sides)
    return False


def is_restricted(given: Bound | None) -> bool:
    """Whether a default or the rest of an annotation restricts a text: by a pattern, or a function that looks at it."""
    if given is None or not is_expression(given):
        return False
    calls = [part for part in walk(given) if isinstance(part, Call)]
    return any(
        (call.method or "").endswith("Validator") or any(call.keyword(name) is not None for name in RESTRICTING)
        for call in calls
    )


def is_open_dict(note: Expr) -> bool:
    """Whether an annotation is a dict that may hold any text."""
    if isinstance(note, Subscript) and getattr(note.value, "name", "") == "Annotated":
        return isinstance(note.key, Sequence) and bool(note.key.items) and is_open_dict(note.key.items[0])
    if isinstance(note, Subscript) and getattr(note.value, "name", "") in ("dict", "Dict"):
        items = note.key.items if isinstance(note.key, Sequence) else ()
        return len(items) == 2 and getattr(items[1], "name", "") in ("str", "Any")
    return note == Name("dict")


def is_harmless(inference: Inference, note: Expr, place: Place) -> bool:
    """Whether an annotation is a number, a date, an enumeration or a choice of literals."""
    value = inference.value(note, place)
    if value is not None and value.kind is Kind.CLASS and isinstance(value.definition, Class):
        return any(name.startswith("enum.") for name in attributes.library_bases(inference, value.definition))
    parts = (part for part in walk(note) if isinstance(part, (Name, Attribute)))
    names = {inference.library_name(inference.value(part, place)) for part in parts}
    return (bool(names) and names <= HARMLESS | TYPING) or "typing.Literal" in names


def is_body(inference: Inference, note: Expr, place: Place) -> bool:
    """Whether an annotation is a Pydantic model, perhaps with more said about it."""
    if isinstance(note, Subscript) and getattr(note.value, "name", "") == "Annotated":
        items = note.key.items if isinstance(note.key, Sequence) else ()
        return bool(items) and is_body(inference, items[0], place)
    value = inference.value(note, place)
    cls = value.definition if value is not None and value.kind is Kind.CLASS else None
    bases = attributes.library_bases(inference, cls) if isinstance(cls, Class) else []
    return any(name.endswith(("pydantic.BaseModel", "pydantic.main.BaseModel")) for name in bases)
