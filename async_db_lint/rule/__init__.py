"""The rule author's desk: every word that a rule may use, from one import.

A rule imports from here and from `fixes.nodes`, and from nowhere else. `docs/writing-rules.md` explains each word.
"""

from __future__ import annotations

from async_db_lint.index.expressions import (
    Attribute,
    Await,
    Call,
    Comprehension,
    Either,
    Element,
    Enter,
    Expr,
    Lambda,
    Literal,
    Mapping,
    Name,
    Sequence,
    Span,
    Starred,
    Template,
    Usage,
    children,
    is_nothing,
    walk,
)
from async_db_lint.index.scopes import (
    CONDITIONS,
    LOOPS,
    Binding,
    Block,
    BlockKind,
    Class,
    Exit,
    ExitKind,
    Function,
    Import,
    Module,
    Parameter,
    Read,
    Scope,
    Statement,
    TargetBinding,
    is_expression,
)
from async_db_lint.project.application.application import AROUND_SERVING, AT_START, AT_STOP, PER_REQUEST, Trigger
from async_db_lint.project.application.call_site import CallSite, enclosing_function
from async_db_lint.project.application.events import event_registrations
from async_db_lint.project.application.lifespans import Handlers, can_define_lifespan, handlers_of, has_lifespan
from async_db_lint.project.application.loop import OnLoop
from async_db_lint.project.application.startup import handlers, run_by, touches
from async_db_lint.project.effects.acts import RELEASES, Act
from async_db_lint.project.effects.caught import Caught, Handler
from async_db_lint.project.effects.events import Event
from async_db_lint.project.effects.held import Held
from async_db_lint.project.effects.requests import InjectedDependency, Request, injected_subject
from async_db_lint.project.effects.subjects import Provenance, Subject
from async_db_lint.project.engines.alembic_urls import alembic_driver, async_driver, has_fallback
from async_db_lint.project.engines.disposals import Disposal
from async_db_lint.project.engines.ending import Ending, ending_of
from async_db_lint.project.engines.engines import Engine
from async_db_lint.project.engines.logged import logs_statements
from async_db_lint.project.engines.unmade_pools import is_never_made
from async_db_lint.project.engines.url_guards import Guard
from async_db_lint.project.engines.urls import Driver, Url
from async_db_lint.project.inference.attributes import ancestry
from async_db_lint.project.inference.decorators import ROUTERS, is_cached, shape_of
from async_db_lint.project.inference.dependencies import is_depends
from async_db_lint.project.inference.options import entry
from async_db_lint.project.inference.results import awaited
from async_db_lint.project.libraries.extras import without_greenlet
from async_db_lint.project.libraries.library import (
    ASYNCPG_CONNECTION,
    CONNECTION,
    ENGINE,
    FACTORIES,
    FACTORY,
    POOL,
    REGISTRY,
    SESSION,
    SESSIONS,
    SYNC_CONNECTION,
    SYNC_ENGINE,
    SYNC_FACTORY,
    SYNC_REGISTRY,
    SYNC_SESSION,
    SYNC_SESSIONS,
    canonical,
    coroutine_names,
    is_coroutine,
)
from async_db_lint.project.libraries.probe_statements import is_probe
from async_db_lint.project.libraries.versions import Range
from async_db_lint.project.loading.defaults import DefaultKind, WrongDefault
from async_db_lint.project.loading.models import Column, Model
from async_db_lint.project.loading.responses import Response, UnloadedField
from async_db_lint.project.loading.stale import Cause, Stale
from async_db_lint.project.loading.statement_chains import StatementChain, chains_of
from async_db_lint.project.loading.unbounded import Unbounded
from async_db_lint.project.loading.unloaded import Unloaded
from async_db_lint.project.names.imports import Needed
from async_db_lint.project.names.places import Place, dominates, end_of, place_of
from async_db_lint.project.names.quoted_code import quoted
from async_db_lint.project.names.uses import expressions, given_to, is_never_awaited, names_of, uses_of
from async_db_lint.project.names.values import Kind, Value
from async_db_lint.project.project import BlockingCall, Project
from async_db_lint.project.sessions.closed import closings_of, is_handed_on
from async_db_lint.project.sessions.gathered import gathered
from async_db_lint.project.sessions.given_back import (
    GivenBack,
    given_back,
    is_left_unentered,
    is_outside_transaction,
)
from async_db_lint.project.sessions.handing import handed_over
from async_db_lint.project.sessions.held import is_lent, is_session_or_connection
from async_db_lint.project.sessions.injection import Injection, injection_for
from async_db_lint.project.sessions.opening import OPENED, Opened, is_generator_of_sessions, opens
from async_db_lint.project.sessions.origin import Origin
from async_db_lint.project.sessions.shared import Carried, carried_by, is_of_request
from async_db_lint.project.sessions.tasks import has_ended, is_awaited_later, tasks
from async_db_lint.project.sql.assembled import Piece, SqlText
from async_db_lint.project.sql.placeholders import wrong_placeholder
from async_db_lint.project.sql.tables import mistyped_arguments
from async_db_lint.project.sql.value_sources import Traced, ValueSource
from async_db_lint.read.source import Role
from async_db_lint.rule import cst
from async_db_lint.rule.change import Change, Orphan, Safety
from async_db_lint.rule.consequence import Consequence
from async_db_lint.rule.finding import Severity
from async_db_lint.rule.pointers import (
    Pointer,
    argument,
    argument_of,
    header_item,
    keyword,
    keyword_of,
    name_of,
    whole,
    written_keyword,
)
from async_db_lint.rule.rule import About, Rule
from async_db_lint.rule.suspect import (
    Fixer,
    Related,
    Suspect,
    Suspects,
    causes,
    related_calls,
    steps_of,
    suspect,
    suspect_assigned,
    suspect_binding,
    suspect_file,
    suspect_function,
    suspect_handler,
    suspect_header,
    suspect_moment,
    suspect_read,
    suspect_return,
    suspect_statement,
)
from async_db_lint.rule.syntax import Syntax

