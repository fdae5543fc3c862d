"""Writes docs/guide.md: the guide line by line, with links to where the reference application shows each.

    python -m tests.reference_app.guide

A line is found by a text that stands in the file exactly once; what is moved or deleted fails the test of the page.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "guide.md"


class Shown(NamedTuple):
    """A line of the guide, what the application does, and the places: files, and texts that stand there once."""

    guide: str
    text: str
    places: tuple[tuple[str, str], ...] = ()


class Part(NamedTuple):
    """A section of the guide."""

    title: str
    rows: tuple[Shown, ...]


PARTS = (
    Part(
        "Dependencies and connection string",
        (
            Shown(
                "`pip install sqlalchemy asyncpg`",
                "With the rest that the application needs.",
                (("requirements.txt", "asyncpg>="),),
            ),
            Shown(
                "`postgresql+asyncpg://`",
                "From the environment. A URL without a driver gets asyncpg, as hosting providers leave it out; another driver "
                "is refused. SQLAlchemy 2.1 would take psycopg for `postgresql://` without a word (ADB102).",
                (("settings.py", 'DRIVER = "postgresql+asyncpg"'), ("settings.py", "def on_asyncpg")),
            ),
        ),
    ),
    Part(
        "Engine",
        (
            Shown(
                "`create_async_engine(DATABASE_URL)`",
                "One for requests, with limits for everything that may wait.",
                (("database.py", "engine = create_async_engine("),),
            ),
            Shown(
                "`echo=True`",
                "Left out: it prints every statement with its values (ADB106). Slow statements are logged instead, with the "
                "request and without values.",
                (("slow_statements.py", "def watch"),),
            ),
            Shown("`future=True`", "Left out: it has done nothing since SQLAlchemy 2.0 (ADB107)."),
        ),
    ),
    Part(
        "Sessions",
        (
            Shown(
                "`async_sessionmaker(bind=engine, expire_on_commit=False)`",
                "As in the guide. What a commit does not expire can be read when the response is built.",
                (("database.py", "SessionLocal = async_sessionmaker("),),
            ),
            Shown(
                "`async def get_db() -> AsyncSession`",
                "The annotation is another: a function that yields gives an `AsyncIterator`, and type checkers say so (ADB610).",
                (
                    ("database.py", "async def get_session() -> AsyncIterator[AsyncSession]"),
                    ("database.py", "SessionDep = "),
                ),
            ),
            Shown(
                "`Depends(get_db)`",
                "Through services, which are injected with the session.",
                (("routes/parameters.py", "def catalogue("),),
            ),
        ),
    ),
    Part(
        "Models",
        (
            Shown(
                "`MetaData(schema=…)`, `class Base(DeclarativeBase)`",
                "With names for constraints as well, so that migrations find them.",
                (("models.py", "class Base(DeclarativeBase)"), ("models.py", "metadata = MetaData(")),
            ),
        ),
    ),
    Part(
        "Queries",
        (
            Shown(
                "`select(Model)`, `scalars().all()`",
                "Page by page: a table without a limit grows (ADB406).",
                (("repositories/books.py", "async def page"),),
            ),
            Shown(
                "`scalar_one_or_none()`",
                "By a key that is unique.",
                (("repositories/books.py", "result.scalar_one_or_none()"),),
            ),
            Shown(
                "one by its id",
                "`session.get()` asks the identity map first.",
                (("repositories/books.py", "self.session.get(Book, key)"),),
            ),
            Shown(
                "`.contains(…)`",
                "With `autoescape=True`, or a `%` that somebody types is a wildcard.",
                (("repositories/books.py", "Book.title.contains("),),
            ),
            Shown(
                "`.order_by(….desc()).limit(10)`",
                "With the id behind it, so that equals keep their order.",
                (("repositories/books.py", "Book.created_at.desc()"),),
            ),
            Shown(
                "raw SQL",
                "In one repository that only reads, where SQL says it better (M4).",
                (("repositories/sales.py", "BESTSELLERS = text("),),
            ),
        ),
    ),
    Part(
        "Writing",
        (
            Shown(
                "`add`, `commit`",
                "In the service, not in the route.",
                (("services/catalogue.py", "self.books.add(book)"), ("services/ordering.py", "self.orders.add(order)")),
            ),
            Shown(
                "`refresh` after the commit",
                "Left out. SQLAlchemy reads generated values with the INSERT itself, by RETURNING. A `refresh` costs a query, "
                "and it begins a new transaction: the request holds a connection again until its background tasks have "
                "ended. When such a task needs a connection too, requests wait for each other. With the guide's lines the "
                "service stood still at 15 requests at once (ADB213).",
                (("services/ordering.py", "await self.session.flush()  # the order gets its id"),),
            ),
            Shown(
                "change an attribute, `commit`",
                "As in the guide; what counts is locked first.",
                (("services/catalogue.py", "books[key].price = price"), ("repositories/books.py", "async def locked")),
            ),
            Shown(
                "`delete`, `commit`",
                "What orders refer to stays: the database refuses, and the answer is 409.",
                (
                    ("repositories/books.py", "await self.session.delete(book)"),
                    ("services/catalogue.py", "async def remove"),
                ),
            ),
        ),
    ),
    Part(
        "Lifespan",
        (
            Shown(
                "`await init_db()`",
                "Asks the database, and does not start without an answer.",
                (("main.py", "await verify()"),),
            ),
            Shown(
                "`create_all`",
                "Migrations instead, before the start: workers that start together race (ADB605).",
                (("migrate.py", "def upgrade"),),
            ),
            Shown(
                "`await close_db()`",
                "Every engine is disposed, whatever happened.",
                (("main.py", "await engine.dispose()"), ("main.py", "await reporting_engine.dispose()")),
            ),
        ),
    ),
    Part(
        "Common mistakes",
        (
            Shown(
                "M1: synchronous drivers", "Refused by the settings.", (("settings.py", "if url.drivername != DRIVER"),)
            ),
            Shown(
                "M2: global sessions",
                "Only factories are global; jobs open sessions of their own.",
                (("services/jobs.py", "async def confirm"),),
            ),
            Shown(
                "M3: connections that stay open",
                "`async with` everywhere, `dispose` at the end.",
                (("services/exports.py", "async with ReportSession()"),),
            ),
            Shown(
                "M4: ORM and raw SQL mixed",
                "One approach for each operation.",
                (("repositories/sales.py", "class SalesFigures"),),
            ),
            Shown(
                "M5: queries in routes",
                "Repositories and services.",
                (("repositories/orders.py", "class Orders"), ("services/ordering.py", "class Ordering")),
            ),
        ),
    ),
    Part(
        "Beyond the guide",
        (
            Shown(
                "errors by SQLSTATE",
                "One table says what is worth another try, and when.",
                (("sqlstates.py", "UNAVAILABLE = {"),),
            ),
            Shown(
                "deadlocks, serialization failures",
                "Tried again, three times at most.",
                (("retries.py", "async def retried"),),
            ),
            Shown(
                "work after the answer",
                "An outbox, written with the order, and a sweeper for what was left.",
                (("models.py", "class Letter(Base)"), ("services/jobs.py", "async def sweep()")),
            ),
            Shown("the same request twice", "`Idempotency-Key`.", (("repositories/orders.py", "async def once"),)),
            Shown(
                "limits",
                "For locks, statements, requests, idle transactions and the end.",
                (("settings.py", "lock_timeout: float"), ("deadline.py", "class Deadline")),
            ),
            Shown(
                "health",
                "Whether the process lives, and whether it can work, on a connection of its own.",
                (("routes/health.py", "async def live"), ("readiness.py", "readiness_engine = ")),
            ),
            Shown(
                "large answers",
                "In parts, on a pool of their own, with no connection held while somebody reads.",
                (("services/exports.py", "async def export"), ("reporting.py", "reporting_engine = ")),
            ),
            Shown(
                "a read replica",
                "`REPLICA_URL`, by the second factory.",
                (("reporting.py", "settings.replica_url or settings.database_url"),),
            ),
            Shown("PgBouncer", "Prepared statements off.", (("variants/pgbouncer.py", "BEHIND_PGBOUNCER: "),)),
            Shown(
                "several tenants",
                "A setting of the transaction, and row-level security.",
                (("variants/tenancy.py", "def separate_shops"),),
            ),
            Shown(
                "deployment",
                "An image, and a compose file that migrates first.",
                (("Dockerfile", "CMD ["), ("compose.yaml", "service_completed_successfully")),
            ),
        ),
    ),
)
HEAD = """# The guide, line by line

The guide that this linter encodes shows how FastAPI, async SQLAlchemy and asyncpg belong together. The
[reference application](../reference_app) is what it becomes in a service that has to survive. This page goes through
the guide, and says for each line where the application shows it, or why it does something else.

Written by `python -m tests.reference_app.guide`; a test compares it with the code.
"""


def page() -> str:
    """The page's text. Raises ValueError when a text does not stand in its file exactly once."""
    parts = [HEAD]
    for part in PARTS:
        rows = [
            f"| {row.guide} | {row.text} | {', '.join(link(*place) for place in row.places)} |" for row in part.rows
        ]
        parts.append("\n".join([f"## {part.title}\n", "| the guide | here | where |", "|---|---|---|", *rows]) + "\n")
    return "\n".join(parts)


def link(path: str, text: str) -> str:
    """A link to the line where a text stands."""
    lines = (ROOT / "reference_app" / path).read_text().splitlines()
    found = [number for number, line in enumerate(lines, 1) if text in line]
    if len(found) != 1:
        raise ValueError(f"{path}: `{text}` stands in {len(found)} lines")
    return f"[{path}:{found[0]}](../reference_app/{path}#L{found[0]})"


if __name__ == "__main__":
    PAGE.write_text(page())
