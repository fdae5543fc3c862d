"""ADB1xx."""

from __future__ import annotations

from tests.mutants.change import Change
from tests.mutants.mutants import Mutant

DATABASE = "database.py"
MAIN = "main.py"
ENGINE = """
engine = create_async_engine(
    settings.database_url,
    pool_size=settings.pool_size,
    max_overflow=settings.pool_overflow,
    pool_timeout=settings.pool_timeout,
    pool_pre_ping=True,
    hide_parameters=True,
    connect_args=settings.connect_args("bookshop"),
)
"""
FACTORY = "SessionLocal = async_sessionmaker(engine, expire_on_commit=False)"
YIELDING = """
async with SessionLocal() as session:
    yield session
"""
DISPOSE = "await engine.dispose()"


def engine(call: str, imports: str = "") -> Change:
    return Change(DATABASE, ENGINE, f"engine = {call}", imports=imports)


def with_url(url: str, imports: str = "") -> Change:
    """The engine as it is, on another URL to the same server."""
    return Change(DATABASE, ENGINE, ENGINE.strip().replace("settings.database_url", url), imports=imports)


def with_option(option: str) -> Change:
    return engine(f"create_async_engine(settings.database_url, pool_pre_ping=True, {option})")


LOOPS = """
def confirm_each(keys: list[int]) -> None:
    for key in keys:
        asyncio.run(confirm(key))
"""
CELERY = """
@shared_task
def confirm_later(key: int) -> None:
    asyncio.run(confirm(key))
"""

