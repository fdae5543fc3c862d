"""What is known of the libraries: one name for each object, members through base classes, and what is a coroutine."""

from __future__ import annotations

import pytest

from async_db_lint.project.libraries.library import (
    APPLICATION,
    ASYNC_CLASSES,
    BASES,
    CONNECTION,
    ENGINE,
    MAKES,
    MEMBERS,
    POOL,
    SESSION,
    SYNC_CONNECTION,
    SYNC_ENGINE,
    SYNC_SESSION,
    Member,
    MemberKind,
    ResultShape,
    Returns,
    bases,
    canonical,
    coroutine_names,
    is_a,
    is_coroutine,
    is_known,
    member,
)


@pytest.mark.parametrize(
    ("dotted", "name"),
    [
        ("sqlalchemy.ext.asyncio.AsyncSession", SESSION),
        ("sqlalchemy.ext.asyncio.session.AsyncSession", SESSION),
        ("sqlalchemy.create_engine", "sqlalchemy.create_engine"),
        ("sqlalchemy.engine.create.create_engine", "sqlalchemy.create_engine"),
        ("sqlmodel.ext.asyncio.session.AsyncSession", "sqlmodel.AsyncSession"),
        ("sqlmodel.create_engine", "sqlalchemy.create_engine"),
        ("sqlmodel.sql.expression.select", "sqlalchemy.select"),
        ("fastapi.requests.Request", "starlette.Request"),
        ("fastapi.concurrency.run_in_threadpool", "starlette.run_in_threadpool"),
        ("asyncpg.pool.PoolConnectionProxy", "asyncpg.Connection"),
        ("starlette.requests.Request", "starlette.Request"),
    ],
)
def test_a_library_name_is_one_however_it_is_imported(dotted: str, name: str) -> None:
    assert canonical(dotted) == name


@pytest.mark.parametrize(
    ("dotted", "name"),
    [
        ("psycopg.AsyncConnection.connect", "psycopg.AsyncConnection.connect"),
        ("psycopg.connect", "psycopg.connect"),
        ("sqlalchemy.sql.func.now", "sqlalchemy.func.now"),
        ("sqlalchemy.engine.URL.create", "sqlalchemy.URL.create"),
    ],
)
def test_the_path_is_kept_from_the_first_class_on(dotted: str, name: str) -> None:
    assert canonical(dotted) == name


@pytest.mark.parametrize("dotted", ["httpx.get", "curl_cffi.requests.AsyncSession", "sqlalchemy", "os.path.join", ""])
def test_names_of_other_libraries_stay_as_they_are(dotted: str) -> None:
    assert canonical(dotted) == dotted


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        (SESSION, True),
        ("sqlmodel.AsyncSession", True),
        ("fastapi.FastAPI", True),
        ("asyncio.TaskGroup", True),
        ("psycopg2.connection", True),
        ("sqlalchemy.select", False),
        ("httpx.AsyncClient", False),
        ("AsyncSession", False),
    ],
)
def test_a_class_is_known_by_the_generated_tables_or_by_hand(name: str, wanted: bool) -> None:
    assert is_known(name) is wanted


@pytest.mark.parametrize("name", sorted({*MAKES.values(), *MEMBERS, *BASES}))
def test_every_class_that_is_named_by_hand_is_known(name: str) -> None:
    assert is_known(name)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("fastapi.FastAPI", ("fastapi.FastAPI", APPLICATION)),
        ("fastapi.APIRouter", ("fastapi.APIRouter", "starlette.Router")),
        (APPLICATION, (APPLICATION,)),
        ("httpx.AsyncClient", ("httpx.AsyncClient",)),
    ],
)
def test_a_class_is_the_first_of_its_bases(name: str, wanted: tuple[str, ...]) -> None:
    assert bases(name) == wanted


def test_bases_come_from_the_generated_tables() -> None:
    assert SESSION in bases("sqlmodel.AsyncSession")
    assert SYNC_SESSION not in bases("sqlmodel.AsyncSession")