__all__ = [
    "AROUND_SERVING",
    "ASYNCPG_CONNECTION",
    "AT_START",
    "AT_STOP",
    "CONDITIONS",
    "CONNECTION",
    "ENGINE",
    "FACTORIES",
    "FACTORY",
    "LOOPS",
    "OPENED",
    "PER_REQUEST",
    "POOL",
    "REGISTRY",
    "RELEASES",
    "ROUTERS",
    "SESSION",
    "SESSIONS",
    "SYNC_CONNECTION",
    "SYNC_ENGINE",
    "SYNC_FACTORY",
    "SYNC_REGISTRY",
    "SYNC_SESSION",
    "SYNC_SESSIONS",
    "About",
    "Act",
    "Attribute",
    "Await",
    "Binding",
    "Block",
    "BlockKind",
    "BlockingCall",
    "Call",
    "CallSite",
    "Carried",
    "Caught",
    "Cause",
    "Change",
    "Class",
    "Column",
    "Comprehension",
    "Consequence",
    "DefaultKind",
    "Disposal",
    "Driver",
    "Either",
    "Element",
    "Ending",
    "Engine",
    "Enter",
    "Event",
    "Exit",
    "ExitKind",
    "Expr",
    "Fixer",
    "Function",
    "GivenBack",
    "Guard",
    "Handler",
    "Handlers",
    "Held",
    "Import",
    "InjectedDependency",
    "Injection",
    "Kind",
    "Lambda",
    "Literal",
    "Mapping",
    "Model",
    "Module",
    "Name",
    "Needed",
    "OnLoop",
    "Opened",
    "Origin",
    "Orphan",
    "Parameter",
    "Piece",
    "Place",
    "Pointer",
    "Project",
    "Provenance",
    "Range",
    "Read",
    "Related",
    "Request",
    "Response",
    "Role",
    "Rule",
    "Safety",
    "Scope",
    "Sequence",
    "Severity",
    "Span",
    "SqlText",
    "Stale",
    "Starred",
    "Statement",
    "StatementChain",
    "Subject",
    "Suspect",
    "Suspects",
    "Syntax",
    "TargetBinding",
    "Template",
    "Traced",
    "Trigger",
    "Unbounded",
    "Unloaded",
    "UnloadedField",
    "Url",
    "Usage",
    "Value",
    "ValueSource",
    "WrongDefault",
    "alembic_driver",
    "ancestry",
    "argument",
    "argument_of",
    "async_driver",
    "awaited",
    "can_define_lifespan",
    "canonical",
    "carried_by",
    "causes",
    "chains_of",
    "children",
    "closings_of",
    "coroutine_names",
    "cst",
    "dominates",
    "enclosing_function",
    "end_of",
    "ending_of",
    "entry",
    "event_registrations",
    "expressions",
    "gathered",
    "given_back",
    "given_to",
    "handed_over",
    "handlers",
    "handlers_of",
    "has_ended",
    "has_fallback",
    "has_lifespan",
    "header_item",
    "injected_subject",
    "injection_for",
    "is_awaited_later",
    "is_cached",
    "is_coroutine",
    "is_depends",
    "is_expression",
    "is_generator_of_sessions",
    "is_handed_on",
    "is_left_unentered",
    "is_lent",
    "is_never_awaited",
    "is_never_made",
    "is_nothing",
    "is_of_request",
    "is_outside_transaction",
    "is_probe",
    "is_session_or_connection",
    "keyword",
    "keyword_of",
    "logs_statements",
    "mistyped_arguments",
    "name_of",
    "names_of",
    "opens",
    "place_of",
    "quoted",
    "related_calls",
    "run_by",
    "shape_of",
    "steps_of",
    "suspect",
    "suspect_assigned",
    "suspect_binding",
    "suspect_file",
    "suspect_function",
    "suspect_handler",
    "suspect_header",
    "suspect_moment",
    "suspect_read",
    "suspect_return",
    "suspect_statement",
    "tasks",
    "touches",
    "uses_of",
    "walk",
    "whole",
    "without_greenlet",
    "written_keyword",
    "wrong_placeholder",
]
