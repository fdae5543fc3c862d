"""ADB108."""

from __future__ import annotations

from async_db_lint.rule import *

THREADED = frozenset({"sqlalchemy.QueuePool", "sqlalchemy.SingletonThreadPool"})
SIZELESS = frozenset({"sqlalchemy.NullPool", "sqlalchemy.StaticPool", "sqlalchemy.AssertionPool"})
OF_QUEUES = ("pool_size", "max_overflow", "pool_timeout", "pool_use_lifo")
DEFAULT_SIZE = 10
"""Both `min_size` and `max_size` of a pool that says nothing (asyncpg 0.32)."""


class InvalidPoolArgument(Rule):
    """An engine or pool is given arguments that it refuses.

    Happens: the module cannot be imported. An async engine takes no `QueuePool` and no `SingletonThreadPool`:
    `ArgumentError: Pool class QueuePool cannot be used with asyncio engine`. `NullPool` and `StaticPool` take no
    sizes: `TypeError: Invalid argument(s) 'pool_size'`. asyncpg's pool opens ten connections unless `min_size` says
    otherwise, so that `max_size=5` alone raises `ValueError: min_size is greater than max_size`.

    Instead: leave `poolclass` out, and the engine takes the queue that is made for asyncio. Say either `NullPool` or
    a size. Say both sizes of asyncpg's pool.

        create_async_engine(url, pool_size=5, max_overflow=5)
        asyncpg.create_pool(dsn, min_size=1, max_size=5)

    Silent: when the pool's class or its sizes are not known.
    """

    code = "ADB108"
    name = "invalid-pool-argument"
    severity = Severity.ERROR
    consequence = Consequence.FAILS

    def suspects(self, project: Project) -> Suspects:
        for engine in project.engines:
            if engine.is_pool:
                if _is_upside_down(project.site(engine.call)):
                    message = "`max_size` is below `min_size`, which is 10 if left out: the pool cannot be made"
                    yield suspect(engine.call, message, at=keyword("max_size"))
                continue
            given = engine.option("poolclass")
            name = project.inference.library_name(project.value_at(given.value, given.place)) or ""
            title = name.rpartition(".")[2]
            if engine.is_async and name in THREADED:
                message = f"`{title}` is for threads: an async engine refuses it, and the module cannot be imported"
                yield suspect(engine.call, message, at=keyword("poolclass"))
            if given.value is None and given.is_certain and _is_in_memory(engine):
                name, title = "sqlalchemy.StaticPool", "StaticPool"
            wrong = [item for item in OF_QUEUES if engine.option(item).value is not None] if name in SIZELESS else []
            if wrong:
                message = f"`{title}` takes no `{wrong[0]}`: the engine cannot be made"
                yield suspect(engine.call, message, at=keyword(wrong[0]))


def _is_in_memory(engine: Engine) -> bool:
    """Whether an engine's database is SQLite's in memory, for which SQLAlchemy takes a `StaticPool`."""
    prefix = None if engine.driver is None or engine.driver.dialect != "sqlite" else engine.driver.prefix
    return prefix is not None and prefix.is_whole and prefix.text.partition("://")[2] in ("", "/:memory:")


def _is_upside_down(call: CallSite) -> bool:
    """Whether a pool of asyncpg may hold fewer connections than it opens."""
    sizes = [call.option(name) for name in ("min_size", "max_size")]
    known = [call.written(item.value) if item.value else Literal(DEFAULT_SIZE) for item in sizes if item.is_certain]
    low, high = known if len(known) == len(sizes) else (None, None)
    if not isinstance(low, Literal) or not isinstance(high, Literal):
        return False
    return isinstance(low.value, int) and isinstance(high.value, int) and low.value > high.value