MUTANTS = [
    Mutant(
        "psycopg2 connection beside the engine",
        "ADB101",
        (
            Change(
                DATABASE,
                "",
                'reports = psycopg2.connect(settings.database_url.replace("+asyncpg", ""))',
                imports="import psycopg2",
            ),
        ),
        (DATABASE, "psycopg2.connect"),
    ),
    Mutant(
        "psycopg 3 connection, opened synchronously by the module of jobs",
        "ADB101",
        (
            Change(
                "services/jobs.py",
                "",
                'exports = psycopg.connect(settings.database_url.replace("+asyncpg", ""))',
                imports="import psycopg\nfrom reference_app.settings import settings",
            ),
        ),
        ("services/jobs.py", "psycopg.connect"),
    ),
    Mutant(
        "URL without a driver",
        "ADB102",
        (with_url("f\"postgresql://{settings.database_url.partition('://')[2]}\""),),
        (DATABASE, "engine = create_async_engine("),
    ),
    Mutant(
        "URL of a hosting provider",
        "ADB102",
        (with_url("'postgres://' + settings.database_url.partition('://')[2]"),),
        (DATABASE, "engine = create_async_engine("),
    ),
    Mutant(
        "URL with psycopg2, in pieces",
        "ADB102",
        (with_url("'postgresql+psycopg2://%s' % settings.database_url.partition('://')[2]"),),
        (DATABASE, "engine = create_async_engine("),
    ),
    Mutant(
        "URL with another driver",
        "ADB102",
        (
            with_url(
                'make_url(settings.database_url).set(drivername="postgresql+pg8000")', "from sqlalchemy import make_url"
            ),
        ),
        (DATABASE, "engine = create_async_engine("),
    ),
    Mutant(
        "synchronous engine with an async driver for the migrations",
        "ADB103",
        (
            Change(
                "migrate.py",
                "",
                'engine = create_engine("postgresql+asyncpg://bookshop@localhost/bookshop")',
                imports="from sqlalchemy import create_engine",
            ),
        ),
        ("migrate.py", "create_engine("),
        behaves=False,
    ),
    Mutant(
        "synchronous engine with an async driver beside the other one",
        "ADB103",
        (
            Change(
                DATABASE,
                "",
                'reports = create_engine(URL.create("postgresql+asyncpg", host="localhost", database="bookshop"))',
                imports="from sqlalchemy import URL, create_engine",
            ),
        ),
        (DATABASE, "reports = create_engine("),
        behaves=False,
    ),
    Mutant("no dispose", "ADB104", (Change(MAIN, DISPOSE, "None"),), (DATABASE, "engine = create_async_engine(")),
    Mutant(
        "only the synchronous half is disposed",
        "ADB104",
        (Change(MAIN, DISPOSE, "engine.sync_engine.dispose()"),),
        (DATABASE, "engine = create_async_engine("),
    ),
    Mutant(
        "a wrapper disposes, and nobody calls it",
        "ADB104",
        (
            Change(MAIN, DISPOSE, "None"),
            Change(DATABASE, "", "async def close() -> None:\n    await engine.dispose()"),
        ),
        (DATABASE, "engine = create_async_engine("),
    ),
    Mutant(
        "a second engine that nobody disposes",
        "ADB104",
        (
            Change(
                DATABASE,
                "",
                "replica = create_async_engine(settings.database_url, pool_pre_ping=True)\n"
                "ReplicaSession = async_sessionmaker(replica, expire_on_commit=False)",
            ),
            Change(DATABASE, "SessionLocal()", "ReplicaSession()", "verify"),
        ),
        (DATABASE, "replica = create_async_engine("),
    ),
    Mutant(
        "an engine for each request",
        "ADB105",
        (
            Change(
                DATABASE,
                YIELDING,
                "async with AsyncSession(create_async_engine(settings.database_url), expire_on_commit=False) as session:\n"
                "    yield session",
            ),
        ),
        (DATABASE, "AsyncSession(create_async_engine("),
    ),
    Mutant(
        "an engine for each request, in a helper",
        "ADB105",
        (
            Change(
                DATABASE,
                "",
                "def connect() -> async_sessionmaker[AsyncSession]:\n"
                "    return async_sessionmaker(create_async_engine(settings.database_url), expire_on_commit=False)",
            ),
            Change(DATABASE, "SessionLocal()", "connect()()", "get_session"),
        ),
        (DATABASE, "return async_sessionmaker(create_async_engine("),
    ),
    Mutant(
        "an engine for each order, in the service",
        "ADB105",
        (
            Change(
                "services/ordering.py",
                "order = await self.orders.get(key)",
                "replica = create_async_engine(settings.database_url)\n"
                "async with AsyncSession(replica, expire_on_commit=False) as session:\n"
                "    order = await Orders(session).get(key)",
                imports="from sqlalchemy.ext.asyncio import create_async_engine\nfrom reference_app.settings import settings",
            ),
        ),
        ("services/ordering.py", "replica = create_async_engine("),
    ),
    Mutant("echo", "ADB106", (with_option("echo=True"),), (DATABASE, "echo=True")),
    Mutant("echo with results", "ADB106", (with_option('echo="debug"'),), (DATABASE, 'echo="debug"')),
    Mutant(
        "echo in splatted options",
        "ADB106",
        (
            Change(
                DATABASE,
                ENGINE,
                'OPTIONS = {"echo": True, "pool_pre_ping": True}\nengine = create_async_engine(settings.database_url, **OPTIONS)',
            ),
        ),
        (DATABASE, "engine = create_async_engine("),
    ),
    Mutant("future", "ADB107", (with_option("future=True"),), (DATABASE, "future=True"), behaves=False),
    Mutant(
        "autocommit",
        "ADB107",
        (
            Change(
                DATABASE, FACTORY, "SessionLocal = async_sessionmaker(engine, expire_on_commit=False, autocommit=False)"
            ),
        ),
        (DATABASE, "autocommit=False"),
        behaves=False,
    ),
    Mutant(
        "confirmations by a loop of loops",
        "ADB111",
        (Change("services/jobs.py", "", LOOPS, imports="import asyncio"),),
        ("database.py", "create_async_engine("),
    ),
    Mutant(
        "confirmations by a task of Celery",
        "ADB111",
        (Change("services/jobs.py", "", CELERY, imports="import asyncio\nfrom celery import shared_task"),),
        ("database.py", "create_async_engine("),
        behaves=False,
    ),
    Mutant(
        "an engine with the pool of threads",
        "ADB108",
        (
            engine(
                "create_async_engine(settings.database_url, pool_pre_ping=True, poolclass=QueuePool)",
                imports="from sqlalchemy.pool import QueuePool",
            ),
        ),
        (DATABASE, "poolclass=QueuePool"),
    ),
    Mutant(
        "a size for an engine without a pool",
        "ADB108",
        (
            engine(
                "create_async_engine(settings.database_url, poolclass=NullPool, pool_size=settings.pool_size)",
                imports="from sqlalchemy import NullPool",
            ),
        ),
        (DATABASE, "pool_size=settings.pool_size"),
    ),
    Mutant(
        "a pool of asyncpg's own that is smaller than it starts",
        "ADB108",
        (
            Change(
                DATABASE,
                "",
                "async def total() -> int:\n"
                '    async with asyncpg.create_pool("postgresql://localhost/shop", max_size=4) as pool:\n'
                "        return await pool.fetchval('SELECT 1')",
                imports="import asyncpg",
            ),
        ),
        (DATABASE, "max_size=4"),
    ),
    Mutant(
        "one of two caches switched off",
        "ADB110",
        (with_option('connect_args={"prepared_statement_cache_size": 0}'),),
        (DATABASE, "prepared_statement_cache_size"),
        behaves=False,
    ),
    Mutant(
        "an engine behind PgBouncer",
        "ADB110",
        (
            Change(
                DATABASE,
                "",
                'reports = create_async_engine("postgresql+asyncpg://shop@pgbouncer/shop", poolclass=NullPool)\n'
                "Reports = async_sessionmaker(reports, expire_on_commit=False)",
                imports="from sqlalchemy import NullPool",
            ),
        ),
        (DATABASE, "shop@pgbouncer"),
        behaves=False,
    ),
    Mutant(
        "an engine that does not ask its connections",
        "ADB112",
        (engine("create_async_engine(settings.database_url, pool_size=settings.pool_size)"),),
        (DATABASE, "engine = create_async_engine("),
        behaves=False,
    ),
    Mutant(
        "an engine with every option but the one that asks",
        "ADB112",
        (Change(DATABASE, ENGINE, ENGINE.strip().replace("    pool_pre_ping=True,\n", "")),),
        (DATABASE, "engine = create_async_engine("),
        behaves=False,
    ),
    Mutant(
        "Alembic's environment as it comes, with asyncpg",
        "ADB103",
        (
            Change(
                "migrations/env.py",
                "engine = create_async_engine(\n"
                "    settings.database_url,\n"
                "    poolclass=NullPool,\n"
                '    connect_args={"timeout": settings.connect_timeout, "server_settings": elsewhere},\n'
                ")",
                'context.config.set_main_option("sqlalchemy.url", "postgresql+asyncpg://localhost/shop")\n'
                "options = context.config.get_section(context.config.config_ini_section, {})\n"
                'engine = engine_from_config(options, prefix="sqlalchemy.", poolclass=NullPool)',
                imports="from sqlalchemy import engine_from_config",
            ),
        ),
        ("migrations/env.py", "engine_from_config(options"),
    ),
    Mutant(
        "an engine whose URL is made of parts, behind a pooler",
        "ADB110",
        (
            Change(
                DATABASE,
                "",
                'reports = create_async_engine(URL.create("postgresql+asyncpg", host="pgbouncer"), poolclass=NullPool)\n'
                "Reports = async_sessionmaker(reports, expire_on_commit=False)",
                imports="from sqlalchemy import URL, NullPool",
            ),
        ),
        (DATABASE, 'host="pgbouncer"'),
        behaves=False,
    ),
]
