"""What may dispose an engine or close a pool, and what makes nobody's engine disposed."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from async_db_lint.project.engines.disposals import Disposal, Disposals
from async_db_lint.project.libraries import library
from tests.projects import DATABASE, codes, project

HEAD = dedent(DATABASE) + dedent("""
    from fastapi import FastAPI
    from sqlalchemy import text
    import asyncio
    async def use():
        async with SessionLocal() as s:
            await s.execute(text('SELECT 1'))
""")

DISPOSED = {
    "by on_shutdown": """
        app = FastAPI(on_shutdown=[engine.dispose])
    """,
    "by add_event_handler": """
        app = FastAPI()
        app.router.add_event_handler('shutdown', engine.dispose)
    """,
    "by a handler": """
        app = FastAPI()
        @app.on_event('shutdown')
        async def stop(): await engine.dispose()
    """,
    "by a stack": """
        from contextlib import AsyncExitStack
        async def life(app):
            async with AsyncExitStack() as stack:
                stack.push_async_callback(engine.dispose)
                yield
        app = FastAPI(lifespan=life)
    """,
    "by a lifespan from a function": """
        def make():
            async def life(app):
                yield
                await engine.dispose()
            return life
        app = FastAPI(lifespan=make())
    """,
    "by lifespan_context": """
        async def life(app):
            yield
            await engine.dispose()
        app = FastAPI()
        app.router.lifespan_context = life
    """,
    "by a class": """
        class Life:
            async def __aexit__(self, *e): await engine.dispose()
            async def __aenter__(self): ...
        async def life(app):
            async with Life():
                yield
        app = FastAPI(lifespan=life)
    """,
    "through an argument": """
        async def close(e): await e.dispose()
        async def life(app):
            yield
            await close(engine)
        app = FastAPI(lifespan=life)
    """,
    "through state": """
        app = FastAPI()
        app.state.engine = engine
        @app.on_event('shutdown')
        async def stop(): await app.state.engine.dispose()
    """,
    "through an unknown receiver": """
        async def life(app, x=None):
            yield
            await x.pool.dispose()
        app = FastAPI(lifespan=life)
    """,
    "through a base class": """
        class Base:
            async def stop(self): raise NotImplementedError
        class Own(Base):
            async def stop(self): await engine.dispose()
        async def life(app, base: Base):
            yield
            await base.stop()
        app = FastAPI(lifespan=life)
    """,
    "by a decorated function": """
        app = FastAPI()
        @hooks.register
        async def stop(): await engine.dispose()
    """,
    "after the server": """
        import uvicorn
        app = FastAPI()
        async def main():
            await uvicorn.Server(uvicorn.Config(app)).serve()
            await engine.dispose()
        if __name__ == '__main__':
            asyncio.run(main())
    """,
}
NOT_DISPOSED = {
    "nothing": """
        app = FastAPI()
    """,
    "never called": """
        app = FastAPI()
        async def stop(): await engine.dispose()
    """,
    "calls itself only": """
        app = FastAPI()
        async def stop():
            await engine.dispose()
            await stop()
    """,
    "another engine": """
        other = create_async_engine(U)
        async def life(app):
            yield
            await other.dispose()
        app = FastAPI(lifespan=life)
    """,
    "the synchronous half": """
        async def life(app):
            yield
            engine.sync_engine.dispose()
        app = FastAPI(lifespan=life)
    """,
    "for type checkers": """
        from typing import TYPE_CHECKING
        app = FastAPI()
        if TYPE_CHECKING:
            engine.dispose()
    """,
}


@pytest.mark.parametrize("how", DISPOSED)
def test_an_engine_that_may_be_disposed_is_left_alone(tmp_path: Path, how: str) -> None:
    assert codes(tmp_path, {"app.py": HEAD + dedent(DISPOSED[how])}, "ADB104") == []


@pytest.mark.parametrize("how", NOT_DISPOSED)
def test_an_engine_that_nothing_disposes_is_found(tmp_path: Path, how: str) -> None:
    found = codes(tmp_path, {"app.py": HEAD + dedent(NOT_DISPOSED[how])}, "ADB104")
    assert [code for code, _, _ in found] == ["ADB104"]


def disposals(text: str, kind: str = library.ENGINE, path: str = "app.py") -> list[Disposal]:
    """What may dispose something of a kind in a file that has an engine."""
    return list(Disposals(project({path: dedent(DATABASE) + dedent(text)})).of(kind))


@pytest.mark.parametrize(
    ("text", "is_awaited"),
    [
        ("engine.dispose()", False),
        ("stopping = engine.dispose()", True),
        ("asyncio.run(engine.dispose())", True),
        ("atexit.register(engine.dispose)", True),
        ("stop = engine.dispose", True),
    ],
)
def test_a_disposal_is_awaited_unless_its_coroutine_is_dropped(text: str, is_awaited: bool) -> None:
    assert {item.is_awaited for item in disposals(text)} == {is_awaited}


def test_a_call_is_kept_with_its_disposal_and_a_passed_method_has_none() -> None:
    called, passed = disposals("engine.dispose()\nstop(engine.dispose)")
    assert called.call is not None
    assert called.call.callee is called.expr
    assert passed.call is None


def test_a_pool_is_closed_or_terminated_rather_than_disposed() -> None:
    text = """
        pool.dispose()
        pool.terminate()
        pool.close()
    """
    assert [item.expr.name for item in disposals(text, library.POOL)] == ["close", "terminate"]
    assert [item.expr.name for item in disposals(text)] == ["dispose"]


@pytest.mark.parametrize(
    "text",
    [
        "dispose(engine)",
        "async def stop(): await engine.dispose()",
        """
            async def stop():
                await engine.dispose()
                await stop()
        """,
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING: engine.dispose()",
    ],
)
def test_what_cannot_run_or_is_no_method_disposes_nothing(text: str) -> None:
    assert disposals(text) == []


@pytest.mark.parametrize("path", ["tests/test_app.py", "alembic/env.py", "scripts/fill.py"])
def test_what_stands_outside_of_the_application_disposes_nothing(path: str) -> None:
    assert disposals("engine.dispose()", path=path) == []


def test_a_script_that_runs_the_server_disposes() -> None:
    text = """
        import uvicorn
        uvicorn.run(app)
        engine.dispose()
    """
    assert len(disposals(text, path="scripts/serve.py")) == 1


def test_a_condition_other_than_the_type_checkers_may_hold() -> None:
    assert len(disposals("if DEBUG: engine.dispose()")) == 1


def test_a_disposal_in_a_class_body_runs_with_its_module() -> None:
    assert len(disposals("class Settings:\n    stop = engine.dispose")) == 1


def test_disposals_are_found_once_for_each_kind() -> None:
    found = Disposals(project(DATABASE + "\n    engine.dispose()\n"))
    assert found.of(library.ENGINE) is found.of(library.ENGINE)
    assert found.of(library.ENGINE) != found.of(library.POOL)
