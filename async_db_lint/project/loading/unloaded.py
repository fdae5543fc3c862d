"""Relationships that are certainly not loaded where they are read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from async_db_lint.index.expressions import Call, Expr, Name, walk
from async_db_lint.index.scopes import Class, Function, Read
from async_db_lint.project.effects.acts import Act
from async_db_lint.project.loading.arguments import Called, called
from async_db_lint.project.loading.between import Between, Happenings, Moment
from async_db_lint.project.loading.loaded_by_then import OtherLoads
from async_db_lint.project.loading.models import RAISING, WAITING, Model, Models, Relationship
from async_db_lint.project.loading.objects import Objects
from async_db_lint.project.loading.results import Loaded
from async_db_lint.project.loading.statements import Selected
from async_db_lint.project.loading.touched import (
    Touches,
    is_flushed,
    is_guarded,
    names_behind,
    place_of_moment,
)
from async_db_lint.project.names.places import dominates

MAX_CALLERS = 25  # of a function whose parameter is read


class Reading(NamedTuple):
    """A relationship of what an expression holds, read at a moment.

    `how` is the call of the reader's function that passes the object, where a caller loads it.
    """

    expr: Expr
    name: str
    moment: Moment
    how: Called | None = None


class Unloaded(NamedTuple):
    """A relationship that is read, and is certainly not loaded. Example: `for item in project.loading.unloaded:`.

    `how` is the call of the reader's function that passes the object, where a caller loads it; `is_closed` says
    whether the session is closed by then.
    """

    moment: Moment
    cls: Class
    relationship: Relationship
    loaded: Loaded
    how: Called | None
    is_closed: bool

    @property
    def distance(self) -> int:
        """How many calls lie between where the object is loaded and where it is read."""
        return len(self.loaded.through) + (1 if self.how is not None else 0)

    @property
    def exception(self) -> str:
        """What the read raises."""
        if self.relationship.lazy in RAISING:
            return "InvalidRequestError"
        return "DetachedInstanceError" if self.is_closed else "MissingGreenlet"


class UnloadedReads:
    """Finds reads of relationships that are certainly not loaded."""

    def __init__(self, models: Models, objects: Objects, happenings: Happenings) -> None:
        """Take the mapped classes, where objects come from, and what happens to their sessions."""
        self.models = models
        self.objects = objects
        self.happenings = happenings
        self.others = OtherLoads(models, objects)
        self.touches = Touches(objects.codebase)

    def all(self) -> Iterator[Unloaded]:
        """One read for each relationship of what a statement loads: the nearest, in the function that loads it."""
        names = {relationship.name for _, relationship in self.models.written_relationships()}
        names |= {relationship.name for relationship in self.models.backrefs()}
        if not names:
            return
        found: dict[tuple[Call, Class, str], Unloaded] = {}
        for function in self.objects.codebase.functions():
            for read in function.reads:
                item = self._of_read(read) if read.expr.name in names else None
                if item is not None:
                    key = (item.loaded.call, item.cls, item.relationship.name)
                    if key not in found or item.distance < found[key].distance:
                        found[key] = item
        yield from found.values()

    def _of_read(self, read: Read) -> Unloaded | None:
        reading = Reading(read.expr.value, read.expr.name, read)
        place = place_of_moment(read)
        loaded = self.objects.of(reading.expr, place)
        if loaded is not None:
            return self.unloaded(loaded, reading)
        for how in self._callers(read):
            loaded = self.objects.of(reading.expr, place, how)
            found = None if loaded is None else self.unloaded(loaded, reading._replace(how=how))
            if found is not None:
                return found
        return None

    def _callers(self, read: Read) -> Iterator[Called]:
        """The calls that pass the object that is read, where that comes by a parameter and is read in any case."""
        function = read.block.scope
        names = names_behind(read.expr.value, place_of_moment(read))
        if not isinstance(function, Function) or not any(function.parameter(name) for name in names):
            return
        if _depends_on_another(read, function, names):
            return
        inference = self.objects.inference
        for call in inference.callers(function)[:MAX_CALLERS]:
            how = called(inference, call, function, None)
            if how is not None:
                yield how

    def unloaded(self, loaded: Loaded, reading: Reading) -> Unloaded | None:
        """A relationship that is read of what was loaded; None when it may be there."""
        model = None if loaded.entity is None else self.models.of(loaded.entity)
        relationship = None if model is None else model.relationships.get(reading.name)
        if model is None or relationship is None or not self._is_left_out(loaded, relationship):
            return None
        if is_guarded(reading.moment) or self._is_touched(loaded, model, reading):
            return None
        between = self.happenings.between(loaded, reading.moment, reading.how)
        if between is None or not self._stays_out(loaded, model, relationship, between):
            return None
        if loaded.is_new and not self._is_stored(loaded, relationship, between, reading):
            return None
        closed = any(event.act is Act.CLOSE and event.subject == between.subject for event in between.after)
        is_closed = closed and between.subject is not None
        return Unloaded(reading.moment, model.cls, relationship, loaded, reading.how, is_closed)

    def _is_left_out(self, loaded: Loaded, relationship: Relationship) -> bool:
        """Whether neither the statement nor the class loads a relationship, and what leads to it is there."""
        if relationship.lazy not in WAITING or relationship.is_collection is None:
            return False
        if loaded.loads.has((*loaded.path, relationship.name)):
            return False
        return all(loaded.loads.has(loaded.path[: end + 1]) for end in range(len(loaded.path)))

    def _is_touched(self, loaded: Loaded, model: Model, reading: Reading) -> bool:
        """Whether a function that the object passes through may set the relationship, or load it in its own way."""
        moment, how = reading.moment, reading.how
        inner = {call.block.scope for call in (*loaded.through[1:], loaded.call)} - {moment.block.scope}
        if how is not None:
            inner.add(how.call.block.scope)
        if any(self.touches.sets(scope, reading.name) for scope in inner):
            return True
        names = names_behind(reading.expr, place_of_moment(moment))
        return self.touches.may_have(names, reading.name, model.cls, moment)

    def _stays_out(self, loaded: Loaded, model: Model, relationship: Relationship, between: Between) -> bool:
        """Whether nothing that happens may load a relationship in another way."""
        own = None if loaded.is_new else self.objects.selected(loaded.call)
        if not relationship.is_collection and own is not None and self._is_behind(own, relationship):
            return False
        events = (*between.before, *between.after)
        return not any(
            self.others.may_have(event, model.cls, relationship) for event in events if event.site is not loaded.call
        )

    def _is_behind(self, own: Selected, relationship: Relationship) -> bool:
        """Whether what a many-to-one leads to may come with the objects' own statement."""
        return any(entity is None or self.others.brings(entity, own, relationship.target) for entity in own.entities)

    def _is_stored(self, loaded: Loaded, relationship: Relationship, between: Between, reading: Reading) -> bool:
        """Whether a new object is certainly in the database by then, and has a value there that would be loaded."""
        moment = reading.moment
        is_given = relationship.is_collection or (f"{relationship.name}_id",) in loaded.loads.paths
        names = names_behind(reading.expr, place_of_moment(moment))
        if reading.how is not None or not is_given or not is_flushed(moment.block.scope, names):
            return False
        return any(
            event.act in (Act.FLUSH, Act.COMMIT) and event.is_certain and dominates(event.block, moment.block)
            for event in between.after
        )


def _depends_on_another(read: Read, function: Function, names: set[str]) -> bool:
    """Whether a read is made only for some values of another parameter, which may say that it is loaded."""
    others = {parameter.name for parameter in function.parameters} - names
    for block in read.block.outward():
        for head in block.heads:
            if any(isinstance(part, Name) and part.name in others for part in walk(head)):
                return True
    return False
