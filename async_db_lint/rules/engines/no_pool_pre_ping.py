"""ADB112."""

from __future__ import annotations

from async_db_lint.fixes.nodes.arguments import setting_keyword
from async_db_lint.rule import *

OPTIONS = ("pool_pre_ping", "pool_recycle", "pool", "creator", "async_creator")
FROM_CONFIG = "async_engine_from_config"  # whose options are in a configuration that is not read


class NoPoolPrePing(Rule):
    """The engine of a service keeps connections and never asks whether they still work.

    Happens: the server restarts, a firewall forgets a quiet connection, the database fails over. The pool still holds
    the connection, and the next request that gets it fails: `InterfaceError: connection is closed`. Each connection
    of the pool fails one request.

    Instead: let the pool ask before it hands a connection out, `pool_pre_ping=True`, and replace old ones,
    `pool_recycle=1800`.

        create_async_engine(url, pool_pre_ping=True, pool_recycle=1800)

    Asking costs one round trip for each connection that is taken.

    Silent: with `pool_recycle`, `NullPool` and `StaticPool`; for SQLite; for engines of tests, migrations and
    scripts; when options come from somewhere that cannot be looked up. This rule is advice: `--select ADVICE` shows
    it.
    """

    code = "ADB112"
    name = "no-pool-pre-ping"
    severity = Severity.ADVICE
    consequence = Consequence.FAILS
    fix = Safety.UNSAFE
    yields_to = ("ADB105",)

    def suspects(self, project: Project) -> Suspects:
        fix = setting_keyword("pool_pre_ping", "True", Safety.UNSAFE)
        for engine in project.engines:
            is_local = engine.driver is not None and engine.driver.dialect == "sqlite"
            is_local = is_local or engine.call.method == FROM_CONFIG
            if not engine.is_async or engine.is_unpooled or is_local or not engine.is_in_application:
                continue
            options = [engine.option(name) for name in OPTIONS]
            if all(item.value is None and item.is_certain for item in options):
                message = "a connection that the server has closed fails the next request: set `pool_pre_ping=True`"
                yield suspect(engine.call, message, fix=fix)
