"""ADB111 where it takes other files, other libraries or settings: queues and tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.projects import DATABASE, checked, written

TASK = """
from {library} import {name}
from db import SessionLocal, text
{more}
async def count():
    async with SessionLocal() as session:
        return await session.scalar(text("SELECT 1"))

@{decorator}
def task():
    return {run}
"""
CONFTEST = """
import pytest_asyncio
from sqlalchemy.ext.asyncio import create_async_engine
{more}
@pytest_asyncio.fixture(scope="session"{scope})
async def engine():
    engine = create_async_engine(URL{pool})
    yield engine
    await engine.dispose()
"""


def found(root: Path) -> list[tuple[str, int]]:
    return [(item.location.path, item.location.line) for item in checked(root, "ADB111").findings]


@pytest.mark.parametrize(
    ("library", "decorator"),
    [("celery", "app.task"), ("celery", "app.task(name='x')"), ("celery", "shared_task"), ("dramatiq", "actor")],
)
@pytest.mark.parametrize(
    ("run", "more"),
    [
        ("asyncio.run(count())", "import asyncio"),
        ("[loop := asyncio.new_event_loop(), loop.run_until_complete(count())]", "import asyncio"),
        ("runnify(count)()", "from asyncer import runnify"),
        ("async_to_sync(count)()", "from asgiref.sync import async_to_sync"),
    ],
)
def test_a_task_of_a_queue_has_a_loop_of_its_own(
    tmp_path: Path, library: str, decorator: str, run: str, more: str
) -> None:
    name = "Celery" if decorator.startswith("app") else decorator
    app = "app = Celery()" if name == "Celery" else ""
    text = TASK.format(library=library, name=name, decorator=decorator, run=run, more=f"{more}\n{app}")
    database = DATABASE + "    from sqlalchemy import text\n"
    assert [path for path, _ in found(written(tmp_path, {"db.py": database, "jobs.py": text}))] == ["db.py"]


def test_a_program_that_runs_once_has_one_loop(tmp_path: Path) -> None:
    text = TASK.format(
        library="os", name="path", decorator="staticmethod", run="asyncio.run(count())", more="import asyncio"
    )
    database = DATABASE + "    from sqlalchemy import text\n"
    assert found(written(tmp_path, {"db.py": database, "jobs.py": text})) == []


def test_a_fixture_that_outlives_the_loop_of_a_test(tmp_path: Path) -> None:
    text = CONFTEST.format(more="", scope="", pool="")
    assert found(written(tmp_path, {"tests/conftest.py": text})) == [("tests/conftest.py", 4)]


@pytest.mark.parametrize(
    ("scope", "pool", "settings"),
    [
        (', loop_scope="session"', "", ""),
        ("", ", poolclass=NullPool", ""),
        ("", "", '[tool.pytest.ini_options]\nasyncio_default_test_loop_scope = "session"\n'),
    ],
)
def test_fixtures_and_tests_that_share_a_loop_or_keep_nothing(
    tmp_path: Path, scope: str, pool: str, settings: str
) -> None:
    text = CONFTEST.format(more="from sqlalchemy.pool import NullPool", scope=scope, pool=pool)
    assert found(written(tmp_path, {"tests/conftest.py": text, "pyproject.toml": settings})) == []


@pytest.mark.parametrize("name", ["event_loop", "anyio_backend"])
def test_a_loop_of_the_users_own_may_be_shared(tmp_path: Path, name: str) -> None:
    own = f"import pytest\n@pytest.fixture(scope='session')\ndef {name}():\n    yield\n"
    assert found(written(tmp_path, {"tests/conftest.py": CONFTEST.format(more=own, scope="", pool="")})) == []


def test_an_engine_that_only_the_fixture_uses_stays_in_its_loop(tmp_path: Path) -> None:
    text = CONFTEST.format(more="", scope="", pool="").replace("yield engine", "yield")
    assert found(written(tmp_path, {"tests/conftest.py": text})) == []
