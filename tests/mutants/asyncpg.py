"""ADB8xx."""

from __future__ import annotations

from tests.mutants.change import Change
from tests.mutants.engines import DATABASE
from tests.mutants.mutants import Mutant

REPORT = """
async def report(connection: asyncpg.Connection) -> int:
    {}
    return 1
"""

MUTANTS = [
    Mutant(
        "a pool for reports that nobody makes",
        "ADB801",
        (
            Change(
                DATABASE,
                "",
                "async def total() -> int:\n"
                '    reports = asyncpg.create_pool("postgresql://localhost/shop", min_size=1)\n'
                "    return await reports.fetchval('SELECT count(*) FROM book')",
                imports="import asyncpg",
            ),
        ),
        (DATABASE, "reports = asyncpg.create_pool("),
    ),
    Mutant(
        "a report in a transaction that nobody enters",
        "ADB801",
        (Change(DATABASE, "", REPORT.format("connection.transaction()"), imports="import asyncpg"),),
        (DATABASE, "connection.transaction()"),
    ),
    Mutant(
        "a report with psycopg's placeholders",
        "ADB801",
        (
            Change(
                DATABASE,
                "",
                REPORT.format('await connection.execute("DELETE FROM book WHERE id = %s", 1)'),
                imports="import asyncpg",
            ),
        ),
        (DATABASE, "id = %s"),
    ),
    Mutant(
        "requirements without greenlet",
        "ADB802",
        (Change(DATABASE, "", "ECHO = False"),),
        (DATABASE, "from sqlalchemy.ext.asyncio import"),
        behaves=False,
        beside=(
            ("pyproject.toml", '[project]\nname = "shop"\ndependencies = ["sqlalchemy>=2.1"]\n'),
            ("requirements.txt", "-e .\n"),
        ),
    ),
    Mutant(
        "a list of requirements without greenlet",
        "ADB802",
        (Change(DATABASE, "", "ECHO = False"),),
        (DATABASE, "from sqlalchemy.ext.asyncio import"),
        behaves=False,
        beside=(("requirements.txt", "asyncpg==0.32.0\nsqlalchemy==2.1.9\n"),),
    ),
    Mutant(
        "a report on a connection that the pool has back",
        "ADB801",
        (
            Change(
                DATABASE,
                "",
                "async def total(pool: asyncpg.Pool) -> int:\n"
                "    async with pool.acquire() as connection:\n"
                "        await connection.execute('SELECT 1')\n"
                "    return await connection.fetchval('SELECT 2')",
                imports="import asyncpg",
            ),
        ),
        (DATABASE, "connection.fetchval('SELECT 2')"),
        behaves=False,
    ),
]
