"""Where an engine goes after it was made: what keeps it, who uses it, and who outside the project may own it."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from async_db_lint.project.engines.ownership import is_handed_out, is_kept, is_used
from tests.projects import codes, project

IMPORTS = dedent("""
    from functools import cache, cached_property, lru_cache
    from fastapi import FastAPI
    from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
""")
ENGINE = IMPORTS + "engine = create_async_engine(URL)\n"
USED = ENGINE + dedent("""
    from sqlalchemy import text
    SessionLocal = async_sessionmaker(engine, expire_on_commit=False)
    async def use():
        async with SessionLocal() as s:
            await s.execute(text('SELECT 1'))
""")


def kept(text: str) -> bool:
    """Whether the first engine of a file is kept by something."""
    found = project(IMPORTS + dedent(text))
    return is_kept(found, found.engines[0].call)


def handed_out(files: dict[str, str] | str) -> bool:
    """Whether the first engine of a project is handed to code of others."""
    found = project(files)
    return is_handed_out(found, found.engines[0].call, found.engines[0].kind)


def used(files: dict[str, str] | str) -> bool:
    """Whether something uses the first engine of a project."""
    found = project(files)
    return is_used(found, found.engines[0].call)


KEPT = {
    "by a cache of the function's result": """
        @lru_cache
        def get(): return create_async_engine(URL)
    """,
    "by a cache with arguments": """
        @lru_cache(maxsize=1)
        def get(): return create_async_engine(URL)
    """,
    "by a cached property": """
        class Database:
            @cached_property
            def engine(self): return create_async_engine(URL)
    """,
    "in a global": """
        engine = None
        def get():
            global engine
            engine = create_async_engine(URL)
    """,
    "in a variable of the function around": """
        def outer():
            engine = None
            def get():
                nonlocal engine
                engine = create_async_engine(URL)
    """,
    "in a global, by a name of its own": """
        engine = None
        def get():
            global engine
            made = create_async_engine(URL)
            engine = made
    """,
    "in a collection": """
        engines = {}
        def get(): engines[URL] = create_async_engine(URL)
    """,
    "in an attribute": """
        class Database:
            def connect(self): self.engine = create_async_engine(URL)
    """,
    "in the state of an application that a constructor is given": """
        class Database:
            def __init__(self, app): app.state.engine = create_async_engine(URL)
    """,
    "in a collection that a constructor knows": """
        cache = {}
        class Database:
            def __init__(self): cache['a'] = create_async_engine(URL)
    """,
    "in another object, by a constructor": """
        class Database:
            def __init__(self, holder): holder.engine = create_async_engine(URL)
    """,
    "inside of what is stored": """
        factories = {}
        def get(): factories[URL] = async_sessionmaker(create_async_engine(URL))
    """,
    "by what is made of it": """
        factories = {}
        def get():
            engine = create_async_engine(URL)
            factory = async_sessionmaker(engine)
            factories[URL] = factory
    """,
    "by what is made of it and was bound before it": """
        factories = {}
        def get():
            last = None
            factory = None
            engine = create_async_engine(URL)
            factory = async_sessionmaker(engine)
            last = [factory]
            factories[URL] = last
    """,
}
NOT_KEPT = {
    "at the top of a module": """
        engine = create_async_engine(URL)
    """,
    "returned": """
        def get(): return create_async_engine(URL)
    """,
    "in its own object, by a constructor with another name for it": """
        class Database:
            def __init__(this): this.engine = create_async_engine(URL)
    """,
    "under a decorator that keeps nothing": """
        from functools import wraps
        @wraps(other)
        def get(): return create_async_engine(URL)
    """,
    "in a name of the function": """
        def get():
            engine = create_async_engine(URL)
            return engine
    """,
    "in an attribute of the object that a constructor makes": """
        class Database:
            def __init__(self): self.engine = create_async_engine(URL)
    """,
    "beside something else that is stored": """
        engines = {}
        def get(other):
            engine = create_async_engine(URL)
            engines[URL] = other
    """,
    "beside something else that is bound and stored": """
        engines = {}
        def get():
            engine = create_async_engine(URL)
            other = make()
            engines[URL] = other
    """,
    "beside something else that is global": """
        count = 0
        def get():
            global count
            engine = create_async_engine(URL)
            count = 1
    """,
    "beside a global function": """
        def get():
            global helper
            engine = create_async_engine(URL)
            def helper(): ...
    """,
}


@pytest.mark.parametrize("how", KEPT)
def test_an_engine_may_outlive_its_function(how: str) -> None:
    assert kept(KEPT[how])


@pytest.mark.parametrize("how", NOT_KEPT)
def test_an_engine_does_not_outlive_its_function(how: str) -> None:
    assert not kept(NOT_KEPT[how])


def test_an_engine_that_a_route_keeps_in_a_collection_is_not_made_for_each_request(tmp_path: Path) -> None:
    text = """
        app = FastAPI()
        cache = {}
        @app.get('/')
        async def r():
            cache['a'] = create_async_engine(U)
    """
    assert codes(tmp_path, {"app.py": ENGINE + dedent(text)}, "ADB105") == []


HANDED_OUT = {
    "to a class of a library": "from plugin import Plugin\nPlugin(engine=engine)",
    "to a function of a library, by position": "import plugin\nplugin.setup(1, engine)",
    "to a method of a library's object": """
        from plugin import Plugin
        plugin = Plugin()
        plugin.setup(engine)
    """,
    "as an attribute": """
        from plugin import Plugin
        class Database:
            def __init__(self): self.engine = engine
            def register(self): Plugin(self.engine)
    """,
    "after something harmless": """
        from plugin import Plugin
        print(engine)
        Plugin(engine)
    """,
    "after something unknown": """
        from plugin import Plugin
        unknown(engine)
        Plugin(engine)
    """,
    "in a function": "from plugin import Plugin\ndef f(): Plugin(engine)",
}
NOT_HANDED_OUT = {
    "nowhere": "",
    "to what keeps nothing": "print(engine)",
    "to SQLAlchemy": "SessionLocal = async_sessionmaker(engine)",
    "to a function of the project": "def use(engine): ...\nuse(engine)",
    "to something unknown": "unknown(engine)",
    "nothing but its name": "from plugin import Plugin\nPlugin(engine=1)",
    "another thing of that name": "from plugin import Plugin\nPlugin(other.engine)",
    "something that is made with it": "from plugin import Plugin\nPlugin(async_sessionmaker(engine))",
    "its synchronous half under its name": """
        from plugin import Plugin
        class Database:
            def __init__(self): self.engine = engine.sync_engine
            def register(self): Plugin(self.engine)
    """,
    "its URL": "from plugin import Plugin\nPlugin(engine.url)",
}


@pytest.mark.parametrize("how", HANDED_OUT)
def test_an_engine_is_handed_to_code_that_may_own_it(how: str) -> None:
    assert handed_out(ENGINE + dedent(HANDED_OUT[how]))


@pytest.mark.parametrize("how", NOT_HANDED_OUT)
def test_an_engine_is_not_handed_to_code_that_may_own_it(how: str) -> None:
    assert not handed_out(ENGINE + dedent(NOT_HANDED_OUT[how]))


def test_an_engine_of_the_same_name_in_another_file_is_another_engine() -> None:
    plugin = ENGINE + "from plugin import Plugin\nPlugin(engine)\n"
    assert not handed_out({"a.py": ENGINE, "b.py": plugin})
    assert handed_out({"b.py": plugin, "a.py": ENGINE})


def test_a_file_that_imports_an_engine_may_hand_it_out_but_a_test_may_not() -> None:
    text = """
        from app import engine
        from plugin import Plugin
        Plugin(engine)
    """
    assert handed_out({"app.py": ENGINE, "main.py": text})
    assert not handed_out({"app.py": ENGINE, "tests/test_main.py": text})


def test_an_engine_that_a_library_owns_needs_no_disposal(tmp_path: Path) -> None:
    text = """
        from plugin import Plugin
        app = FastAPI()
        Plugin(engine=engine)
    """
    assert codes(tmp_path, {"app.py": USED + dedent(text)}, "ADB104") == []


def test_an_engine_that_is_handed_to_what_keeps_nothing_needs_disposal(tmp_path: Path) -> None:
    text = "app = FastAPI()\nprint(engine)\n"
    assert [code for code, _, _ in codes(tmp_path, {"app.py": USED + text}, "ADB104")] == ["ADB104"]


USES = {
    "a call on it": "engine.connect()",
    "a name for it": "other = engine",
    "a factory that is used": "SessionLocal = async_sessionmaker(engine)\ndef f(): return SessionLocal()",
    "a factory that is called where it is made": "session = async_sessionmaker(engine)()",
    "a factory without a name": "async_sessionmaker(engine)",
    "a factory that is bound later": "SessionLocal = async_sessionmaker()\nSessionLocal.configure(bind=engine)",
    "a factory without an engine of its own": "SessionLocal = async_sessionmaker()",
    "a factory on what is not known": "SessionLocal = async_sessionmaker(unknown())",
    "an unused factory and a used one": (
        """
            First = async_sessionmaker(engine)
            Second = async_sessionmaker(engine)
            def f(): return Second()
        """
    ),
    "an attribute of an unknown object": "def f(x): return x.engine",
    "what may be this engine or another": (
        """
            if URL:
                engine = create_async_engine(URL)
            def f(): return engine.connect()
        """
    ),
}
NO_USES = {
    "nothing": "",
    "a factory that nothing uses": "SessionLocal = async_sessionmaker(engine)",
    "a factory that nothing uses, by keyword": "SessionLocal = async_sessionmaker(bind=engine)",
    "two factories that nothing uses": "First = async_sessionmaker(engine)\nSecond = async_sessionmaker(engine)",
    "a used factory of another engine": (
        """
            other = create_async_engine(URL)
            SessionLocal = async_sessionmaker(other)
            def f(): return SessionLocal()
        """
    ),
    "another engine of that name": """
        class Database:
            def __init__(self): self.engine = create_async_engine(URL)
            def connect(self): return self.engine.connect()
    """,
}


@pytest.mark.parametrize("how", USES)
def test_an_engine_is_used(how: str) -> None:
    assert used(ENGINE + dedent(USES[how]))


@pytest.mark.parametrize("how", NO_USES)
def test_an_engine_is_not_used(how: str) -> None:
    assert not used(ENGINE + dedent(NO_USES[how]))


def test_an_engine_without_a_name_counts_as_used() -> None:
    assert used(IMPORTS + "use(create_async_engine(URL))")


def test_a_test_does_not_use_an_engine_for_its_application() -> None:
    text = "from app import engine\nengine.connect()\n"
    assert used({"app.py": ENGINE, "main.py": text})
    assert not used({"app.py": ENGINE, "tests/test_main.py": text})


def test_an_engine_that_nothing_uses_needs_no_disposal(tmp_path: Path) -> None:
    text = """
        import os
        from sqlalchemy.ext.asyncio import create_async_engine
        from fastapi import FastAPI
        engine = create_async_engine(os.environ['U'])
        app = FastAPI()
    """
    assert codes(tmp_path, {"app.py": text}, "ADB104") == []


GIVEN = {
    "as it is made": "app = Plugin(engine=create_async_engine(URL))",
    "as it is made, by position": "Plugin(create_async_engine(URL))",
    "by a function": "def make(): return create_async_engine(URL)\nPlugin(make())",
    "by a function of a function": """
        def make(): return create_async_engine(URL)
        def get(): return make()
        Plugin(get())
    """,
    "by a method": """
        class Settings:
            def make(self): return create_async_engine(URL)
            def config(self): return Plugin(engine=self.make())
    """,
    "by a method of another file's function": """
        def make(): return create_async_engine(URL)
        class Settings:
            def get(self): return make()
            def config(self): return Plugin(engine=self.get())
        Settings().config()
    """,
}
KEPT_INSIDE = {
    "by a function, to the project's own": """
        def make(): return create_async_engine(URL)
        def own(engine): ...
        own(make())
    """,
    "by a function, to the library": """
        def make(): return create_async_engine(URL)
        async_sessionmaker(make())
    """,
    "by a function of that name only": """
        def make(): return create_async_engine(URL)
        class Other:
            def make(self): return 1
        Plugin(Other().make())
    """,
    "by functions that call each other": """
        def make(): return create_async_engine(URL)
        def get(): return get()
        Plugin(get())
    """,
}


@pytest.mark.parametrize("how", GIVEN)
def test_an_engine_that_a_library_is_given_by_a_call_is_handed_out(how: str) -> None:
    assert handed_out(IMPORTS + "from somewhere import Plugin\n" + dedent(GIVEN[how]))


@pytest.mark.parametrize("how", KEPT_INSIDE)
def test_an_engine_that_stays_in_the_project_is_not_handed_out(how: str) -> None:
    assert not handed_out(IMPORTS + "from somewhere import Plugin\n" + dedent(KEPT_INSIDE[how]))
