"""What calls give, and what `await`, `with` and `for` make of it."""

from __future__ import annotations

import pytest

from async_db_lint.project.inference.results import (
    awaited,
    called,
    element,
    entered,
    function_result,
    product,
    result,
    returned,
)
from async_db_lint.project.names.values import Kind, Value
from async_db_lint.project.project import Project
from tests.project.inference.parts import ENGINE, FACTORY, SESSION, bound_call, call, cls, function, small, value
from tests.projects import described

HEAD = """
    import asyncio, asyncpg, contextlib, functools, psycopg, psycopg2, somewhere, typing, typing_extensions
    from fastapi import FastAPI
    from sqlalchemy import create_engine
    from sqlalchemy.ext.asyncio import async_scoped_session
    from sqlalchemy.orm import Session, scoped_session, sessionmaker
    session = SessionLocal()
    pool = asyncpg.create_pool(URL)
    raw = Session()
    class Own(AsyncSession): pass
    class Thing:
        def __call__(self): return engine
    def give(): return engine
    async def later(): return engine
    def many():
        yield engine
    async def stream():
        yield engine
    async def opened(s: AsyncSession): pass
"""
CONNECTION = "INSTANCE sqlalchemy.AsyncConnection"
ASYNCPG = "INSTANCE asyncpg.Connection"


def given(text: str) -> str | None:
    """What a call gives that stands at the end of a file."""
    return described(made_by(small(HEAD, f"x = {text}")))


