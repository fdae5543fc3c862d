"""Relationships that are certainly not loaded where they are read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from async_db_lint.index.expressions import Call, Expr, Name, walk
from async_db_lint.index.scopes import Class, Function, Read
from async_db_lint.project.effects.acts import Act
from async_db_lint.project.effects.events import Event
from async_db_lint.project.loading.arguments import Called, called
from async_db_lint.project.loading.between import Between, Happenings, Moment
from async_db_lint.project.loading.history import Histories
from async_db_lint.project.loading.loaded_by_then import OtherLoads
from async_db_lint.project.loading.loaders import NOTHING
from async_db_lint.project.loading.models import Model, Models
from async_db_lint.project.loading.objects import Objects
from async_db_lint.project.loading.relationships import RAISING, WAITING, Relationship
from async_db_lint.project.loading.results import Loaded
from async_db_lint.project.loading.statements import Selected
from async_db_lint.project.loading.touched import (
    Touches,
    is_guarded,
    names_behind,
    place_of_moment,
)

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
        self.histories = Histories(happenings)

    def all(self) -> Iterator[Unloaded]:
        """One read for each relationship of what a statement loads: the nearest, in the function that loads it."""
        names = self.models.reading()
        found: dict[tuple[Call, Class, str], Unloaded] = {}
        for function in self.objects.codebase.functions() if names else ():
            for read in function.reads:
                item = self._of_read(read) if read.expr.name in names else None
                if item is not None:
                    key = (item.loaded.call, item.cls, item.relationship.name)
                    if key not in found or item.distance < found[key].distance:
                        found[key] = item
        yield from found.values()

    def _of_read(self, read: Read) -> Unloaded | None:
        """What a read reads that is not loaded: of the object itself, or of one that some caller passes."""
        return next((found for item in self.ways(read) if (found := self.unloaded(*item)) is not None), None)

    def ways(self, read: Read) -> Iterator[tuple[Loaded, Reading]]:
        """What the object that is read may be: as its function gets it, or else as each caller passes it."""
        reading = Reading(read.expr.value, read.expr.name, read)
        place = place_of_moment(read)
        loaded = self.objects.of(reading.expr, place)
        if loaded is not None:
            yield loaded, reading
            return
        for how in self._callers(read):
            loaded = self.objects.of(reading.expr, place, how)
            if loaded is not None:
                yield loaded, reading._replace(how=how)

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
        name = None if model is None else model.read_by(reading.name)
        relationship = None if model is None or name is None else model.relationships[name]
        if loaded.is_new and self._is_emptied(loaded, reading):
            loaded = loaded._replace(loads=NOTHING)
        if model is None or relationship is None or not self._is_left_out(loaded, relationship):
            return None
        if is_guarded(reading.moment) or self._is_touched(loaded, model, reading._replace(name=relationship.name)):
            return None
        between = self.happenings.between(loaded, reading.moment, reading.how)
        if between is None or not self._stays_out(loaded, model, relationship, between):
            return None
        if loaded.is_new and not self._is_stored(loaded, relationship, reading):
            return None
        closed = any(event.act is Act.CLOSE and event.subject == between.subject for event in between.after)
        is_closed = closed and between.subject is not None
        return Unloaded(reading.moment, model.cls, relationship, loaded, reading.how, is_closed)

    def _is_left_out(self, loaded: Loaded, relationship: Relationship) -> bool:
        """Whether neither the statement nor the class loads a relationship, and what leads to it is there."""
        is_inside_of_new = loaded.is_new and bool(loaded.path)
        if relationship.lazy not in WAITING or relationship.is_collection is None or is_inside_of_new:
            return False
        if loaded.loads.has((*loaded.path, relationship.name)):
            return False
        return loaded.is_there

    def _is_emptied(self, loaded: Loaded, reading: Reading) -> bool:
        """Whether a new object is refreshed as a whole: then it loses the relationships that it was made with."""
        events = self._certain(loaded, reading)
        return any(event.site.method == "refresh" and not event.site.arguments[1:] for event in events)

    def _certain(self, loaded: Loaded, reading: Reading) -> list[Event]:
        """What certainly happens to the session of an object before it is read."""
        history = self.histories.of(loaded, reading.expr, reading.moment, reading.how)
        happenings = () if history is None else history.happenings
        return [item.event for item in happenings if item.event is not None and item.is_certain]

    def _is_touched(self, loaded: Loaded, model: Model, reading: Reading) -> bool:
        """Whether a function that the object passes through may set the relationship, or load it in its own way."""
        moment, how = reading.moment, reading.how
        inner = {call.block.scope for call in (*loaded.through[1:], loaded.call)} - {moment.block.scope}
        if how is not None:
            inner.add(how.call.block.scope)
        if any(self.touches.sets(scope, reading.name) for scope in inner):
            return True
        names = names_behind(reading.expr, place_of_moment(moment))
        if loaded.is_new and self.touches.fills(names, reading.name, moment):
            return True
        return self.touches.may_have(names, reading.name, model.cls, moment)

    def _stays_out(self, loaded: Loaded, model: Model, relationship: Relationship, between: Between) -> bool:
        """Whether nothing that happens may load a relationship in another way."""
        own = None if loaded.is_new else self.objects.selected(loaded.call)
        if not relationship.is_collection and own is not None and self._is_behind(own, relationship):
            return False
        # No query fills a collection of what is not made yet; what an object leads to may be in the session.
        earlier = () if loaded.is_new and relationship.is_collection else between.before
        events = (*earlier, *between.after)
        return not any(
            self.others.may_have(event, model.cls, relationship) for event in events if event.site is not loaded.call
        )

    def _is_behind(self, own: Selected, relationship: Relationship) -> bool:
        """Whether what a many-to-one leads to may come with the objects' own statement."""
        return any(entity is None or self.others.brings(entity, own, relationship.target) for entity in own.entities)

    def _is_stored(self, loaded: Loaded, relationship: Relationship, reading: Reading) -> bool:
        """Whether a new object is certainly in the database by then, and has a value there that would be loaded."""
        if not relationship.is_collection and (f"{relationship.name}_id",) not in loaded.loads.paths:
            return False
        return any(event.act in (Act.FLUSH, Act.COMMIT) for event in self._certain(loaded, reading))


def _depends_on_another(read: Read, function: Function, names: set[str]) -> bool:
    """Whether a read is made only for some values of another parameter, which may say that it is loaded."""
    others = {parameter.name for parameter in function.parameters} - names
    heads = (*read.tests, *(head for block in read.block.outward() for head in block.heads))
    return any(isinstance(part, Name) and part.name in others for head in heads for part in walk(head))
