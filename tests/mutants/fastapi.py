"""ADB6xx."""

from __future__ import annotations

from tests.mutants.change import Change
from tests.mutants.engines import DATABASE
from tests.mutants.mutants import Mutant

MAIN = "main.py"
HEALTH = "routes/health.py"
BOOKS = "routes/books.py"
APP = 'app = FastAPI(title="Bookshop", lifespan=lifespan, docs_url=None, redoc_url=None)'
PLAIN = 'app = FastAPI(title="Bookshop")'
CREATE = "async with engine.begin() as connection:\n    await connection.run_sync(Base.metadata.create_all)"

MUTANTS = [
    Mutant(
        "a route with a session of its own",
        "ADB601",
        (
            Change(
                HEALTH,
                "await ping_soon(session)",
                "async with SessionLocal() as own:\n    await ping(own)",
                imports="from reference_app.database import SessionLocal, ping",
            ),
        ),
        (HEALTH, "SessionLocal() as own"),
    ),
    Mutant(
        "a route with a session without a factory",
        "ADB601",
        (
            Change(
                HEALTH,
                "await ping_soon(session)",
                "async with AsyncSession(engine, expire_on_commit=False) as own:\n    await ping(own)",
                imports="from sqlalchemy.ext.asyncio import AsyncSession\nfrom reference_app.database import engine, ping",
            ),
        ),
        (HEALTH, "AsyncSession(engine"),
    ),
    Mutant(
        "a query in a route",
        "ADB602",
        (
            Change(
                BOOKS,
                "return await catalogue.book(key)",
                "return await catalogue.session.scalar(select(Book).where(Book.id == key))",
                imports="from sqlalchemy import select",
            ),
        ),
        (BOOKS, "select(Book)"),
    ),
    Mutant(
        "a read by key in a route",
        "ADB602",
        (Change(BOOKS, "return await catalogue.book(key)", "return await catalogue.session.get(Book, key)"),),
        (BOOKS, "catalogue.session.get(Book, key)"),
    ),
    Mutant(
        "a query in a route, with SQL",
        "ADB602",
        (
            Change(
                BOOKS,
                "return await catalogue.by_isbn(isbn)",
                'await catalogue.session.execute(text("SELECT count(*) FROM pg_class"))\n'
                "return await catalogue.by_isbn(isbn)",
                imports="from sqlalchemy import text",
            ),
        ),
        (BOOKS, "SELECT count(*)"),
    ),
    Mutant(
        "start and stop by on_event",
        "ADB603",
        (
            Change(
                MAIN,
                APP,
                f'{PLAIN}\n@app.on_event("startup")\nasync def start() -> None:\n    await verify()\n'
                '@app.on_event("shutdown")\nasync def stop() -> None:\n    await engine.dispose()\n'
                "    await reporting_engine.dispose()\n    await readiness_engine.dispose()",
            ),
        ),
        (MAIN, 'on_event("startup")'),
        count=2,
        behaves=False,
    ),
    Mutant(
        "start and stop by on_event of the router",
        "ADB603",
        (
            Change(
                MAIN,
                APP,
                f"{PLAIN}\nasync def start() -> None:\n    await verify()\nasync def stop() -> None:\n    await engine.dispose()\n"
                "    await reporting_engine.dispose()\n    await readiness_engine.dispose()\n"
                'app.add_event_handler("startup", start)\napp.add_event_handler("shutdown", stop)',
            ),
        ),
        (MAIN, 'add_event_handler("startup"'),
        count=2,
        behaves=False,
    ),
    Mutant(
        "a start without the database",
        "ADB604",
        (Change(MAIN, "await verify()", "None"), Change(MAIN, "async with jobs.sweeping():\n    yield", "yield")),
        (MAIN, "app = FastAPI("),
    ),
    Mutant(
        "a lifespan that is not given",
        "ADB604",
        (Change(MAIN, APP, PLAIN),),
        (MAIN, "app = FastAPI("),
        also=("ADB104",) * 3,
    ),
    Mutant(
        "tables created by the lifespan",
        "ADB605",
        (
            Change(
                MAIN,
                "await verify()",
                f"await verify()\n{CREATE}",
                imports="from reference_app.models import Base",
            ),
        ),
        (MAIN, "create_all"),
    ),
    Mutant(
        "tables created by what the lifespan calls",
        "ADB605",
        (
            Change(
                DATABASE,
                "async with SessionLocal() as session:\n    await ping(session)",
                f"async with SessionLocal() as session:\n    await ping(session)\n{CREATE}",
            ),
            Change(
                DATABASE,
                "",
                "class Base(DeclarativeBase):\n    pass",
                imports="from sqlalchemy.orm import DeclarativeBase",
            ),
        ),
        (DATABASE, "create_all"),
    ),
    Mutant(
        "a shutdown by on_event beside the lifespan",
        "ADB613",
        (
            Change(MAIN, "await engine.dispose()", "None"),
            Change(
                MAIN,
                "",
                '@app.on_event("shutdown")\nasync def stop() -> None:\n    await engine.dispose()\n'
                "    await reporting_engine.dispose()\n    await readiness_engine.dispose()",
            ),
        ),
        (MAIN, 'on_event("shutdown")'),
    ),
    Mutant(
        "a start by add_event_handler beside the lifespan",
        "ADB613",
        (
            Change(MAIN, "await verify()", "None"),
            Change(MAIN, "", 'app.add_event_handler("startup", verify)'),
        ),
        (MAIN, 'add_event_handler("startup"'),
    ),
    Mutant(
        "a dependency that is said to return its session",
        "ADB610",
        (
            Change(
                "database.py",
                "",
                "async def reading() -> AsyncSession:\n    async with SessionLocal() as session:\n        yield session",
            ),
        ),
        ("database.py", "async def reading() -> AsyncSession:"),
        behaves=False,
    ),
    Mutant(
        "a manager that is said to return its session",
        "ADB610",
        (
            Change(
                "database.py",
                "",
                "@asynccontextmanager\nasync def reading() -> AsyncSession:\n"
                "    async with SessionLocal() as session:\n        yield session",
                imports="from contextlib import asynccontextmanager",
            ),
        ),
        ("database.py", "async def reading() -> AsyncSession:"),
        behaves=False,
    ),
    Mutant(
        "a dependency that rolls back and keeps the error",
        "ADB608",
        (
            Change(
                "database.py",
                "yield session",
                "try:\n    yield session\nexcept Exception:\n    await session.rollback()",
                inside="get_session",
            ),
        ),
        ("database.py", "except Exception:"),
    ),
    Mutant(
        "a dependency that logs the error and keeps it",
        "ADB608",
        (
            Change(
                "database.py",
                "yield session",
                "try:\n    yield session\nexcept (HTTPException, OSError) as error:\n    print(reason(error))",
                inside="get_session",
                imports="from fastapi import HTTPException",
            ),
        ),
        ("database.py", "HTTPException, OSError"),
    ),
]
