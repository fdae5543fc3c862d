"""Engines and pools: where each is made, with what options and URL, how often, and what disposes it."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from async_db_lint.index.expressions import Literal, Name
from async_db_lint.project.engines.engines import Engine, engines
from async_db_lint.project.libraries import library
from async_db_lint.read.source import Role
from tests.projects import codes, findings, project

IMPORTS = dedent("""
    from typing import TYPE_CHECKING
    from fastapi import APIRouter, Depends, FastAPI
    from sqlalchemy import create_engine, engine_from_config, text
    from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_engine_from_config, async_sessionmaker
    from sqlalchemy.ext.asyncio import create_async_engine
    from sqlalchemy.pool import AsyncAdaptedQueuePool, NullPool, StaticPool
    import asyncpg, os, psycopg2
""")


def first(text: str, path: str = "app.py") -> Engine:
    """The first engine of a file."""
    return project({path: IMPORTS + dedent(text)}).engines[0]


def found_in(root: Path, text: str, *select: str) -> list[str]:
    """The codes of what is found below the imports."""
    return [code for code, _, _ in codes(root, {"app.py": IMPORTS + dedent(text)}, *select)]


# ------------------------------------------------------------------ what makes one


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("create_async_engine(URL)", library.ENGINE),
        ("async_engine_from_config(CONFIG)", library.ENGINE),
        ("create_engine(URL)", library.SYNC_ENGINE),
        ("engine_from_config(CONFIG)", library.SYNC_ENGINE),
        ("asyncpg.create_pool(URL)", library.POOL),
        ("from sqlmodel import create_engine\ncreate_engine(URL)", library.SYNC_ENGINE),
        ("from sqlalchemy.ext.asyncio import create_async_engine as make\nmake(URL)", library.ENGINE),
    ],
)
def test_an_engine_is_what_a_librarys_function_makes(text: str, kind: str) -> None:
    assert [engine.kind for engine in engines(project(IMPORTS + text))] == [kind]


@pytest.mark.parametrize(
    "text",
    [
        "from other import create_engine\ncreate_engine(URL)",
        "def create_async_engine(url): ...\ncreate_async_engine(URL)",
        "from somewhere import *\ncreate_pool(URL)",
        "other.create_pool(URL)",
        "make = create_async_engine",
    ],
)
def test_what_others_make_under_the_same_name_is_no_engine(text: str) -> None:
    assert engines(project(f"from sqlalchemy.ext.asyncio import create_async_engine\n{text}\n")) == []


@pytest.mark.parametrize(
    ("text", "is_async", "is_pool"),
    [
        ("create_async_engine(URL)", True, False),
        ("create_engine(URL)", False, False),
        ("asyncpg.create_pool(URL)", False, True),
    ],
)
def test_an_engine_is_asynchronous_or_synchronous_or_a_pool(text: str, is_async: bool, is_pool: bool) -> None:
    engine = first(text)
    assert (engine.is_async, engine.is_pool) == (is_async, is_pool)


@pytest.mark.parametrize(
    ("path", "role"),
    [("app.py", Role.APPLICATION), ("tests/test_app.py", Role.TEST), ("alembic/env.py", Role.MIGRATION)],
)
def test_an_engine_has_the_role_of_its_file(path: str, role: Role) -> None:
    assert first("create_async_engine(URL)", path).role is role


def test_an_engine_is_made_in_the_scope_of_its_call() -> None:
    assert first("def make(): return create_async_engine(URL)").scope.name == "make"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("engine = create_async_engine(URL)", "`engine`"),
        ("write = read = create_async_engine(URL)", "`read`"),
        ("class A:\n    def f(self): self.engine = create_async_engine(URL)", "`engine`"),
        ("pool = asyncpg.create_pool(URL)", "`pool`"),
        ("use(create_async_engine(URL))", "this engine"),
        ("use(asyncpg.create_pool(URL))", "this pool"),
    ],
)
def test_a_message_calls_an_engine_by_its_first_name(text: str, title: str) -> None:
    assert first(text).title == title


@pytest.mark.parametrize(
    ("text", "is_conditional"),
    [
        ("if URL: create_async_engine(URL)", True),
        ("if URL: ...\nelse: create_async_engine(URL)", True),
        ("if URL:\n    with x: create_async_engine(URL)", True),
        ("create_async_engine(URL)", False),
        ("with x: create_async_engine(URL)", False),
        ("if URL:\n    def f(): create_async_engine(URL)", False),
    ],
)
def test_an_engine_under_a_condition_is_conditional(text: str, is_conditional: bool) -> None:
    assert first(text).is_conditional is is_conditional


# ------------------------------------------------------------------ options


@pytest.mark.parametrize(
    "text",
    [
        "create_async_engine(URL, echo=True)",
        "create_async_engine(URL, **{'echo': True})",
        "O = {'echo': True}\ncreate_async_engine(URL, **O)",
    ],
)
def test_an_option_is_read_from_the_call_and_its_dicts(text: str) -> None:
    option = first(text).option("echo")
    assert (option.value, option.is_certain) == (Literal(True), True)


@pytest.mark.parametrize(
    ("text", "is_certain"), [("create_async_engine(URL)", True), ("create_async_engine(URL, **more())", False)]
)
def test_an_option_that_is_not_written_is_certainly_absent_unless_a_splat_may_have_it(
    text: str, is_certain: bool
) -> None:
    option = first(text).option("echo")
    assert (option.value, option.is_certain) == (None, is_certain)


@pytest.mark.parametrize(
    "text",
    [
        "O = dict(echo=True)\ncreate_async_engine(U, **O)\n",
        "create_async_engine(U, **dict(echo=True))\n",
        "create_async_engine(U, **{'echo': True})\n",
        """
        A = {'echo': True}
        O = {**A, 'pool_size': 1}
        create_async_engine(U, **O)
        """,
    ],
)
def test_echo_in_a_dict_of_options_is_found(tmp_path: Path, text: str) -> None:
    assert found_in(tmp_path, text, "ADB106") == ["ADB106"]


@pytest.mark.parametrize(
    "text",
    [
        "O = {K: True}\ncreate_async_engine(U, **O)\n",
        "def f(echo=True): create_async_engine(U, echo=echo)\n",
        """
        O = {'echo': True}
        O['echo'] = False
        create_async_engine(U, **O)
        """,
        """
        O = {'echo': True}
        O.update(more())
        create_async_engine(U, **O)
        """,
    ],
)
def test_echo_that_may_be_off_is_left_alone(tmp_path: Path, text: str) -> None:
    assert found_in(tmp_path, text, "ADB106") == []


@pytest.mark.parametrize(
    "text",
    [
        "create_async_engine(URL, poolclass=NullPool)",
        "create_async_engine(URL, poolclass=StaticPool)",
        "create_async_engine(URL, **{'poolclass': NullPool})",
        "create_async_engine(URL, poolclass=choose())",
        "class Own(NullPool): ...\ncreate_async_engine(URL, poolclass=Own)",
    ],
)
def test_an_engine_that_may_keep_no_connections_is_unpooled(text: str) -> None:
    assert first(text).is_unpooled


@pytest.mark.parametrize(
    "text",
    [
        "create_async_engine(URL)",
        "create_async_engine(URL, poolclass=AsyncAdaptedQueuePool)",
        "create_async_engine(URL)\nprint(NullPool, StaticPool)",
        "create_async_engine(URL, **{'echo': True})\nprint(NullPool)",
    ],
)
def test_an_engine_that_certainly_keeps_connections_is_pooled(text: str) -> None:
    assert not first(text).is_unpooled


@pytest.mark.parametrize(
    ("mentioned", "is_unpooled"), [("NullPool", True), ("StaticPool", True), ("AsyncAdaptedQueuePool", False)]
)
def test_unknown_options_unpool_an_engine_where_such_a_pool_is_mentioned(mentioned: str, is_unpooled: bool) -> None:
    text = f"""
        from sqlalchemy.ext.asyncio import create_async_engine
        from sqlalchemy.pool import {mentioned}
        create_async_engine(URL, **options())
    """
    assert project(text).engines[0].is_unpooled is is_unpooled


# ------------------------------------------------------------------ the URL


@pytest.mark.parametrize(
    "text",
    [
        "create_async_engine('sqlite+aiosqlite://')",
        "create_async_engine(url='sqlite+aiosqlite://')",
        "create_async_engine(**{'url': 'sqlite+aiosqlite://'})",
        "U = 'sqlite+aiosqlite://'\ndef f(): create_async_engine(U)",
    ],
)
def test_the_driver_is_read_from_the_url(text: str) -> None:
    driver = first(text).driver
    assert driver is not None
    assert (driver.dialect, driver.driver) == ("sqlite", "aiosqlite")


@pytest.mark.parametrize(
    "text",
    ["create_async_engine(URL)", "create_async_engine()", "create_async_engine(**more)", "create_async_engine('h')"],
)
def test_the_driver_of_a_url_that_is_not_known_is_not_known(text: str) -> None:
    assert first(text).driver is None


BOTH = """
    DATABASE_URL = 'postgresql://h'
    OTHER = {}
    engine = create_async_engine(DATABASE_URL)
    {}
