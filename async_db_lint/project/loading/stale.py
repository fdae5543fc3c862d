"""Attributes that are read when they have expired: by a commit, a rollback, or because the database computes them."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from async_db_lint.index.expressions import Literal, Name, Sequence
from async_db_lint.index.scopes import Class, Function
from async_db_lint.project.effects.acts import Act
from async_db_lint.project.effects.effects import EffectsOfFunctions
from async_db_lint.project.effects.events import Event
from async_db_lint.project.loading.arguments import Called
from async_db_lint.project.loading.between import Moment
from async_db_lint.project.loading.expiry import Expiry
from async_db_lint.project.loading.history import History
from async_db_lint.project.loading.models import Model
from async_db_lint.project.loading.responses import Responses
from async_db_lint.project.loading.results import Loaded, LoadedShape
from async_db_lint.project.loading.server_values import ServerValues
from async_db_lint.project.loading.touched import is_guarded
from async_db_lint.project.loading.unloaded import Reading, UnloadedReads

NEAR = 1  # calls between a rollback and the function that reads afterwards


class Cause(Enum):
    """Why an attribute has no value. Example: `if item.cause is Cause.ROLLBACK:`."""

    COMMIT = "committed"
    ROLLBACK = "rolled back"
    SERVER = "computed by the database"


class Stale(NamedTuple):
    """An attribute that is read, and would have to be loaded again. Example: `for item in project.loading.stale:`."""

    moment: Moment
    cls: Class
    attribute: str
    loaded: Loaded
    how: Called | None
    cause: Cause
    event: Event


class State(NamedTuple):
    """What is known of an object at one point of its history; `expires` is what its session does at a commit."""

    is_stored: bool
    is_committed: bool
    in_transaction: bool
    expires: bool
    is_changed: bool = False
    is_set: bool = False
    expired: tuple[Cause, Event] | None = None
    stale: Event | None = None

    def changed(self, is_attribute: bool) -> State:
        """The state after an attribute is set, perhaps the one that is asked about."""
        is_set = self.is_set or is_attribute
        return self._replace(is_changed=True, is_set=is_set, expired=None if is_attribute else self.expired)

    def after(self, event: Event) -> State:
        """The state after the session certainly did something else than to query."""
        match event.act:
            case Act.FLUSH:
                return self._written(event)._replace(is_stored=True, in_transaction=True)
            case Act.COMMIT:
                expired = (Cause.COMMIT, event) if self.expires else self.expired
                written = self._written(event)._replace(expired=expired)
                return written._replace(is_stored=True, is_committed=True, in_transaction=False)
            case Act.ROLLBACK:
                is_expired = self.is_committed and self.in_transaction
                expired = (Cause.ROLLBACK, event) if is_expired else self.expired
                return self._replace(expired=expired, in_transaction=False)
        return self

    def _written(self, event: Event) -> State:
        """The state after what was changed is written: an UPDATE where the row is there already."""
        if not self.is_changed:
            return self
        is_stale = self.is_stored and not self.is_set
        return self._replace(is_changed=False, is_set=False, stale=event if is_stale else None)


class StaleReads:
    """Finds reads of attributes that have expired."""

    def __init__(self, reads: UnloadedReads, expiry: Expiry) -> None:
        """Take what finds the objects that are read, and which sessions expire theirs."""
        self.reads = reads
        self.objects = objects = reads.objects
        self.models = objects.models
        self.histories = reads.histories
        self.expiry = expiry
        self.server_values = ServerValues(objects.codebase)

    def all(self, responses: Responses, effects: EffectsOfFunctions) -> Iterator[Stale]:
        """The first read of each object after what made it expire: in code, or by a response model."""
        computed = self._computed()
        ending = effects.functions_that_end(("rollback",), NEAR)
        if self.expiry.is_possible:
            ending |= effects.functions_that_end(("commit", "begin"))
        seen: set[tuple[object, ...]] = set()
        for item in (*self._of_code(computed, ending), *self._of_responses(responses, computed)):
            key = (item.event.site, item.event.call, item.moment.block.scope, item.loaded.call)
            if key not in seen:
                seen.add(key)
                yield item

    def _computed(self) -> set[str]:
        """The names of the columns that the database computes at an UPDATE."""
        return {
            name
            for model in self.models.all()
            for name, column in model.columns.items()
            if self.server_values.is_computed(model, column)
        }

    def _of_code(self, computed: set[str], ending: set[Function]) -> Iterator[Stale]:
        for function in self.objects.codebase.functions():
            for read in function.reads:
                is_asked = read.expr.name in computed or function in ending
                for item in self.reads.ways(read) if is_asked and isinstance(read.expr.value, Name) else ():
                    found = self.of(*item)
                    if found is not None and not is_guarded(read):
                        yield found

    def _of_responses(self, responses: Responses, computed: set[str]) -> Iterator[Stale]:
        for view in responses.views() if computed or self.expiry.is_possible else ():
            for name in responses.schemas.fields(view.model) or ():
                if name in computed or self.expiry.is_possible:
                    found = self.of(view.loaded, view.reading._replace(name=name))
                    if found is not None:
                        yield found

    def of(self, loaded: Loaded, reading: Reading) -> Stale | None:
        """Why an attribute of what was loaded has no value at a moment; None when it may have one."""
        model = None if loaded.entity is None else self.models.of(loaded.entity)
        is_column = model is not None and reading.name in model.columns
        if model is None or not is_column or loaded.shape is not LoadedShape.OBJECT or loaded.path:
            return None
        history = self.histories.of(loaded, reading.expr, reading.moment, reading.how)
        state = None if history is None else self._last(loaded, model, reading.name, history)
        if state is None:
            return None
        found = state.expired
        if found is None and state.stale is not None:
            computed = self.server_values.is_computed(model, model.columns[reading.name])
            found = (Cause.SERVER, state.stale) if computed else None
        if found is None:
            return None
        return Stale(reading.moment, model.cls, reading.name, loaded, reading.how, *found)

    def _last(self, loaded: Loaded, model: Model, attribute: str, history: History) -> State | None:
        """The state of an object after its history; None when it is not known."""
        expires = history.session is not None and self.expiry.at_commit(history.session)
        state: State | None = State(not loaded.is_new, not loaded.is_new, not loaded.is_new, expires)
        for item in history.happenings:
            if state is None:
                return None
            if item.event is None:
                state = state.changed(item.attribute == attribute)
            elif item.event.act is Act.CLOSE and item.is_certain:
                return state  # what the session does from here on is nothing to the object
            elif item.event.act is Act.UNKNOWN:
                is_left = item.event.subject is not None and item.event.subject.origin is item.event.site
                state = state if is_left else None
            elif item.event.act is Act.QUERY:
                state = self._after_query(state, item.event, model, attribute)
            elif item.is_certain:
                state = state.after(item.event)
        return state

    def _after_query(self, state: State, event: Event, model: Model, attribute: str) -> State | None:
        """The state after a query on the session; None where it may have loaded the attribute again."""
        if event.site.method == "refresh":
            names = event.site.argument("attribute_names", 1)
            others = names.items if isinstance(names, Sequence) else ()
            is_other = bool(others) and all(isinstance(item, Literal) and item.value != attribute for item in others)
            return state if is_other else None
        if event.subject is not None and event.subject.is_connection:
            return state
        if event.site.method in ("connection", "begin_nested"):
            return state._replace(in_transaction=True)
        selected = self.objects.selected(event.site)
        if selected is None:
            return None
        if any(entity is not None and self.models.related(entity, model.cls) for entity in selected.entities):
            return None
        return state._replace(in_transaction=True)