def made_by(found: Project) -> Value | None:
    """What the call gives that is bound to `x`."""
    return result(found.inference, bound_call(found))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("AsyncSession(engine)", SESSION),
        ("create_async_engine(URL)", ENGINE),
        ("create_engine(URL)", "INSTANCE sqlalchemy.Engine"),
        ("asyncpg.create_pool(URL)", "INSTANCE asyncpg.Pool"),
        ("FastAPI()", "INSTANCE fastapi.FastAPI"),
        ("asyncio.TaskGroup()", "INSTANCE asyncio.TaskGroup"),
        ("somewhere.make()", "FOREIGN somewhere.make"),
        ("somewhere.make().other()", "FOREIGN somewhere.make.other"),
        ("SessionLocal()", SESSION),
        ("Own(engine)", "OBJECT Own"),
        ("Thing()()", ENGINE),
        ("give()", ENGINE),
        ("later()", f"COROUTINE of {ENGINE}"),
        ("many()", f"GENERATOR of {ENGINE}"),
        ("stream()", f"ASYNC_GENERATOR of {ENGINE}"),
        ("session.commit()", "COROUTINE"),
        ("session.execute(q)", "COROUTINE of INSTANCE sqlalchemy.Result"),
        ("engine.connect()", CONNECTION),
        ("engine.begin()", f"ASYNC_MANAGER of {CONNECTION}"),
        ("create_engine(URL).begin()", "MANAGER of INSTANCE sqlalchemy.Connection"),
        ("engine.get_execution_options()", "FOREIGN sqlalchemy.AsyncEngine.get_execution_options"),
        ("SessionLocal.begin()", f"ASYNC_MANAGER of {SESSION}"),
        ("SessionLocal.configure()", "FOREIGN sqlalchemy.async_sessionmaker.configure"),
        ("session.begin()", "INSTANCE sqlalchemy.AsyncSessionTransaction"),
        ("unknown()", None),
        ("engine()", None),
        ("engine.missing()", None),
        ("Own(engine)()", None),
        ("[engine]()", None),
    ],
)
def test_a_call_gives_what_its_callee_makes(text: str, wanted: str | None) -> None:
    assert given(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("async_sessionmaker(engine)", SESSION),
        ("async_sessionmaker(engine, class_=Own)", "OBJECT Own"),
        ("async_sessionmaker(engine, class_=Session)", "INSTANCE sqlalchemy.Session"),
        ("async_sessionmaker(engine, class_=unknown)", None),
        ("async_sessionmaker(engine, class_=give)", None),
        ("async_sessionmaker(engine, **unknown)", None),
        ("async_sessionmaker(engine, **{'class_': Own})", "OBJECT Own"),
        ("async_sessionmaker(engine, **{'autoflush': False})", SESSION),
        ("sessionmaker(engine)", "INSTANCE sqlalchemy.Session"),
        ("sessionmaker(engine, class_=AsyncSession)", SESSION),
        ("async_scoped_session(SessionLocal, f)", SESSION),
        ("async_scoped_session(session_factory=SessionLocal)", SESSION),
        ("async_scoped_session(unknown, f)", None),
        ("async_scoped_session(engine, f)", None),
        ("scoped_session(sessionmaker(engine))", "INSTANCE sqlalchemy.Session"),
        ("create_async_engine(URL, class_=Own)", None),
    ],
)
def test_a_factory_knows_what_it_will_make(text: str, wanted: str | None) -> None:
    made = made_by(small(HEAD, f"x = {text}"))
    assert made is not None
    assert described(made.inner) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("functools.partial(SessionLocal)", FACTORY),
        ("functools.partial(unknown)", None),
        ("functools.partial()", None),
        ("functools.cache(give)", "FUNCTION give"),
        ("functools.lru_cache(give)", "FUNCTION give"),
        ("contextlib.asynccontextmanager(stream)", f"CALLABLE of ASYNC_MANAGER of {ENGINE}"),
        ("contextlib.contextmanager(many)", f"CALLABLE of MANAGER of {ENGINE}"),
        ("contextlib.contextmanager(many)()", f"MANAGER of {ENGINE}"),
        ("contextlib.contextmanager(engine)", None),
        ("contextlib.contextmanager(unknown)", None),
        ("contextlib.aclosing(session)", f"ASYNC_MANAGER of {SESSION}"),
        ("anext(stream())", f"COROUTINE of {ENGINE}"),
        ("anext(unknown)", "COROUTINE"),
        ("next(many())", ENGINE),
        ("next([engine])", None),
        ("next(stream())", None),
        ("next(unknown)", None),
        ("getattr(engine, 'sync_engine')", "INSTANCE sqlalchemy.Engine"),
        ("getattr(engine, 'missing')", None),
        ("getattr(engine, name)", None),
        ("getattr(engine)", None),
        ("getattr(unknown, 'sync_engine')", None),
        ("typing.cast(AsyncSession, unknown)", SESSION),
        ("typing.cast(AsyncSession, engine)", ENGINE),
        ("typing_extensions.cast(typ=AsyncSession, val=engine)", ENGINE),
        ("typing.cast(unknown, unknown)", None),
        ("asyncpg.connect(URL)", f"COROUTINE of {ASYNCPG}"),
        ("psycopg.AsyncConnection.connect(URL)", "COROUTINE of INSTANCE psycopg.AsyncConnection"),
        ("psycopg2.connect(URL)", "INSTANCE psycopg2.connection"),
        ("psycopg.connect(URL)", "INSTANCE psycopg.Connection"),
        ("psycopg.Connection.connect(URL)", "INSTANCE psycopg.Connection"),
    ],
)
def test_some_functions_pass_on_what_they_are_given(text: str, wanted: str | None) -> None:
    assert given(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("contextlib.AsyncExitStack().enter_async_context(session)", f"COROUTINE of {SESSION}"),
        ("contextlib.AsyncExitStack().enter_async_context(cm=engine.begin())", f"COROUTINE of {CONNECTION}"),
        ("contextlib.AsyncExitStack().enter_async_context(unknown)", "COROUTINE"),
    ],
)
def test_a_stack_gives_what_its_manager_gives(text: str, wanted: str) -> None:
    assert given(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "SessionLocal()",
        "AsyncSession(engine)",
        "engine.connect()",
        "Own(engine)",
        "create_async_engine(URL)",
        "psycopg2.connect(URL)",
        "psycopg.connect(URL)",
    ],
)
def test_what_a_call_makes_has_the_call_as_its_origin(text: str) -> None:
    found = small(HEAD, f"x = {text}")
    made = made_by(found)
    assert made is not None
    assert made.origins == {bound_call(found)}


@pytest.mark.parametrize(
    "text", ["asyncpg.connect(URL)", "SessionLocal.begin()", "engine.begin()", "session.execute(q)"]
)
def test_what_a_wrapper_holds_has_the_call_as_its_origin(text: str) -> None:
    found = small(HEAD, f"x = {text}")
    made = made_by(found)
    assert made is not None
    assert made.inner is not None
    assert made.inner.origins == {bound_call(found)}


def test_a_method_that_gives_its_object_keeps_where_that_was_made() -> None:
    found = small(HEAD, "y = engine.execution_options()\nz = engine.connect()")
    same, other = (found.inference.call(call(found, name)) for name in ("execution_options", "connect"))
    assert same is not None
    assert other is not None
    assert [item.method for item in same.origins] == ["create_async_engine"]
    assert [item.method for item in other.origins] == ["connect"]
    assert [step.text for step in other.chain] == ["engine"]