@pytest.mark.parametrize(
    ("name", "ancestors", "wanted"),
    [
        ("sqlmodel.AsyncSession", (SESSION,), True),
        ("sqlmodel.AsyncSession", (ENGINE, SESSION), True),
        (SESSION, (SESSION,), True),
        (SESSION, ("sqlmodel.AsyncSession",), False),
        (SESSION, (SYNC_SESSION,), False),
        ("fastapi.FastAPI", (APPLICATION,), True),
        ("httpx.AsyncClient", (SESSION,), False),
        (SESSION, (), False),
    ],
)
def test_a_class_is_one_of_its_ancestors_and_not_of_its_heirs(
    name: str, ancestors: tuple[str, ...], wanted: bool
) -> None:
    assert is_a(name, *ancestors) is wanted


@pytest.mark.parametrize(
    ("name", "attribute", "kind", "returns"),
    [
        (SESSION, "commit", MemberKind.COROUTINE, None),
        (SESSION, "sync_session", MemberKind.ATTRIBUTE, Returns(ResultShape.OBJECT, SYNC_SESSION)),
        (ENGINE, "connect", MemberKind.METHOD, Returns(ResultShape.OBJECT, CONNECTION)),
        (ENGINE, "begin", MemberKind.METHOD, Returns(ResultShape.ASYNC_MANAGER, CONNECTION)),
        (SYNC_ENGINE, "begin", MemberKind.METHOD, Returns(ResultShape.MANAGER, SYNC_CONNECTION)),
        (POOL, "acquire", MemberKind.METHOD, Returns(ResultShape.ASYNC_MANAGER, "asyncpg.Connection")),
        ("fastapi.FastAPI", "state", MemberKind.ATTRIBUTE, Returns(ResultShape.STATE, "application")),
        ("fastapi.FastAPI", "router", MemberKind.ATTRIBUTE, Returns(ResultShape.OBJECT, "fastapi.APIRouter")),
        (APPLICATION, "router", MemberKind.ATTRIBUTE, Returns(ResultShape.OBJECT, "starlette.Router")),
        ("starlette.Request", "state", MemberKind.ATTRIBUTE, Returns(ResultShape.STATE, "request")),
        ("fastapi.APIRouter", "get", MemberKind.METHOD, None),
        ("sqlmodel.AsyncSession", "commit", MemberKind.COROUTINE, None),
        ("sqlmodel.AsyncSession", "sync_session", MemberKind.ATTRIBUTE, Returns(ResultShape.OBJECT, SYNC_SESSION)),
        ("contextlib.AsyncExitStack", "enter_async_context", MemberKind.COROUTINE, None),
    ],
)
def test_a_member_says_what_it_is_and_what_it_gives(
    name: str, attribute: str, kind: MemberKind, returns: Returns | None
) -> None:
    assert member(name, attribute) == Member(kind, returns)


@pytest.mark.parametrize(
    ("name", "attribute"),
    [(SESSION, "missing"), (SESSION, ""), ("httpx.AsyncClient", "get"), ("fastapi.FastAPI", "commit")],
)
def test_a_member_that_the_tables_lack_is_unknown(name: str, attribute: str) -> None:
    assert member(name, attribute) is None


@pytest.mark.parametrize(
    ("method", "wanted"),
    [
        ("sqlmodel.AsyncSession.commit", True),
        ("sqlalchemy.AsyncSession.commit", True),
        ("asyncpg.Connection.fetch", True),
        ("sqlalchemy.Session.commit", False),
        ("sqlalchemy.AsyncSession.add", False),
        ("sqlalchemy.AsyncSession.sync_session", False),
        ("sqlalchemy.AsyncSession.missing", False),
        ("contextlib.AsyncExitStack.enter_async_context", False),
        ("commit", False),
    ],
)
def test_a_coroutine_is_one_of_an_asynchronous_class(method: str, wanted: bool) -> None:
    assert is_coroutine(method) is wanted


def test_the_names_of_coroutines_are_those_of_the_asynchronous_classes() -> None:
    found = coroutine_names()
    assert {"commit", "execute", "dispose", "fetchrow"} <= found
    assert found.isdisjoint({"add", "enter_async_context", "__aenter__", "sync_session"})


def test_the_asynchronous_classes_have_no_synchronous_one_among_them() -> None:
    assert {SESSION, ENGINE, CONNECTION, POOL, "sqlalchemy.async_sessionmaker"} <= set(ASYNC_CLASSES)
    assert {SYNC_SESSION, SYNC_ENGINE, SYNC_CONNECTION}.isdisjoint(ASYNC_CLASSES)
