"""Names looked up from a place: comprehensions, the scope, the scopes around it, the module, builtins."""

from __future__ import annotations

import builtins
from dataclasses import replace

from async_db_lint.index.expressions import Attribute, Expr, Name, is_nothing
from async_db_lint.index.scopes import Binding, Class, Function, Import, Module, Parameter, Scope
from async_db_lint.project.inference import parameters
from async_db_lint.project.inference.annotations import annotated
from async_db_lint.project.inference.definitions import bindings_of
from async_db_lint.project.inference.narrowing import narrowed
from async_db_lint.project.inference.protocol import Inference
from async_db_lint.project.libraries import library
from async_db_lint.project.names.names import Found, LibraryName, Package, Resolution
from async_db_lint.project.names.places import Place, place_of
from async_db_lint.project.names.values import Kind, Step, Value, merged

BUILTINS = frozenset(dir(builtins))


def name_value(inference: Inference, name: str, place: Place) -> Value | None:
    """What a name is at a place."""
    for block in place.block.outward():
        if name in block.names:
            around = Place(block.parent or block, place.at)
            return inference.once(f"comprehension {name}", block, lambda: inference.value(block.names[name], around))  # noqa: B023
    found = bindings_of(name, place)
    if found is not None:
        scope, bindings = found
        if bindings is not scope.bindings[name]:
            return narrowed(inference, name, bound_value(inference, scope, bindings), place)
        value = inference.once("name", bindings, lambda: bound_value(inference, scope, bindings))
        return narrowed(inference, name, value, place)
    module = place.scope.module
    target = inference.names.member(module, name) if module.stars else None
    if target is not None:
        return target_value(inference, target)
    return Value(Kind.LIBRARY, f"builtins.{name}") if name in BUILTINS else None


def bound_value(inference: Inference, scope: Scope, bindings: list[Binding]) -> Value | None:
    """What a name is that has these bindings; `None` as a first value does not count."""
    telling = [item for item in bindings if not _is_placeholder(item)]
    if len(telling) == 1:
        return binding_value(inference, scope, telling[0])
    return merged([_by_one_name(binding_value(inference, scope, item)) for item in telling])


def _by_one_name(value: Value | None) -> Value | None:
    """A library's object under the one name that it is known by, wherever it was imported from."""
    if value is None or value.kind is not Kind.LIBRARY:
        return value
    return replace(value, name=library.canonical(value.name))


def binding_value(inference: Inference, scope: Scope, binding: Binding) -> Value | None:
    """What one binding gives its name."""
    found = _binding_value(inference, scope, binding)
    if found is None or found.kind not in (Kind.INSTANCE, Kind.OBJECT):
        return found
    return found.through(Step(scope.module.path, binding.statement.span, binding.name))


def _binding_value(inference: Inference, scope: Scope, binding: Binding) -> Value | None:
    value = binding.value
    match value:
        case Import():
            target = inference.names.resolve(scope.module, value)
            return None if target is None else target_value(inference, target)
        case Function():
            return Value(Kind.FUNCTION, definition=value)
        case Class():
            return Value(Kind.CLASS, definition=value)
        case Parameter():
            assert isinstance(scope, Function)
            return parameters.parameter_value(inference, scope, value)
        case None:
            return annotated(inference, binding.annotation, place_of(binding))
        case _:
            found = inference.once("binding", binding, lambda: inference.value(value, place_of(binding)))
            if found is None or found.kind is Kind.FOREIGN:
                return annotated(inference, binding.annotation, place_of(binding)) or found
            return found


def target_value(inference: Inference, target: Resolution) -> Value | None:
    """What an import leads to."""
    match target:
        case LibraryName(dotted):
            return Value(Kind.LIBRARY, dotted)
        case Package() | Module():
            return Value(Kind.MODULE, definition=target)
        case Found(module, bindings):
            return inference.once(
                f"member {bindings[0].name}", module, lambda: bound_value(inference, module, list(bindings))
            )


def items_of(inference: Inference, owner: Expr, place: Place) -> Value | None:
    """What `cache[key] = …` puts, in the same file, into the collection that a name is bound to."""
    if not isinstance(owner, (Name, Attribute)):
        return None
    name, module = owner.name, place.scope.module
    return inference.once(f"items {name}", module, lambda: _items(inference, name, module))


def _items(inference: Inference, name: str, module: Module) -> Value | None:
    found: list[Value | None] = []
    for scope, target in inference.table.targets(""):
        stored = target.owner
        if scope.module is module and isinstance(stored, (Name, Attribute)) and stored.name == name:
            found.append(inference.value(target.value, place_of(target)))
            if found[-1] is None:
                return None
    return merged(found)


def _is_placeholder(binding: Binding) -> bool:
    return is_nothing(binding.value)
