"""What is known of the project's mapped objects: the entrance for rules."""

from __future__ import annotations

from functools import cached_property

from async_db_lint.index.expressions import Expr
from async_db_lint.project.application.codebase import Codebase
from async_db_lint.project.effects.effects import EffectsOfFunctions
from async_db_lint.project.effects.requests import Request
from async_db_lint.project.inference.definitions import written
from async_db_lint.project.libraries import library
from async_db_lint.project.loading.ambiguous_names import AmbiguousName, AmbiguousNames
from async_db_lint.project.loading.between import Happenings
from async_db_lint.project.loading.conditions import Conditions
from async_db_lint.project.loading.defaults import Defaults, WrongDefault
from async_db_lint.project.loading.expiry import Expiry
from async_db_lint.project.loading.joined_rows import JoinedRows
from async_db_lint.project.loading.json_columns import JsonColumns, Mutation
from async_db_lint.project.loading.loaders import names_in_options, names_loaded_later
from async_db_lint.project.loading.models import Models
from async_db_lint.project.loading.objects import Objects
from async_db_lint.project.loading.refreshes import Refreshed, Refreshes
from async_db_lint.project.loading.response_models import ResponseModels
from async_db_lint.project.loading.responses import Responses, UnloadedField
from async_db_lint.project.loading.stale import Stale, StaleReads
from async_db_lint.project.loading.statements import SelectStatements
from async_db_lint.project.loading.time_zones import TimeZones
from async_db_lint.project.loading.unbounded import Unbounded, UnboundedStatements
from async_db_lint.project.loading.unloaded import Unloaded, UnloadedReads
from async_db_lint.project.names.places import place_of


class Loading:
    """Answers what is mapped, what is loaded, and what is not. Example: `project.loading.models.of(cls)`."""

    def __init__(self, codebase: Codebase, effects: EffectsOfFunctions, requests: tuple[Request, ...]) -> None:
        """Take the project's code, what its functions do, and its requests."""
        self.codebase = codebase
        self.models = Models(codebase)
        self.statements = SelectStatements(codebase, self.models)
        self.schemas = ResponseModels(codebase, self.models)
        self.objects = Objects(self.statements, self.schemas)
        self.happenings = Happenings(codebase, effects, requests)
        self.reads = UnloadedReads(self.models, self.objects, self.happenings)
        self.responses = Responses(codebase, self.reads, self.schemas)
        self.effects = effects

    @cached_property
    def unloaded(self) -> tuple[Unloaded, ...]:
        """The reads of relationships that are certainly not loaded, the first in each function.

        Example: `for item in project.loading.unloaded:`.
        """
        return tuple(self.reads.all())

    @cached_property
    def unloaded_fields(self) -> tuple[UnloadedField, ...]:
        """The fields of response models that read what is certainly not loaded.

        Example: `for found in project.loading.unloaded_fields:`.
        """
        return tuple(self.responses.unloaded())

    @cached_property
    def stale(self) -> tuple[Stale, ...]:
        """The reads of attributes that have certainly expired.

        Example: `for item in project.loading.stale:`.
        """
        found = StaleReads(self.reads, Expiry(self.codebase, self.effects))
        return tuple(found.all(self.responses, self.effects))

    @cached_property
    def joined_rows(self) -> JoinedRows:
        """What is wrong with how results are taken apart.

        Example: `project.loading.joined_rows.repeated()`.
        """
        return JoinedRows(self.models, self.objects)

    @cached_property
    def wrong_defaults(self) -> tuple[WrongDefault, ...]:
        """The defaults of columns that are worked out once, or that the database does not understand.

        Example: `for item in project.loading.wrong_defaults:`.
        """
        return tuple(Defaults(self.models).wrong())

    @cached_property
    def unbounded(self) -> tuple[Unbounded, ...]:
        """The statements that load all rows for the first of them, or for their number.

        Example: `for item in project.loading.unbounded:`.
        """
        return tuple(UnboundedStatements(self.models, self.objects).all())

    @cached_property
    def ambiguous_names(self) -> tuple[AmbiguousName, ...]:
        """The names given to `filter_by()` after a join that do not mean the class that was selected.

        Example: `for item in project.loading.ambiguous_names:`.
        """
        return tuple(AmbiguousNames(self.models).all())

    @cached_property
    def conditions(self) -> Conditions:
        """The conditions of statements that Python decides.

        Example: `project.loading.conditions.decided()`.
        """
        return Conditions(self.statements)

    @cached_property
    def time_zones(self) -> TimeZones:
        """Datetimes with and without a zone.

        Example: `project.loading.time_zones.mixed()`.
        """
        return TimeZones(self.objects)

    @cached_property
    def mutations(self) -> tuple[Mutation, ...]:
        """The changes in place of JSON and array values that are never written.

        Example: `for item in project.loading.mutations:`.
        """
        return tuple(JsonColumns(self.reads, self.effects).mutations())

    @cached_property
    def refreshed(self) -> tuple[Refreshed, ...]:
        """The refreshes that do not load what is read after them.

        Example: `for item in project.loading.refreshed:`.
        """
        sites = self.codebase.calls("refresh", on=library.SESSIONS)
        return tuple(Refreshes(self.models, self.objects).all(sites, self.names_in_options))

    @cached_property
    def names_in_options(self) -> frozenset[str]:
        """The names of all relationships that options of the project load.

        Example: `if name in project.loading.names_in_options:`.
        """
        return frozenset(names_in_options(self.codebase))

    @cached_property
    def names_loaded(self) -> frozenset[str]:
        """The names of all attributes that options, refreshes or `awaitable_attrs` of the project load.

        Example: `if name not in project.loading.names_loaded:`.
        """
        return self.names_in_options.union(names_loaded_later(self.codebase))

    def statement_of(self, item: Unloaded) -> Expr | None:
        """The code of the statement that loaded an object: where it is executed, or bound to a name once.

        Example: `project.loading.statement_of(item)`.
        """
        call = item.loaded.call
        given = call.argument("statement", 0)
        return None if given is None else written(self.codebase.inference, given, place_of(call))
