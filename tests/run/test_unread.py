"""What was not read is unknown: rules that report what nobody does are silent where such a file may do it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from async_db_lint.run.examine import Target
from async_db_lint.run.lint import lint
from async_db_lint.settings.config import Config
from tests.projects import written

DATABASE = """
    from sqlalchemy.ext.asyncio import async_scoped_session, async_sessionmaker, create_async_engine
    engine = create_async_engine("postgresql+asyncpg://localhost/shop")
    registry = async_scoped_session(async_sessionmaker(engine, expire_on_commit=False), current_task)
    class Database:
        async def stop(self):
            await engine.dispose()
"""
MAIN = """
    from fastapi import FastAPI
    from shop.database import engine, registry
    app = FastAPI()
"""
# What ends the engine and the registry: directly, by a method of the project, or as the lifespan itself.
ENDS = {
    "directly": (
        MAIN,
        "from shop.database import *\nasync def stop():\n    await engine.dispose()\n    registry.remove()\n",
    ),
    "by a wrapper": (MAIN, "from shop.database import Database\nasync def end(): await Database().stop()\n"),
    "as the lifespan": (
        """
        from fastapi import FastAPI
        from shop.database import engine, registry
        from shop.closing import lifespan
        app = FastAPI(lifespan=lifespan)
        """,
        "from shop.database import *\nasync def lifespan(app):\n    yield\n    await engine.dispose(); registry.remove()\n",
    ),
}
ABSENT = ("ADB104", "ADB212", "ADB604")


def plain(root: Path, text: str) -> Config:
    written(root, {"shop/closing.py": text})
    return Config(select=ABSENT)


def broken(root: Path, text: str) -> Config:
    return plain(root, text + "def )(:\n")


def excluded(root: Path, text: str) -> Config:
    plain(root, text)
    return Config(select=ABSENT, exclude=("closing.py",))


def in_excluded_folder(root: Path, text: str) -> Config:
    written(root, {"shop/closing/inner/__init__.py": text, "shop/closing/__init__.py": "from .inner import *\n"})
    return Config(select=ABSENT, exclude=("shop/closing",))


def ignored(root: Path, text: str) -> Config:
    written(root, {".gitignore": "closing.py\n"})
    return plain(root, text)


def in_ignored_folder(root: Path, text: str) -> Config:
    written(root, {".gitignore": "closing/\n", "shop/closing/__init__.py": text})
    return Config(select=ABSENT)


def too_large(root: Path, text: str) -> Config:
    return plain(root, "# padding\n" * 300_000 + text)


UNREAD = [broken, excluded, in_excluded_folder, ignored, in_ignored_folder, too_large]
Way = Callable[[Path, str], Config]


def codes(root: Path, config: Config) -> list[str]:
    return sorted({item.code for item in lint(Target(root, [root], config)).findings})


def project(root: Path, main: str) -> None:
    written(root, {"shop/__init__.py": "", "shop/database.py": DATABASE, "shop/main.py": main})


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("way", UNREAD, ids=lambda way: way.__name__)
def test_what_an_unread_file_may_do_is_not_called_absent(end: str, way: Way, tmp_path: Path) -> None:
    main, closing = ENDS[end]
    project(tmp_path, main)
    found = codes(tmp_path, way(tmp_path, closing))
    assert "ADB104" not in found
    assert end == "by a wrapper" or "ADB212" not in found
    assert end != "as the lifespan" or "ADB604" not in found


@pytest.mark.parametrize("way", [plain, *UNREAD], ids=lambda way: way.__name__)
def test_an_unread_file_about_something_else_changes_nothing(way: Way, tmp_path: Path) -> None:
    project(tmp_path, MAIN)
    assert codes(tmp_path, way(tmp_path, "import sqlalchemy\nPRICE = 1\n")) == list(ABSENT)


@pytest.mark.parametrize("path", ["tests/conftest.py", "test_engine.py", "migrations/env.py", "scripts/fill.py"])
@pytest.mark.parametrize("way", ["excluded", "broken"])
def test_unread_tests_migrations_and_scripts_end_no_engine(path: str, way: str, tmp_path: Path) -> None:
    project(tmp_path, MAIN)
    text = ENDS["directly"][1]
    written(tmp_path, {path: text if way == "excluded" else text + "def )(:\n"})
    config = Config(select=ABSENT, exclude=(path,) if way == "excluded" else ())
    assert codes(tmp_path, config) == list(ABSENT)


@pytest.mark.parametrize("folder", ["env", ".cache"])
def test_a_folder_of_a_tool_that_is_ignored_ends_no_engine(folder: str, tmp_path: Path) -> None:
    project(tmp_path, MAIN)
    text = ENDS["directly"][1]
    written(tmp_path, {".gitignore": f"{folder}/\n", f"{folder}/lib/closing.py": text})
    if folder == "env":
        written(tmp_path, {"env/pyvenv.cfg": ""})
    assert codes(tmp_path, Config(select=ABSENT)) == list(ABSENT)


def test_an_ignored_folder_of_data_hides_no_library(tmp_path: Path) -> None:
    written(tmp_path, {".gitignore": "/requests/\n", "requests/data.csv": "1\n"})
    text = """
        import requests
        from fastapi import FastAPI
        from sqlalchemy.ext.asyncio import create_async_engine
        engine = create_async_engine("postgresql+asyncpg://localhost/shop")
        app = FastAPI()
        @app.get("/")
        async def index(): return requests.get("http://localhost").text
    """
    written(tmp_path, {"main.py": text})
    assert codes(tmp_path, Config(select=("ADB309",))) == ["ADB309"]


CONSTRUCTED = """
    from fastapi import FastAPI
    from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
    engine = create_async_engine("postgresql+asyncpg://localhost/shop")
    class Store:
        def __init__(self):
            self.session = AsyncSession(engine, expire_on_commit=False)
    store = Store()
    app = FastAPI()
