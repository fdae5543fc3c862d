"""Where statements are built and rows are written."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Set

from async_db_lint.audit import entries
from async_db_lint.audit.audited import Audited
from async_db_lint.index.scopes import Function
from async_db_lint.project.application.call_site import CallSite
from async_db_lint.project.application.startup import run_by
from async_db_lint.project.libraries import library
from async_db_lint.project.libraries.probe_statements import is_probe
from async_db_lint.rule.finding import Location

BUILDERS = tuple(f"sqlalchemy.{name}" for name in ("select", "insert", "update", "delete"))


def statements(audited: Audited, routes: Collection[Function]) -> entries.Statements:
    """The application's statements and writes; those outside of routes once more by themselves."""
    built = [site for site in audited.project.calls_to(*BUILDERS) if audited.counts(site.call)]
    writes = list(_writes(audited))
    raw = list(_raw(audited))
    raw_functions = {site.function for site in raw if site.function is not None}
    functions = _reaching(audited, {site.function for site in writes if site.function is not None}, raw_functions)
    old = audited.project.calls("query", on=library.SYNC_SESSIONS)
    return entries.Statements(
        selects=_places(audited, (site for site in built if site.library_name == "sqlalchemy.select")),
        old_queries=_places(audited, (site for site in old if audited.counts(site.call))),
        queries_elsewhere=_places(audited, (site for site in built if site.function not in routes)),
        changes=_places(audited, (site for site in built if site.library_name != "sqlalchemy.select")),
        orm_writes=_places(audited, writes),
        raw_sql=_places(audited, raw),
        mixed=_places(audited, (site for site in raw if site.function in functions)),
    )


def _reaching(audited: Audited, writers: Set[Function], others: Set[Function]) -> set[Function]:
    """Those of some functions that write, call functions that write, or are called by them, through others too."""
    found = {function for function in others if not writers.isdisjoint(run_by(audited.project, function)[0])}
    for writer in writers:
        found |= others & set(run_by(audited.project, writer)[0])
    return found


def _places(audited: Audited, sites: Iterable[CallSite]) -> tuple[Location, ...]:
    return audited.places(site.call for site in sites)


def _writes(audited: Audited) -> Iterator[CallSite]:
    """Where objects are added, deleted or merged through a session."""
    for site in audited.project.calls("add", "add_all", "delete", "merge", on=library.SESSIONS):
        if audited.counts(site.call):
            yield site


def _raw(audited: Audited) -> Iterator[CallSite]:
    """Where SQL is written as text in a function; at the top of a module or class it is a default or an index."""
    driver = audited.project.calls("exec_driver_sql", on=(library.CONNECTION,))
    asyncpg = audited.project.calls(
        *("execute", "executemany", "fetch", "fetchrow", "fetchval"), on=(library.ASYNCPG_CONNECTION, library.POOL)
    )
    for site in (*audited.project.calls_to("sqlalchemy.text"), *driver, *asyncpg):
        if audited.counts(site.call) and isinstance(site.scope, Function) and not is_probe(site.call):
            yield site
