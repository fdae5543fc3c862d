"""`owner.name`: members of modules, classes, objects, libraries and application state."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.index.expressions import Attribute, Literal, Mapping, Name, is_nothing
from async_db_lint.index.scopes import Binding, Class, ExitKind, Function, Module, Scope, TargetBinding
from async_db_lint.project.inference import lookup
from async_db_lint.project.inference.annotations import annotated
from async_db_lint.project.inference.protocol import Inference
from async_db_lint.project.libraries import library
from async_db_lint.project.names.names import Package
from async_db_lint.project.names.places import Place, end_of, place_of
from async_db_lint.project.names.values import Kind, Step, Value, merged

MAX_BASES = 20  # classes of the project looked through for one member
EMPTY_BASES = frozenset(
    ("abc.ABC", "builtins.object", "typing.Generic", "typing.Protocol", "typing_extensions.Protocol")
)


def attribute(inference: Inference, owner: Value | None, name: str) -> Value | None:
    """What an attribute of a value is."""
    if owner is None:
        return None
    definition = owner.definition
    match owner.kind:
        case Kind.LIBRARY:
            return Value(Kind.LIBRARY, f"{owner.name}.{name}")
        case Kind.FOREIGN:
            return Value(Kind.FOREIGN, f"{owner.name}.{name}")
        case Kind.MODULE if isinstance(definition, (Module, Package)):
            target = inference.names.member(definition, name)
            return None if target is None else lookup.target_value(inference, target)
        case Kind.OBJECT | Kind.CLASS if isinstance(definition, Class):
            return member(inference, definition, name, owner)
        case Kind.INSTANCE:
            return of_library(owner.name, name, owner)
        case Kind.STATE:
            return inference.once(f"state {owner.name} {name}", None, lambda: of_state(inference, owner.name, name))
    return None


def of_library(cls: str, name: str, owner: Value) -> Value | None:
    """A member of an object of a library's class."""
    found = library.member(cls, name)
    if found is None:
        return None
    if found.kind is not library.MemberKind.ATTRIBUTE:
        return Value(Kind.METHOD, f"{cls}.{name}", inner=owner)
    if found.returns is None:
        return Value(Kind.FOREIGN, f"{cls}.{name}")
    if found.returns.shape is library.ResultShape.STATE:
        return Value(Kind.STATE, found.returns.name)
    return Value(Kind.INSTANCE, found.returns.name, origins=owner.origins, chain=owner.chain)


def ancestry(inference: Inference, cls: Class) -> list[Class | str]:
    """A class and its bases, depth first: classes of the project, and names of libraries' classes."""
    found: list[Class | str] = [cls]
    for item in found:
        if isinstance(item, str) or len(found) > MAX_BASES:
            continue
        place = end_of(item.parent or item.module)
        for base in item.bases:
            value = inference.value(base, place)
            if value is None:
                continue
            if value.kind is Kind.CLASS and isinstance(value.definition, Class) and value.definition not in found:
                found.append(value.definition)
            elif value.kind is Kind.LIBRARY:
                found.append(library.canonical(value.name))
    return found


def is_known(inference: Inference, cls: Class) -> bool:
    """Whether all that a class inherits from is code of the project, or adds nothing that runs."""
    for item in ancestry(inference, cls):
        if isinstance(item, str):
            if item not in EMPTY_BASES:
                return False
        elif any(inference.value(base, end_of(item.parent or item.module)) is None for base in item.bases):
            return False
    return True


def library_bases(inference: Inference, cls: Class) -> list[str]:
    """The libraries' classes that a class inherits from."""
    return [item for item in ancestry(inference, cls) if isinstance(item, str)]


def member(inference: Inference, cls: Class, name: str, owner: Value) -> Value | None:
    """A member of a class or of its object, from the first class of its ancestry that has one."""
    for item in ancestry(inference, cls):
        if isinstance(item, str):
            if library.is_known(item) and owner.kind is Kind.OBJECT:
                found = of_library(item, name, owner)
                if found is not None:
                    return found
            continue
        if name in item.bindings or any(target.name == name for _, target in own_targets(item)):
            return _of_class(inference, item, name, owner)
    return None


def _of_class(inference: Inference, cls: Class, name: str, owner: Value) -> Value | None:
    bindings = cls.bindings.get(name, [])
    last = bindings[-1].value if bindings else None
    if isinstance(last, Function):
        return _of_function(inference, last, owner)
    return inference.once(f"attribute {name}", cls, lambda: _assigned(inference, cls, name, bindings))


def _of_function(inference: Inference, function: Function, owner: Value) -> Value | None:
    if is_property(inference, function):
        return inference.returned(function)
    return Value(Kind.FUNCTION, definition=function, inner=owner)


def is_property(inference: Inference, function: Function) -> bool:
    """Whether a method is read as an attribute."""
    place = end_of(function.parent or function.module)
    names = (inference.library_name(inference.value(item, place)) for item in function.decorators)
    return any(name in PROPERTIES for name in names)


PROPERTIES = frozenset({"builtins.property", "functools.cached_property"})


def _assigned(inference: Inference, cls: Class, name: str, bindings: list[Binding]) -> Value | None:
    values: list[Value | None] = []
    for binding in bindings:
        if binding.value is not None and not is_nothing(binding.value):
            values.append(lookup.binding_value(inference, cls, binding))
    notes = [(item.annotation, place_of(item)) for item in bindings]
    for scope, target in own_targets(cls):
        if target.name != name:
            continue
        notes.append((target.annotation, place_of(target)))
        if not is_nothing(target.value):
            values.append(target_value(inference, scope, target))
    found = merged(values)
    if found is not None:
        return found
    promised = (annotated(inference, note, place) for note, place in notes if note is not None)
    return next((value for value in promised if value is not None), None)


def target_value(inference: Inference, scope: Scope, target: TargetBinding) -> Value | None:
    """What an assignment to an attribute stores."""
    found = inference.value(target.value, place_of(target))
    if found is None or found.kind not in (Kind.INSTANCE, Kind.OBJECT):
        return found
    return found.through(Step(scope.module.path, target.statement.span, target.name))


def own_targets(cls: Class) -> Iterator[tuple[Function, TargetBinding]]:
    """The assignments that a class's methods make to `self.…` or `cls.…`, or to the class by its name."""
    for function in cls.functions:
        first = function.parameters[0].name if function.parameters else ""
        for target in function.targets:
            if isinstance(target.owner, Name) and target.owner.name in (first, cls.name):
                yield function, target


def of_state(inference: Inference, state: str, name: str) -> Value | None:
    """What is kept in `app.state.name` or `request.state.name`, wherever it was put there."""
    found: list[Value | None] = []
    for scope, target in inference.table.targets(name):
        if isinstance(target.owner, Attribute) and target.owner.name == "state" and not is_nothing(target.value):
            owner = inference.value(target.owner, place_of(target))
            if owner is None or (owner.kind is Kind.STATE and owner.name == state):
                found.append(target_value(inference, scope, target))
    if not found and state == "request":
        found = [inference.value(value, place) for value, place in _yielded_state(inference, name)]
    return merged(found)


def _yielded_state(inference: Inference, name: str) -> Iterator[tuple[Literal | Mapping, Place]]:
    """The values under a key of the dict that a lifespan yields: Starlette copies them to `request.state`."""
    for function in inference.table.functions:
        for item in function.exits:
            if item.kind is ExitKind.YIELD and isinstance(item.value, Mapping):
                for key, value in item.value.items:
                    if isinstance(key, Literal) and key.value == name:
                        yield value, place_of(item)  # type: ignore[misc]
