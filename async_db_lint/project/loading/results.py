"""What the methods of sessions and results give: objects, rows, or many of them."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from async_db_lint.index.expressions import Call, Literal
from async_db_lint.index.scopes import Class
from async_db_lint.project.loading.loaders import Loads, Names


class LoadedShape(Enum):
    """What an expression holds of what was loaded. Example: `if loaded.shape is LoadedShape.ROW:`."""

    OBJECT = "a mapped object"
    ROW = "a row"
    OBJECTS = "several mapped objects"
    ROWS = "several rows"
    RESULT = "a result of rows"
    SCALARS = "a result of mapped objects"


SEVERAL = {
    LoadedShape.OBJECTS: LoadedShape.OBJECT,
    LoadedShape.ROWS: LoadedShape.ROW,
    LoadedShape.RESULT: LoadedShape.ROW,
    LoadedShape.SCALARS: LoadedShape.OBJECT,
}
"""What each of several is."""
QUERIES = {
    **dict.fromkeys("execute stream".split(), LoadedShape.RESULT),
    **dict.fromkeys("scalars stream_scalars".split(), LoadedShape.SCALARS),
    **dict.fromkeys("scalar get get_one".split(), LoadedShape.OBJECT),
    "exec": LoadedShape.SCALARS,
}
"""What the methods of a session that query give."""
FROM_RESULT = {
    **dict.fromkeys("scalar scalar_one scalar_one_or_none".split(), LoadedShape.OBJECT),
    **dict.fromkeys("first one one_or_none fetchone".split(), LoadedShape.ROW),
    **dict.fromkeys("all fetchall fetchmany".split(), LoadedShape.ROWS),
    **dict.fromkeys("unique yield_per tuples execution_options".split(), LoadedShape.RESULT),
    "scalars": LoadedShape.SCALARS,
}
FROM_SCALARS = {
    **dict.fromkeys("first one one_or_none".split(), LoadedShape.OBJECT),
    **dict.fromkeys("all fetchall fetchmany".split(), LoadedShape.OBJECTS),
    **dict.fromkeys("unique yield_per execution_options".split(), LoadedShape.SCALARS),
}
FORGIVING = frozenset({"first", "scalar"})
"""What takes the first row of a joined result without `unique()`, and is not refused."""


class Loaded(NamedTuple):
    """What was loaded and how. Example: `loaded = project.loading.loaded(expr, place)`.

    `entities` are the mapped classes of a row, of objects the one class; `path` the relationships followed from what
    was selected. `call` is the session's method, or the constructor where `is_new`; `through` are the calls of
    functions that lead to it, the outermost first; `taken` is the call that takes it out of a result. `is_unique`
    says whether `unique()` was called, and `is_there` whether the relationships that were followed may be loaded.
    """

    shape: LoadedShape
    entities: tuple[Class | None, ...]
    loads: Loads
    call: Call
    path: Names = ()
    is_new: bool = False
    through: tuple[Call, ...] = ()
    taken: Call | None = None
    is_unique: bool = False
    is_there: bool = True

    @property
    def entity(self) -> Class | None:
        """The mapped class of an object, or of each of several."""
        return self.entities[0] if len(self.entities) == 1 else None

    @property
    def first(self) -> Call:
        """The call by which the reader's own function gets it."""
        return self.through[0] if self.through else self.call

    def item(self, position: int | None) -> Loaded | None:
        """An item of a row."""
        if self.shape is not LoadedShape.ROW or position is None or position >= len(self.entities):
            return None
        return self._replace(shape=LoadedShape.OBJECT, entities=(self.entities[position],))

    def each(self) -> Loaded | None:
        """Each of several."""
        shape = SEVERAL.get(self.shape)
        return None if shape is None else self._replace(shape=shape)

    def merged(self, other: Loaded) -> Loaded | None:
        """One for two that are possible; None when they are of different kinds."""
        if (self.shape, self.entities, self.path, self.is_new) != (
            other.shape,
            other.entities,
            other.path,
            other.is_new,
        ):
            return None
        return self._replace(loads=self.loads.plus(other.loads), is_unique=self.is_unique or other.is_unique)


def taken_from(loaded: Loaded, call: Call) -> Loaded | None:
    """What a method of a result gives."""
    method = call.method or ""
    if loaded.shape is LoadedShape.RESULT:
        shape = FROM_RESULT.get(method)
        if shape in (LoadedShape.OBJECT, LoadedShape.SCALARS):
            loaded = loaded._replace(entities=_column(loaded, call))
    elif loaded.shape is LoadedShape.SCALARS:
        shape = FROM_SCALARS.get(method)
    else:
        return None
    if shape is None:
        return None
    is_unique = loaded.is_unique or method == "unique"
    return loaded._replace(shape=shape, is_unique=is_unique, taken=None if method == "unique" else call)


def _column(loaded: Loaded, call: Call) -> tuple[Class | None, ...]:
    """The class of the column that `scalars(…)` takes."""
    given = call.argument("index", 0)
    position = 0 if given is None else given.value if isinstance(given, Literal) else None
    if not isinstance(position, int) or position >= len(loaded.entities):
        return (None,)
    return (loaded.entities[position],)