def test_a_product_comes_from_its_factory_through_the_call() -> None:
    found = small("x = SessionLocal\ny = SessionLocal()")
    factory = value(found)
    made = product(factory, call(found, "SessionLocal"))
    assert made is not None
    assert (made.origins, made.chain) == (frozenset((call(found, "SessionLocal"),)), factory.chain)
    assert product(factory, None) == factory.inner
    assert product(Value(Kind.INSTANCE, "sqlalchemy.sessionmaker"), call(found, "SessionLocal")) is None


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("SessionLocal", SESSION),
        ("AsyncSession", SESSION),
        ("async_sessionmaker", "INSTANCE sqlalchemy.async_sessionmaker"),
        ("give", ENGINE),
        ("later", f"COROUTINE of {ENGINE}"),
        ("Own", "OBJECT Own"),
        ("engine.connect", CONNECTION),
        ("SessionLocal.begin", f"ASYNC_MANAGER of {SESSION}"),
        ("psycopg2.connect", "FOREIGN psycopg2.connect"),
        ("somewhere.make", "FOREIGN somewhere.make"),
        ("contextlib.AsyncExitStack().enter_async_context", "COROUTINE"),
        ("engine", None),
    ],
)
def test_a_framework_calls_without_a_call_of_its_own(name: str, wanted: str | None) -> None:
    found = small(HEAD, f"x = {name}")
    made = called(found.inference, value(found), None)
    assert described(made) == wanted


@pytest.mark.parametrize(
    "name", ["SessionLocal", "AsyncSession", "Own", "create_async_engine", "engine.connect", "functools.partial"]
)
def test_what_a_framework_makes_has_no_call_as_its_origin(name: str) -> None:
    found = small(HEAD, f"x = {name}")
    made = called(found.inference, value(found), None)
    assert made is not None
    assert made.origins == frozenset()


def test_what_is_not_known_gives_nothing() -> None:
    found = small("")
    assert called(found.inference, None, None) is None
    assert called(found.inference, Value(Kind.METHOD, "sqlalchemy.AsyncEngine.connect"), None) is None
    assert called(found.inference, Value(Kind.METHOD, "sqlalchemy.AsyncSession.missing", inner=INNER), None) is None
    assert called(found.inference, Value(Kind.CLASS), None) is None
    assert called(found.inference, Value(Kind.FUNCTION), None) is None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("def f(): return engine", ENGINE),
        ("async def f(): return engine", f"COROUTINE of {ENGINE}"),
        ("def f(): yield engine", f"GENERATOR of {ENGINE}"),
        ("async def f(): yield engine", f"ASYNC_GENERATOR of {ENGINE}"),
        ("def f(): yield from unknown", "GENERATOR"),
        ("@contextlib.contextmanager\ndef f(): yield engine", f"MANAGER of {ENGINE}"),
        ("@contextlib.asynccontextmanager\nasync def f(): yield engine", f"ASYNC_MANAGER of {ENGINE}"),
        ("@functools.cache\ndef f(): return engine", ENGINE),
        ("@unknown\ndef f(): return engine", None),
        ("@unknown\nasync def f(): return engine", None),
        ("async def f(): pass", "COROUTINE"),
        ("def f(): pass", None),
    ],
)
def test_a_function_gives_its_value_in_what_its_keywords_and_decorators_make(text: str, wanted: str | None) -> None:
    found = small(HEAD, text)
    assert described(function_result(found.inference, function(found, "f"))) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("def f():\n    return engine", ENGINE),
        (
            """
            def f():
                if URL: return None
                return engine
            """,
            ENGINE,
        ),
        (
            """
            def f():
                if URL: return
                return engine
            """,
            ENGINE,
        ),
        (
            """
            def f():
                if URL: return SessionLocal
                return engine
            """,
            None,
        ),
        (
            """
            def f():
                if URL: return unknown
                return engine
            """,
            None,
        ),
        (
            """
            def f():
                yield engine
                return SessionLocal
            """,
            ENGINE,
        ),
        (
            """
            def f():
                yield
                yield None
                yield engine
            """,
            ENGINE,
        ),
        ("def f():\n    raise engine", None),
        ("def f() -> AsyncSession: ...", SESSION),
        ("def f() -> AsyncSession: return unknown", SESSION),
        ("def f() -> AsyncSession: return engine", ENGINE),
        ("def f() -> AsyncSession: return somewhere.make()", SESSION),
        ("def f() -> unknown: return somewhere.make()", "FOREIGN somewhere.make"),
        ("def f(): return somewhere.make()", "FOREIGN somewhere.make"),
        ("def f() -> typing.Iterator[AsyncSession]: yield unknown", SESSION),
        ("def f() -> typing.Iterable[AsyncSession]: yield unknown", SESSION),
        ("async def f() -> typing.AsyncIterator[AsyncSession]: yield unknown", SESSION),
        ("def f() -> typing.Iterator[AsyncSession]: ...", f"GENERATOR of {SESSION}"),
        ("def f() -> typing.Awaitable[AsyncSession]: yield unknown", f"COROUTINE of {SESSION}"),
        ("def f() -> typing.Generator: yield unknown", None),
        ("def f(): return f()", None),
    ],
)
def test_a_function_returns_what_its_body_says_and_else_its_annotation(text: str, wanted: str | None) -> None:
    found = small(HEAD, text)
    assert described(returned(found.inference, function(found, "f"))) == wanted