"""
SYNCHRONOUS = """
    from fastapi import FastAPI
    from sqlalchemy import create_engine, text
    engine = create_engine("postgresql://localhost/shop")
    app = FastAPI()
    @app.get("/")
    async def index():
        with engine.connect() as connection:
            return connection.execute(text("SELECT 1")).scalar()
"""


@pytest.mark.parametrize(
    ("code", "main", "unread"),
    [
        ("ADB201", CONSTRUCTED, "from main import Store\nimport sqlalchemy\ndef one(): return Store()\n"),
        ("ADB103", SYNCHRONOUS, "from sqlalchemy.ext.asyncio import create_async_engine\n"),
    ],
)
@pytest.mark.parametrize("way", UNREAD, ids=lambda way: way.__name__)
def test_only_once_is_not_claimed_beside_an_unread_file(
    code: str, main: str, unread: str, way: Way, tmp_path: Path
) -> None:
    written(tmp_path, {"main.py": main})
    way(tmp_path, "import sqlalchemy\n")
    assert codes(tmp_path, Config(select=(code,), exclude=("closing.py", "closing"))) == [code]
    config = way(tmp_path, unread)
    assert codes(tmp_path, Config(select=(code,), exclude=config.exclude)) == []


def test_a_comment_with_brackets_in_an_import_hides_no_file(tmp_path: Path) -> None:
    written(
        tmp_path,
        {
            "pkg/__init__.py": "",
            "pkg/db.py": """
        from sqlalchemy.ext.asyncio import AsyncSession
        async def mk() -> AsyncSession: ...
    """,
            "pkg/use.py": """
        from pkg import (
            db,  # sync (legacy)
        )
        async def f():
            s = await db.mk()
            s.commit()
    """,
        },
    )
    assert codes(tmp_path, Config(select=("ADB301",))) == ["ADB301"]


@pytest.mark.parametrize("inner", ["*", "*.py"])
def test_what_an_excluded_folder_ignores_itself_may_still_do_it(inner: str, tmp_path: Path) -> None:
    project(tmp_path, MAIN)
    written(tmp_path, {"gen/.gitignore": inner, "gen/closing.py": ENDS["directly"][1]})
    assert "ADB104" not in codes(tmp_path, Config(select=ABSENT, exclude=("gen",)))


def test_a_word_of_something_else_removes_no_session(tmp_path: Path) -> None:
    project(tmp_path, MAIN)
    written(tmp_path, {"old.py": "import sqlalchemy\n[].remove(1)\n"})
    assert "ADB212" in codes(tmp_path, Config(select=ABSENT, exclude=("old.py",)))
