"""Results that are taken apart wrongly: rows that a joined collection repeats, and rows that are taken for objects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from async_db_lint.index.expressions import Call, Name
from async_db_lint.index.scopes import Class, Function, Read
from async_db_lint.project.loading.loaders import Names
from async_db_lint.project.loading.models import Models
from async_db_lint.project.loading.objects import Objects
from async_db_lint.project.loading.results import FORGIVING, FROM_RESULT, FROM_SCALARS, Loaded, LoadedShape
from async_db_lint.project.loading.touched import place_of_moment
from async_db_lint.project.names.places import place_of

TAKING = {*FROM_RESULT, *FROM_SCALARS} - {"unique", "yield_per", "execution_options", "tuples", "scalars", *FORGIVING}
RESULTS = (LoadedShape.RESULT, LoadedShape.SCALARS)
OF_ROWS = frozenset({"count", "index", "t"})
"""What rows have themselves, as tuples."""


class Repeated(NamedTuple):
    """A call that takes something out of a result, and the collection that is joined. Example: `item.collection`."""

    call: Call
    loaded: Loaded
    collection: str


class RowRead(NamedTuple):
    """An attribute that is read of a row, and that only the object in the row has. Example: `item.read.expr`."""

    read: Read
    loaded: Loaded
    cls: Class


class JoinedRows:
    """Finds what is wrong with how results are taken apart."""

    def __init__(self, models: Models, objects: Objects) -> None:
        """Take the mapped classes, and what follows results."""
        self.models = models
        self.objects = objects

    def repeated(self) -> Iterator[Repeated]:
        """The calls that a result refuses, because a joined collection repeats its rows."""
        for name in sorted(TAKING):
            for call in self.objects.codebase.table.named(name):
                if call.receiver is None or call.method != name or self._is_made_unique(call):
                    continue
                loaded = self.objects.of(call.receiver, place_of(call))
                if loaded is not None and loaded.shape in RESULTS and not loaded.is_unique:
                    collection = self._joined(loaded)
                    if collection is not None:
                        yield Repeated(call, loaded, collection)

    def _is_made_unique(self, call: Call) -> bool:
        """Whether `result.unique()` is called on the same name, which changes the result itself."""
        calls = call.block.scope.calls
        return any(item.method == "unique" and item.receiver == call.receiver for item in calls)

    def _joined(self, loaded: Loaded) -> str | None:
        """A collection that the rows of a result are joined with: by an option, or by the class itself."""
        if loaded.loads.is_open:
            return None
        for entity in loaded.entities:
            if entity is None:
                continue
            for path in sorted(loaded.loads.joined):
                if all(path[: end + 1] in loaded.loads.joined for end in range(len(path))):
                    found = self._collection(entity, path)
                    if found is not None:
                        return found
            model = self.models.of(entity)
            for relationship in model.relationships.values() if model and not loaded.loads.has_options else ():
                target = relationship.target
                is_own = target is None or self.models.related(target, entity)  # which is joined no further
                if relationship.lazy == "joined" and relationship.is_collection and not is_own:
                    return f"{entity.name}.{relationship.name}"
        return None

    def _collection(self, entity: Class, path: Names) -> str | None:
        """The collection at the end of a path, by its class and name."""
        for position, name in enumerate(path):
            model = self.models.of(entity)
            relationship = None if model is None else model.relationships.get(name)
            if relationship is None or relationship.is_collection is None or relationship.target is None:
                return None
            if position == len(path) - 1:
                return f"{entity.name}.{name}" if relationship.is_collection else None
            entity = relationship.target
        return None

    def rows_read(self) -> Iterator[RowRead]:
        """The first attribute in each function that is read of rows with one object in each."""
        seen: set[tuple[Function, Call]] = set()
        for function in self._functions():
            for read in function.reads:
                owner = read.expr.value
                if not isinstance(owner, (Name, Call)) or read.expr.name in OF_ROWS or read.expr.name.startswith("_"):
                    continue
                loaded = self.objects.of(owner, place_of_moment(read))
                cls = None if loaded is None or loaded.shape is not LoadedShape.ROW else loaded.entity
                model = None if cls is None else self.models.of(cls)
                if loaded is None or cls is None or model is None or (function, loaded.call) in seen:
                    continue
                is_own = read.expr.name in model.columns or read.expr.name in model.relationships
                if is_own and read.expr.name != cls.name:
                    seen.add((function, loaded.call))
                    yield RowRead(read, loaded, cls)

    def _functions(self) -> list[Function]:
        """The functions that execute something, in order."""
        calls = [call for name in ("execute", "stream") for call in self.objects.codebase.table.named(name)]
        return list(dict.fromkeys(scope for call in calls if isinstance(scope := call.block.scope, Function)))