"""
SHARED = {
    "by a synchronous engine": ("1", "create_engine(DATABASE_URL)"),
    "by a synchronous engine, under another name": ("DATABASE_URL", "create_engine(OTHER)"),
    "by a synchronous engine, as a keyword": ("1", "create_engine(url=DATABASE_URL)"),
    "by a driver": ("1", "psycopg2.connect(DATABASE_URL)"),
    "by a pool": ("1", "asyncpg.create_pool(dsn=DATABASE_URL)"),
    "by a pool of psycopg": ("1", "ConnectionPool(DATABASE_URL)"),
    "by an asynchronous pool of psycopg": ("1", "AsyncConnectionPool(DATABASE_URL)"),
    "by a driver in another file": ("1", "psycopg2.connect(config.DATABASE_URL)"),
    "inside of an argument": ("1", "psycopg2.connect(f'{DATABASE_URL}?sslmode=require')"),
}
NOT_SHARED = {
    "alone": ("1", "pass"),
    "a synchronous engine with another URL": ("'sqlite:///x'", "create_engine(OTHER)"),
    "a synchronous engine with the same text, written again": ("'postgresql://h'", "create_engine(OTHER)"),
    "a synchronous engine with a URL that is not known": ("read()", "create_engine(OTHER)"),
    "a driver with another URL": ("1", "psycopg2.connect(OTHER)"),
    "another asynchronous engine": ("DATABASE_URL", "create_async_engine(OTHER)"),
    "a function that does not connect": ("1", "print(DATABASE_URL)"),
}


@pytest.mark.parametrize("how", SHARED)
def test_a_url_is_shared_with_what_needs_another_driver(how: str) -> None:
    assert first(BOTH.format(*SHARED[how])).has_shared_url


@pytest.mark.parametrize("how", NOT_SHARED)
def test_a_url_is_the_asynchronous_engines_own(how: str) -> None:
    assert not first(BOTH.format(*NOT_SHARED[how])).has_shared_url


@pytest.mark.parametrize(
    "text",
    [
        "create_async_engine(URL)\nconnect(URL)",
        "create_async_engine('postgresql://h')\nconnect(x)",
        "create_async_engine('postgresql://h')\ncreate_engine('sqlite://')",
    ],
)
def test_a_url_that_is_not_known_or_has_no_name_is_not_shared(text: str) -> None:
    assert not first(text).has_shared_url


@pytest.mark.parametrize(
    ("other", "is_offered"), [("'sqlite:///x'", True), ("'postgresql://h'", True), ("DATABASE_URL", False)]
)
def test_a_url_is_fixed_unless_a_synchronous_engine_has_it_too(tmp_path: Path, other: str, is_offered: bool) -> None:
    text = dedent(BOTH.format(other, "sync_engine = create_engine(OTHER)"))
    (found,) = findings(tmp_path, {"app.py": IMPORTS + text}, "ADB102")
    assert (found.fix is not None) is is_offered


# ------------------------------------------------------------------ in the application


@pytest.mark.parametrize(
    "text",
    [
        "engine = create_async_engine(URL)\napp = FastAPI()",
        """
            class App(FastAPI): ...
            engine = create_async_engine(URL)
            app = App()
        """,
        """
            def make(): return create_async_engine(URL)
            app = FastAPI()
            engine = make()
        """,
        """
            app = FastAPI()
            @app.get('/')
            async def route(): create_async_engine(URL)
        """,
        """
            app = FastAPI()
            @app.on_event('startup')
            async def start(): create_async_engine(URL)
        """,
        """
            async def life(app):
                create_async_engine(URL)
                yield
            app = FastAPI(lifespan=life)
        """,
    ],
)
def test_an_engine_that_an_application_certainly_makes_is_in_it(text: str) -> None:
    assert first(text).is_in_application


@pytest.mark.parametrize(
    "text",
    [
        "engine = create_async_engine(URL)",
        "def make(): return create_async_engine(URL)\napp = FastAPI()",
        """
            def make(): return create_async_engine(URL)
            app = FastAPI()
            register(make)
        """,
    ],
)
def test_an_engine_that_no_application_certainly_makes_is_in_none(text: str) -> None:
    assert not first(text).is_in_application


def test_an_engine_is_in_the_application_that_imports_its_file() -> None:
    files = {
        "db.py": IMPORTS + "engine = create_async_engine(URL)\n",
        "other.py": IMPORTS + "engine = create_async_engine(URL)\n",
        "main.py": """
            from fastapi import FastAPI
            import db
            app = FastAPI()
        """,
        "tests/test_main.py": IMPORTS + "engine = create_async_engine(URL)\napp = FastAPI()\n",
    }
    found = {engine.call.path: engine.is_in_application for engine in project(files).engines}
    assert found == {"db.py": True, "other.py": False, "tests/test_main.py": False}


USE = """
    engine = create_async_engine(os.environ["U"])
    SessionLocal = async_sessionmaker(engine, expire_on_commit=False)
    async def use():
        async with SessionLocal() as s:
            await s.execute(text('SELECT 1'))