INNER = Value(Kind.INSTANCE, "sqlalchemy.AsyncSession")


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (None, None),
        (Value(Kind.COROUTINE, inner=INNER), SESSION),
        (Value(Kind.COROUTINE), None),
        (Value(Kind.ASYNC_MANAGER, inner=INNER), SESSION),
        (Value(Kind.INSTANCE, "sqlalchemy.AsyncConnection"), CONNECTION),
        (Value(Kind.INSTANCE, "asyncpg.Pool"), "INSTANCE asyncpg.Pool"),
        (Value(Kind.FOREIGN, "somewhere.make"), "FOREIGN somewhere.make"),
        (INNER, None),
        (Value(Kind.MANAGER, inner=INNER), None),
        (Value(Kind.METHOD, "sqlalchemy.AsyncConnection", inner=INNER), None),
        (Value(Kind.GENERATOR, inner=INNER), None),
    ],
    ids=str,
)
def test_await_takes_out_what_is_awaited(given: Value | None, wanted: str | None) -> None:
    assert described(awaited(given)) == wanted


@pytest.mark.parametrize("is_async", [True, False])
@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (None, None),
        (Value(Kind.ASYNC_MANAGER, inner=INNER), SESSION),
        (Value(Kind.MANAGER, inner=INNER), SESSION),
        (Value(Kind.MANAGER), None),
        (INNER, SESSION),
        (Value(Kind.INSTANCE, "sqlalchemy.Connection"), "INSTANCE sqlalchemy.Connection"),
        (Value(Kind.INSTANCE, "sqlalchemy.AsyncTransaction"), "INSTANCE sqlalchemy.AsyncTransaction"),
        (Value(Kind.INSTANCE, "asyncio.TaskGroup"), "INSTANCE asyncio.TaskGroup"),
        (Value(Kind.INSTANCE, "sqlalchemy.AsyncEngine"), None),
        (Value(Kind.FOREIGN, "somewhere.make"), "FOREIGN somewhere.make"),
        (Value(Kind.COROUTINE, inner=INNER), None),
    ],
    ids=str,
)
def test_with_binds_what_its_manager_gives(given: Value | None, wanted: str | None, is_async: bool) -> None:
    assert described(entered(small("").inference, given, is_async)) == wanted


MANAGERS = """
    class A:
        async def __aenter__(self): return engine
        def __enter__(self): return SessionLocal
    class B(AsyncSession): pass
    class C: pass
    class D:
        def __aenter__(self): return engine
        async def __enter__(self): return SessionLocal
    class E(AsyncSession):
        async def __aenter__(self): return engine
"""


@pytest.mark.parametrize(
    ("name", "is_async", "wanted"),
    [
        ("A", True, ENGINE),
        ("A", False, FACTORY),
        ("B", True, "OBJECT B"),
        ("B", False, None),
        ("C", True, None),
        ("C", False, None),
        ("D", True, None),
        ("D", False, f"COROUTINE of {FACTORY}"),
        ("E", True, ENGINE),
    ],
)
def test_with_enters_an_object_by_its_own_method(name: str, is_async: bool, wanted: str | None) -> None:
    found = small(MANAGERS)
    given = Value(Kind.OBJECT, definition=cls(found, name))
    assert described(entered(found.inference, given, is_async)) == wanted


@pytest.mark.parametrize("is_async", [True, False])
@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (Value(Kind.COLLECTION, inner=INNER), SESSION),
        (Value(Kind.GENERATOR, inner=INNER), SESSION),
        (Value(Kind.ASYNC_GENERATOR, inner=INNER), SESSION),
        (Value(Kind.COLLECTION), None),
        (Value(Kind.COROUTINE, inner=INNER), None),
        (Value(Kind.INSTANCE, "sqlalchemy.async_sessionmaker", inner=INNER), None),
        (None, None),
    ],
    ids=str,
)
def test_for_binds_the_items_of_a_collection_or_generator(
    given: Value | None, wanted: str | None, is_async: bool
) -> None:
    assert described(element(small("").inference, given, is_async)) == wanted
