"""What the rules about awaiting make of the ways in which real projects wait, block and forget to await."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from tests.projects import DATABASE, codes, findings

HEAD = dedent(DATABASE) + dedent("""
    from fastapi import Depends, FastAPI
    import asyncio
    app = FastAPI()
""")

BLOCKING = {
    "a sleep in a route": """
        import time
        @app.get('/')
        async def r():
            time.sleep(1)
    """,
    "a request of a library in a route": """
        import requests
        @app.get('/')
        async def r():
            requests.get(u)
    """,
    "a request in a session of a library": """
        import requests
        @app.get('/')
        async def r():
            s = requests.Session()
            s.post(u)
    """,
    "a synchronous client": """
        import httpx
        @app.get('/')
        async def r():
            httpx.Client().get(u)
    """,
    "three helpers down": """
        import time
        def a(): b()
        def b(): c()
        def c(): time.sleep(1)
        @app.get('/')
        async def r():
            a()
    """,
    "under the condition of a helper": """
        import time
        def a(x):
            if x:
                time.sleep(1)
        @app.get('/')
        async def r():
            a(1)
    """,
    "an opened URL": """
        from urllib.request import urlopen
        @app.get('/')
        async def r():
            urlopen(u)
    """,
    "in a coroutine that a route awaits": """
        import time
        async def w(): time.sleep(1)
        @app.get('/')
        async def r():
            await w()
    """,
}
NOT_BLOCKING = {
    "a sleep that only gives way": """
        import time
        @app.get('/')
        async def r():
            time.sleep(0)
    """,
    "an asynchronous client": """
        import httpx
        @app.get('/')
        async def r():
            await httpx.AsyncClient().get(u)
    """,
    "four helpers down": """
        import time
        def a(): b()
        def b(): c()
        def c(): d()
        def d(): time.sleep(1)
        @app.get('/')
        async def r():
            a()
    """,
    "in a generator that is only made": """
        import time
        def a():
            time.sleep(1)
            yield 1
        @app.get('/')
        async def r():
            return a()
    """,
    "in a lambda for a thread": """
        import time
        @app.get('/')
        async def r():
            await asyncio.to_thread(lambda: time.sleep(1))
    """,
    "behind a switch that is off": """
        import time
        def a(slow=False):
            if slow:
                time.sleep(1)
        @app.get('/')
        async def r():
            a()
    """,
    "behind two conditions": """
        import time
        def a(x):
            if x:
                time.sleep(1)
        @app.get('/')
        async def r():
            if app:
                a(1)
    """,
    "a URL that holds its own data": """
        from urllib.request import urlopen
        @app.get('/')
        async def r():
            if u.startswith('data:'):
                urlopen(u)
    """,
    "in a loop that a plain function runs": """
        import time
        async def w(): time.sleep(1)
        def task(): asyncio.run(w())
    """,
    "in a coroutine that nobody calls": """
        import time
        async def w(): time.sleep(1)
    """,
    "in another loop than the route's": """
        import time
        async def w(): time.sleep(1)
        @app.get('/')
        async def r():
            asyncio.run(w())
    """,
    "in a route that runs in a thread": """
        import time
        @app.get('/')
        def r(): time.sleep(1)
    """,
}


@pytest.mark.parametrize("how", BLOCKING)
def test_a_call_that_stops_the_loop_is_found_once(tmp_path: Path, how: str) -> None:
    found = codes(tmp_path, {"app.py": HEAD + dedent(BLOCKING[how])}, "ADB309")
    assert [code for code, _, _ in found] == ["ADB309"]


@pytest.mark.parametrize("how", NOT_BLOCKING)
def test_a_call_that_is_not_known_to_stop_the_loop_is_left_alone(tmp_path: Path, how: str) -> None:
    assert codes(tmp_path, {"app.py": HEAD + dedent(NOT_BLOCKING[how])}, "ADB309") == []


def test_a_session_that_is_open_around_a_blocking_call_is_named(tmp_path: Path) -> None:
    text = """
        import time
        @app.get('/')
        async def r():
            async with SessionLocal() as db:
                await db.execute(q)
                time.sleep(1)
    """
    (found,) = findings(tmp_path, {"app.py": HEAD + dedent(text)}, "ADB309")
    assert found.message == "`time.sleep(…)` stops the event loop, and `db` keeps its connection meanwhile"


def test_a_session_that_is_injected_around_a_blocking_call_is_named(tmp_path: Path) -> None:
    text = """
        import time
        async def get():
            yield SessionLocal()
        @app.get('/')
        async def r(db=Depends(get)):
            await db.execute(q)
            time.sleep(1)
    """
    (found,) = findings(tmp_path, {"app.py": HEAD + dedent(text)}, "ADB309")
    assert "`db` keeps its connection" in found.message
    (found,) = findings(tmp_path, {"app.py": HEAD + dedent(text).replace("await db.execute(q)", "db.add(q)")}, "ADB309")
    assert "keeps its connection" not in found.message


@pytest.mark.parametrize("code", ["ADB305", "ADB309"])
def test_a_helper_that_blocks_is_reported_for_each_route_that_calls_it(code: str, tmp_path: Path) -> None:
    text = """
        import time
        from sqlalchemy import create_engine
        from sqlalchemy.orm import Session
        old = create_engine(OLD)
        def load():
            with Session(old) as session: return session.execute(1)
        def wait(): time.sleep(1)
        def later(): return HELPER()
        @app.get('/1')
        async def first(): HELPER()
        @app.get('/2')
        async def second(): later()
        @app.get('/3')
        async def third(): HELPER()
        @app.get('/4')
        def threaded(): HELPER()
    """
    text = HEAD + dedent(text).replace("HELPER", "load" if code == "ADB305" else "wait")
    found = codes(tmp_path, {"app.py": text}, code)
    names = [(tmp_path / "app.py").read_text().splitlines()[line - 1] for _, _, line in found]
    assert [name.partition("(")[0] for name in names] == ["async def first", "async def second", "async def third"]


FORGOTTEN = {
    "of a repository that holds the session": """
        class Users:
            def __init__(self, s: AsyncSession): self.s = s
            async def put(self, key): await self.s.execute(q)
        async def f(s: AsyncSession):
            users = Users(s)
            users.put(1)
    """,
    "of a service that has a repository": """
        class Users:
            def __init__(self, s: AsyncSession): self.s = s
            async def put(self, key): await self.s.execute(q)
        class Service:
            def __init__(self, s: AsyncSession): self.users = Users(s)
            async def register(self): await self.users.put(1)
        async def f(s: AsyncSession):
            Service(s).register()
    """,
    "of a job that opens a session of its own": """
        async def confirm(key):
            async with SessionLocal() as s:
                await s.execute(q)
        async def f():
            confirm(1)
    """,
    "bound and not used": """
        async def f(s: AsyncSession):
            rows = s.execute(q)
    """,
    "bound and looped over": """
        async def f(s: AsyncSession):
            rows = s.execute(q)
            for row in rows: print(row)
    """,
    "bound and indexed": """
        async def f(s: AsyncSession):
            rows = s.execute(q)
            print(rows[0])
    """,
    "in a condition of its own": """
        async def f(s: AsyncSession):
            s.execute(q) if q else None
    """,
    "asserted": """
        async def f(s: AsyncSession):
            assert s.execute(q)
    """,
}
KEPT = {
    "of the project, and without a session": """
        async def greet(name): ...
        async def f():
            greet("x")
    """,
    "of a job, as a task": """
        import asyncio
        async def confirm(key):
            async with SessionLocal() as s:
                await s.execute(q)
        async def f():
            asyncio.create_task(confirm(1))
    """,
    "of a job, behind a decorator that may call it": """
        from celery import shared_task
        @shared_task
        async def confirm(key):
            async with SessionLocal() as s:
                await s.execute(q)
        async def f():
            confirm(1)
    """,
    "closed as a coroutine": """
        async def f(s: AsyncSession):
            rows = s.execute(q)
            rows.close()
    """,
    "asserted by its name": """
        async def f(s: AsyncSession):
            rows = s.execute(q)
            assert rows
    """,
    "returned": """
        async def f(s: AsyncSession):
            rows = s.execute(q)
            return rows
    """,
    "awaited later": """
        async def f(s: AsyncSession):
            rows = s.execute(q)
            rows = await rows
    """,
    "awaited in a function inside": """
        async def f(s: AsyncSession):
            rows = s.execute(q)
            async def inner(): return await rows
            return inner
    """,
    "tested in an expression": """
        async def f(s: AsyncSession):
            rows = s.execute(q)
            x = 1 if rows else 2
    """,
    "tested in a comprehension": """
        async def f(s: AsyncSession):
            rows = s.execute(q)
            x = [y for y in z if rows]
    """,
    "of the next item of an async generator, which is no session": """
        async def get():
            yield SessionLocal()
        def f():
            s = next(get())
            s.commit()
    """,
}


@pytest.mark.parametrize("how", FORGOTTEN)
def test_a_coroutine_that_nobody_awaits_is_found(tmp_path: Path, how: str) -> None:
    found = codes(tmp_path, {"app.py": HEAD + dedent(FORGOTTEN[how])}, "ADB301")
    assert [code for code, _, _ in found] == ["ADB301"]


@pytest.mark.parametrize("how", KEPT)
def test_a_coroutine_that_may_be_awaited_is_left_alone(tmp_path: Path, how: str) -> None:
    assert codes(tmp_path, {"app.py": HEAD + dedent(KEPT[how])}, "ADB301") == []


def test_what_is_awaited_does_not_block_whatever_it_is_annotated_with(tmp_path: Path) -> None:
    text = """
        from sqlalchemy.orm import Session
        @app.get('/')
        async def r(s: Session = Depends(x)):
            await s.execute(q)
    """
    assert codes(tmp_path, {"app.py": HEAD + dedent(text)}, "ADB305") == []


HALF_MOVED = {
    "a helper that is a coroutine": (
        "async def rename(db: Session): db.commit()\n",
        "await rename(db)",
        ["ADB301"],
    ),
    "a service that keeps its session": (
        """
        class Items:
            def __init__(self, db: Session): self.db = db
            def first(self): return self.db.query(Item).first()
        """,
        "return Items(db).first()",
        ["ADB401"],
    ),
    "a plain helper": (
        "def save(db: Session): db.flush()\n",
        "save(db)",
        ["ADB301"],
    ),
    "a helper behind a helper": (
        """
        def first(db: Session): return second(db)
        def second(db: Session): db.execute(1)
        """,
        "return first(db)",
        ["ADB301"],
    ),
    "a helper that both worlds call": (
        """
        def save(db: Session): db.flush()
        def old(): save(Session(old_engine))
        """,
        "save(db)",
        [],
    ),
    "a helper that is really given a synchronous session": (
        """
        maker = sessionmaker(old_engine)
        def save(db: Session): db.flush()
        """,
        "save(maker())",
        ["ADB305"],
    ),
}


@pytest.mark.parametrize("name", HALF_MOVED)
def test_in_code_that_is_half_moved_to_async_what_is_passed_counts(name: str, tmp_path: Path) -> None:
    helper, use, wanted = HALF_MOVED[name]
    head = HEAD + dedent("""
        from sqlalchemy.orm import Session, sessionmaker
        async def get_db():
            async with SessionLocal() as session:
                yield session
    """)
    route = f"@app.get('/')\nasync def route(db: AsyncSession = Depends(get_db)):\n    {use}\n"
    found = codes(tmp_path, {"app.py": head + dedent(helper) + route}, "ADB3", "ADB4")
    assert [code for code, *_ in found] == wanted