"""


def test_an_engine_that_nobody_disposes_in_a_library_is_left_alone(tmp_path: Path) -> None:
    assert found_in(tmp_path, USE + "    def get():\n        return engine\n", "ADB104") == []


def test_an_engine_that_nobody_disposes_in_a_subclass_of_fastapi_is_found(tmp_path: Path) -> None:
    assert found_in(tmp_path, USE + "    class App(FastAPI): pass\n    app = App()\n", "ADB104") == ["ADB104"]


# ------------------------------------------------------------------ anew for each request

PER_REQUEST = {
    "a route": """
        app = FastAPI()
        @app.get('/')
        async def r(): create_async_engine(U)
    """,
    "a router of another file": """
        router = APIRouter()
        @router.post('/')
        async def r(): create_async_engine(U)
    """,
    "add_api_route": """
        app = FastAPI()
        async def r(): create_async_engine(U)
        app.add_api_route('/', r)
    """,
    "a class dependency": """
        app = FastAPI()
        class D:
            def __init__(self): self.e = create_async_engine(U)
        @app.get('/')
        async def r(d=Depends(D)): ...
    """,
    "a callable object": """
        class D:
            def __call__(self): create_async_engine(U)
        def r(d=Depends(D())): ...
    """,
    "a middleware": """
        app = FastAPI()
        class M:
            async def dispatch(self, r, n): create_async_engine(U)
        app.add_middleware(M)
    """,
    "a websocket": """
        app = FastAPI()
        @app.websocket('/')
        async def r(s): create_async_engine(U)
    """,
    "an http middleware": """
        app = FastAPI()
        @app.middleware('http')
        async def r(s, n): create_async_engine(U)
    """,
    "a manager made in a route": """
        app = FastAPI()
        class M:
            def __init__(self): self.e = create_async_engine(U)
        @app.get('/')
        async def r(): M()
    """,
}
ONCE = {
    "at the start": """
        app = FastAPI()
        @app.on_event('startup')
        async def r(): create_async_engine(U)
    """,
    "in a manager that is made once": """
        class M:
            def __init__(self): self.e = create_async_engine(U)
        m = M()
    """,
    "in a helper that nobody calls": """
        def helper(): create_async_engine(U)
    """,
    "at the top of a module": """
        create_async_engine(U)
    """,
    "in a route that keeps it": """
        app = FastAPI()
        engines = {}
        @app.get('/')
        async def r(): engines[1] = create_async_engine(U)
    """,
    "in a helper whose result a route keeps": """
        app = FastAPI()
        engines = {}
        def make(): return create_async_engine(U)
        @app.get('/')
        async def r(): engines[1] = make()
    """,
}


@pytest.mark.parametrize("how", PER_REQUEST)
def test_an_engine_that_each_request_makes_is_found(tmp_path: Path, how: str) -> None:
    assert found_in(tmp_path, PER_REQUEST[how], "ADB105") == ["ADB105"]


@pytest.mark.parametrize("how", ONCE)
def test_an_engine_that_is_made_once_is_left_alone(tmp_path: Path, how: str) -> None:
    assert first(ONCE[how]).per_request is None
    assert found_in(tmp_path, ONCE[how], "ADB105") == []


def test_an_engine_without_a_pool_in_a_route_is_left_alone(tmp_path: Path) -> None:
    text = """
        app = FastAPI()
        @app.get('/')
        async def r(): create_async_engine(U, poolclass=NullPool)
    """
    assert found_in(tmp_path, text, "ADB105") == []


def test_the_calls_from_a_route_to_an_engine_are_known() -> None:
    text = """
        def make(): return create_async_engine(U)
        def get(): return make()
        app = FastAPI()
        @app.get('/')
        async def r(): get()
    """
    chain = first(text).per_request
    assert chain is not None
    assert [call.callee for call in chain] == [Name("get"), Name("make")]


def test_an_engine_in_a_route_itself_needs_no_calls() -> None:
    assert first(PER_REQUEST["a route"]).per_request == []


CHECKS = """
    app = FastAPI()
    async def check(url):
        e = create_async_engine(url)
        {}
    @app.post('/')
    async def r(url: str):
        await check(url)
