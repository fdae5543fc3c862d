"""All calls, assignments and definitions of a project by their last name: where a search starts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from async_db_lint.index.expressions import Call
from async_db_lint.index.scopes import Class, Function, Module, Scope, TargetBinding


class CallTable:
    """The project's calls, targets and definitions, found by name in one look."""

    def __init__(self, modules: Iterable[Module]) -> None:
        """Take every module of the project; each scope is visited once."""
        self.functions: list[Function] = []
        self.classes: list[Class] = []
        self.function_names: set[str] = set()
        self._calls: dict[str, list[Call]] = defaultdict(list)
        self._targets: dict[str, list[tuple[Scope, TargetBinding]]] = defaultdict(list)
        self._renamed: dict[str, set[str]] = defaultdict(set)
        for module in modules:
            self._note_renamed(module)
            for scope in module.inner():
                self._note(scope)

    def _note(self, scope: Scope) -> None:
        for call in scope.calls:
            name = call.method
            if name is not None:
                self._calls[name].append(call)
        for target in scope.targets:
            self._targets[target.name].append((scope, target))
        if isinstance(scope, Function):
            self.functions.append(scope)
            self.function_names.add(scope.name)
        elif isinstance(scope, Class):
            self.classes.append(scope)

    def _note_renamed(self, module: Module) -> None:
        for name, bindings in module.bindings.items():
            for binding in bindings:
                found = getattr(binding.value, "name", None)  # an import's, or an alias such as `Maker = sessionmaker`
                if isinstance(found, str) and found != name:
                    self._renamed[found].add(name)

    def named(self, name: str) -> Iterator[Call]:
        """The calls whose last name this is, or a name under which a module imports it."""
        for spelling in self.spellings(name):
            yield from self._calls.get(spelling, ())

    def spellings(self, name: str) -> tuple[str, ...]:
        """A name, and the names under which modules import it."""
        return (name, *self._renamed.get(name, ()))

    def targets(self, name: str) -> list[tuple[Scope, TargetBinding]]:
        """The assignments to an attribute of that name; to an item when the name is empty."""
        return self._targets.get(name, [])
