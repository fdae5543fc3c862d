"""The dependency that could give a route its session: the only one that yields from the same factory."""

from __future__ import annotations

from textwrap import dedent

import pytest

from async_db_lint.index.scopes import Function
from async_db_lint.project.application.application import Trigger
from async_db_lint.project.names.imports import Needed
from async_db_lint.project.project import Project
from async_db_lint.project.sessions.injection import Injection, injection_for
from tests.projects import DATABASE, project

HEAD = dedent(DATABASE) + dedent("""
    from fastapi import Depends, FastAPI
    from sqlalchemy.orm import sessionmaker
    OtherLocal = async_sessionmaker(engine)
    app = FastAPI()
""")
GET = """
    async def get_session():
        async with SessionLocal() as session:
            yield session
"""
USER = """
    @app.get("/other")
    async def other(session=Depends(get_session)): ...
"""
ROUTE = """
    @app.get("/")
    async def route():
        async with SessionLocal() as session: ...
"""


def route_of(found: Project) -> Function:
    """The route that is asked about."""
    return next(item for item in found.functions_run_as(Trigger.ROUTE) if item.name == "route")


def injection(files: dict[str, str] | str) -> Injection | None:
    """What could be injected instead of the first call of the route."""
    found = project(files)
    route = route_of(found)
    return injection_for(found, route, found.site(route.calls[0]))


def of(*parts: str) -> str:
    """One file of several parts."""
    return HEAD + "".join(map(dedent, parts))


def test_a_dependency_of_the_same_file_is_injected_by_its_name() -> None:
    found = injection(of(GET, USER, ROUTE))
    assert found is not None
    assert (found.route.name, found.call.method, found.dependency, found.needed) == (
        "route", "SessionLocal", "get_session", ()
    )  # fmt: skip


def test_a_factory_under_a_second_name_is_the_same_factory() -> None:
    found = injection(of("Same = SessionLocal\n", GET, USER, ROUTE.replace("SessionLocal", "Same")))
    assert found is not None
    assert found.dependency == "get_session"


DATABASE_FILE = of(GET)
MAIN = """
    from fastapi import Depends, FastAPI
    from shop.database import {}
    app = FastAPI()
    @app.get("/")
    async def route():
        async with SessionLocal() as session: ...
"""
USERS = """
    from fastapi import APIRouter, Depends
    from shop.database import get_session
    router = APIRouter()
    @router.get("/other")
    async def other(session=Depends(get_session)): ...
"""


@pytest.mark.parametrize(
    ("names", "dependency", "needed"),
    [
        ("SessionLocal, get_session", "get_session", ()),
        ("SessionLocal, get_session as get", "get", ()),
        ("SessionLocal", "get_session", (Needed("main.py", "shop.database", "get_session"),)),
    ],
)
def test_a_dependency_of_another_file_is_injected_by_the_name_that_the_routes_file_has_or_needs(
    names: str, dependency: str, needed: tuple[Needed, ...]
) -> None:
    files = {"shop/database.py": DATABASE_FILE, "main.py": MAIN.format(names), "users.py": USERS}
    found = injection(files)
    assert found is not None
    assert (found.dependency, found.needed) == (dependency, needed)


NOTHING = {
    "no dependency": of(GET, ROUTE),
    "two dependencies": of(
        GET,
        USER,
        GET.replace("get_session", "get_other"),
        USER.replace("get_session", "get_other").replace("other(", "second("),
        ROUTE,
    ),
    "a dependency on another factory": of(GET.replace("SessionLocal", "OtherLocal"), USER, ROUTE),
    "a dependency on one of two factories": of(
        GET.replace("SessionLocal", "(SessionLocal if x else OtherLocal)"), USER, ROUTE
    ),
    "a dependency with a parameter": of(GET.replace("get_session()", "get_session(x=1)"), USER, ROUTE),
    "a dependency that is not asynchronous": of("def get_session():\n    yield SessionLocal()\n", USER, ROUTE),
    "a dependency that returns": of("async def get_session():\n    return SessionLocal()\n", USER, ROUTE),
    "a dependency that yields a synchronous session": of(
        """
            Old = sessionmaker(engine)
            async def get_session():
                yield Old()
        """,
        USER,
        ROUTE.replace("SessionLocal", "Old"),
    ),
    "a dependency that yields something else": of("async def get_session():\n    yield 1\n", USER, ROUTE),
    "a dependency that yields something unknown": of("async def get_session():\n    yield x\n", USER, ROUTE),
    "a dependency that yields the factory": of("async def get_session():\n    yield SessionLocal\n", USER, ROUTE),
    "a dependency that is only said to yield sessions": of(
        """
            from typing import AsyncIterator
            async def get_session() -> AsyncIterator[AsyncSession]:
                yield x
        """,
        USER,
        ROUTE,
    ),
    "a dependency that opens its session on the engine": of(
        "async def get_session():\n    yield AsyncSession(engine)\n", USER, ROUTE
    ),
    "a dependency inside of a function": of(
        """
            def make():
                async def get_session():
                    yield SessionLocal()
                return get_session
            get_session = make()
        """,
        USER,
        ROUTE,
    ),
    "a method as a dependency": of(
        """
            class D:
                @staticmethod
                async def get_session():
                    yield SessionLocal()
        """,
        USER.replace("get_session", "D.get_session"),
        ROUTE,
    ),
    "a name that the route binds itself": of(GET, USER, ROUTE + "        get_session = 1\n"),
    "a route that is not asynchronous": of(GET, USER, ROUTE.replace("async def route", "def route")),
    "a session that is not entered": of(
        GET, USER, ROUTE.replace("async with SessionLocal() as session: ...", "session = SessionLocal()")
    ),
    "a session that is opened on the engine": of(GET, USER, ROUTE.replace("SessionLocal()", "AsyncSession(engine)")),
    "a call that is not known": of(GET, USER, ROUTE.replace("SessionLocal()", "unknown()")),
}


@pytest.mark.parametrize("how", NOTHING)
def test_nothing_is_injected_for(how: str) -> None:
    assert injection(NOTHING[how]) is None


def test_nothing_is_imported_in_a_circle() -> None:
    database = DATABASE_FILE + "from main import app as application\n"
    files = {"shop/database.py": database, "main.py": MAIN.format("SessionLocal"), "users.py": USERS}
    assert injection(files) is None
    known = files | {"main.py": MAIN.format("SessionLocal, get_session")}
    assert injection(known) is not None


def test_nothing_is_imported_that_no_file_imports() -> None:
    main = of("import shop.database\n", ROUTE).replace("SessionLocal()", "shop.database.SessionLocal()")
    database = DATABASE_FILE + dedent(USER)
    assert injection({"shop/database.py": database, "main.py": main}) is None
