"""What the rules about FastAPI make of events, lifespans and sessions of their own in real applications."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from tests.projects import DATABASE, codes


def test_events_of_an_application_that_a_function_makes_are_found(tmp_path: Path) -> None:
    text = """
        from fastapi import FastAPI
        def make():
            app = FastAPI()
            @app.on_event('startup')
            def f(): ...
            app.add_event_handler('shutdown', f)
            return app
    """
    assert codes(tmp_path, {"app.py": text}, "ADB603") == [("ADB603", "app.py", 4), ("ADB603", "app.py", 6)]


def test_events_beside_no_lifespan_are_left_alone(tmp_path: Path) -> None:
    text = """
        from fastapi import FastAPI
        app = FastAPI(lifespan=None)
        @app.on_event('startup')
        def f(): ...
    """
    assert codes(tmp_path, {"app.py": text}, "ADB613") == []


def test_tables_that_one_of_two_lifespans_creates_are_found(tmp_path: Path) -> None:
    text = """
        from fastapi import FastAPI
        from sqlalchemy import MetaData
        async def create(metadata: MetaData):
            async with engine.begin() as c:
                await c.run_sync(metadata.create_all)
        async def life(app):
            await create(m)
            yield
        def make(other=None):
            chosen = other if other is not None else life
            return FastAPI(lifespan=chosen)
    """
    files = {"app.py": dedent(DATABASE) + dedent(text), "alembic.ini": "[alembic]\n"}
    assert [code for code, _, _ in codes(tmp_path, files, "ADB605")] == ["ADB605"]


ROUTE = """
    from fastapi import FastAPI
    app = FastAPI()
    shared = SessionLocal()
    @app.get('/')
    async def r():
"""


def test_a_session_of_the_module_in_a_route_is_found_where_it_is_made_and_where_it_is_used(tmp_path: Path) -> None:
    text = dedent(DATABASE) + dedent(ROUTE) + "    await shared.commit()\n"
    found = codes(tmp_path, {"app.py": text}, "ADB201", "ADB601")
    assert [code for code, _, _ in found] == ["ADB201", "ADB601"]


def test_a_factory_under_a_local_name_is_left_alone(tmp_path: Path) -> None:
    text = dedent(DATABASE) + dedent(ROUTE) + "    make = SessionLocal\n    async with make() as s: pass\n"
    assert codes(tmp_path, {"app.py": text}, "ADB601") == []