"""


def test_an_engine_for_a_database_that_the_caller_names_is_left_alone_when_it_is_disposed(tmp_path: Path) -> None:
    assert found_in(tmp_path, CHECKS.format("await e.dispose()"), "ADB105") == []


def test_an_engine_for_a_database_that_the_caller_names_is_found_when_nothing_disposes_it(tmp_path: Path) -> None:
    found = findings(tmp_path, {"app.py": IMPORTS + dedent(CHECKS.format("pass"))}, "ADB105")
    assert [item.message for item in found] == ["each call of `r` makes an engine of its own here"]


@pytest.mark.parametrize(
    "text",
    [
        """
            async def f(url):
                e = create_async_engine(url)
                await e.dispose()
        """,
        """
            async def f(url):
                e = create_async_engine(url=url)
                await e.dispose()
        """,
        """
            async def f(x):
                url = work_out(x)
                e = create_async_engine(url)
                await e.dispose()
        """,
        """
            async def f(url):
                pool = asyncpg.create_pool(url)
                await pool.close()
        """,
        """
            def f(url):
                e = create_async_engine(url)
                async def stop(): await e.dispose()
                return stop
        """,
    ],
)
def test_an_engine_for_what_the_function_is_given_and_disposes_is_one_off(text: str) -> None:
    assert first(text).is_one_off


@pytest.mark.parametrize(
    "text",
    [
        """
            async def f(url):
                e = create_async_engine(url)
                await e.connect()
        """,
        """
            async def f(url):
                e = create_async_engine(URL)
                await e.dispose()
        """,
        """
            async def f(url):
                e = create_async_engine(url.text)
                await e.dispose()
        """,
        """
            async def f():
                e = create_async_engine('sqlite+aiosqlite://')
                await e.dispose()
        """,
        """
            async def f(o):
                e = create_async_engine(**o)
                await e.dispose()
        """,
        """
            url = read()
            e = create_async_engine(url)
            asyncio.run(e.dispose())
        """,
    ],
)
def test_an_engine_for_the_one_database_or_that_is_left_open_is_not_one_off(text: str) -> None:
    assert not first(text).is_one_off


# ------------------------------------------------------------------ what disposes it


@pytest.mark.parametrize(
    "text",
    [
        "engine.dispose()",
        "other = engine\nother.dispose()",
        "unknown.dispose()",
        "from plugin import Plugin\nPlugin().dispose()",
        "def close(e: AsyncEngine): e.dispose()\nclose(unknown)",
        "def close(e): e.dispose()\nclose(engine)",
        """
            def close(e: AsyncEngine): e.dispose()
            close(engine)
            close(create_async_engine(URL))
        """,
    ],
)
def test_a_disposal_may_mean_an_engine(text: str) -> None:
    assert len(first("engine = create_async_engine(URL)\n" + dedent(text)).disposals) == 1


@pytest.mark.parametrize(
    "text",
    [
        "engine.connect()",
        "engine.sync_engine.dispose()",
        "other = create_async_engine(URL)\nother.dispose()",
        "other = create_engine(URL)\nother.dispose()",
        """
            class Service:
                def dispose(self): ...
            Service().dispose()
        """,
        "def close(e: AsyncEngine): e.dispose()\nclose(create_async_engine(URL))",
        "engine.close()",
    ],
)
def test_a_disposal_of_something_else_does_not_mean_an_engine(text: str) -> None:
    assert first("engine = create_async_engine(URL)\n" + dedent(text)).disposals == []


def test_each_kind_is_ended_by_its_own_methods() -> None:
    found = project(
        IMPORTS
        + dedent("""
            engine = create_async_engine(URL)
            pool = asyncpg.create_pool(URL)
            engine.dispose()
            pool.close()
            pool.terminate()
        """)
    )
    ended = {engine.kind: [item.expr.name for item in engine.disposals] for engine in found.engines}
    assert ended == {library.ENGINE: ["dispose"], library.POOL: ["close", "terminate"]}


@pytest.mark.parametrize(
    ("text", "is_handed_out", "is_used"),
    [
        ("engine = create_async_engine(URL)", False, False),
        ("engine = create_async_engine(URL)\nengine.connect()", False, True),
        (
            """
            from plugin import Plugin
            engine = create_async_engine(URL)
            Plugin(engine)
        """,
            True,
            True,
        ),
    ],
)
def test_an_engine_knows_its_users_and_owners(text: str, is_handed_out: bool, is_used: bool) -> None:
    engine = first(text)
    assert (engine.is_handed_out, engine.is_used) == (is_handed_out, is_used)
