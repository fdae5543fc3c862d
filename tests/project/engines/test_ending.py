"""How an engine can be disposed where the application ends, and when no way is certain."""

from __future__ import annotations

import pytest

from async_db_lint.project.engines.ending import Ending, ending_of
from async_db_lint.project.names.imports import Needed
from tests.projects import project

ENGINE = """
    from sqlalchemy.ext.asyncio import create_async_engine
    engine = create_async_engine(URL)
"""
ALONE = """
    from fastapi import FastAPI
    from sqlalchemy.ext.asyncio import create_async_engine
    {}
    async def lifespan(app):
        {}
        yield
    app = FastAPI(lifespan=lifespan)
"""
MADE = "engine = create_async_engine(URL)"
LIFESPAN = """
    from fastapi import FastAPI
    {}
    async def lifespan(app):
        {}
        yield
    app = FastAPI(lifespan=lifespan)
"""


def ending(files: dict[str, str] | str) -> Ending | None:
    """The ending of the one engine of a project."""
    (engine,) = project(files).engines
    return ending_of(engine)


def name_and_needed(files: dict[str, str] | str) -> tuple[str, tuple[Needed, ...]]:
    """By which name the engine is disposed, and what has to be imported for that."""
    found = ending(files)
    assert found is not None
    return found.name, found.needed


def test_beside_its_application_an_engine_goes_by_its_own_name() -> None:
    found = ending(ALONE.format(MADE, "pass"))
    assert found is not None
    assert (found.name, found.needed, found.home.path) == ("engine", (), "app.py")
    assert found.home.lifespan is not None
    assert found.home.lifespan.name == "lifespan"


def test_an_application_without_a_lifespan_is_a_home_too() -> None:
    found = ending(f"    from fastapi import FastAPI\n{ENGINE}    app = FastAPI()\n")
    assert found is not None
    assert found.home.lifespan is None


@pytest.mark.parametrize(
    ("line", "name"), [("from db import engine", "engine"), ("from db import engine as database", "database")]
)
def test_an_engine_of_another_file_goes_by_the_name_under_which_it_is_imported(line: str, name: str) -> None:
    assert name_and_needed({"db.py": ENGINE, "main.py": LIFESPAN.format(line, "pass")}) == (name, ())


def test_an_engine_that_the_home_does_not_know_is_imported_as_the_home_imports_its_neighbour() -> None:
    text = ENGINE + "    def get(): return engine\n"
    files = {"db.py": text, "main.py": LIFESPAN.format("from db import get", "pass")}
    assert name_and_needed(files) == ("engine", (Needed("main.py", "db", "engine"),))


def test_an_engine_that_only_another_file_imports_is_imported_as_there() -> None:
    files = {
        "shop/__init__.py": "",
        "shop/db.py": ENGINE,
        "shop/use.py": "from .db import engine\n",
        "shop/main.py": LIFESPAN.format("", "pass"),
    }
    assert name_and_needed(files) == ("engine", (Needed("shop/main.py", ".db", "engine"),))


NOWHERE: dict[str, dict[str, str] | str] = {
    "a name that is bound twice": ALONE.format(f"engine = None\n    {MADE}", "pass"),
    "a name that is bound under a condition": ALONE.format(f"if URL: {MADE}", "pass"),
    "two names": ALONE.format(f"other = {MADE}", "pass"),
    "no name": ALONE.format("use(create_async_engine(URL))", "pass"),
    "a name of a function": ALONE.format(f"def make(): {MADE}", "pass"),
    "a function's name beside the same name of the module": ALONE.format(
        f"engine = make()\n    def make(): {MADE}", "pass"
    ),
    "a name that the lifespan binds": ALONE.format(MADE, "engine = 1"),
    "two applications": ALONE.format(MADE, "pass") + "    other = FastAPI()\n",
    "no application": ENGINE,
    "a file that nobody imports": {"db.py": ENGINE, "main.py": LIFESPAN.format("", "pass")},
    "an imported name that the lifespan binds": {
        "db.py": ENGINE,
        "main.py": LIFESPAN.format("from db import engine", "engine = 1"),
    },
    "a name to import that the lifespan binds": {
        "db.py": ENGINE + "    def get(): return engine\n",
        "main.py": LIFESPAN.format("from db import get", "engine = get()"),
    },
    "a circle of imports": {
        "db.py": ENGINE + "    from main import app\n",
        "main.py": LIFESPAN.format("from other import x", "pass"),
        "other.py": "from db import engine\n",
    },
}


@pytest.mark.parametrize("how", NOWHERE)
def test_there_is_no_certain_ending(how: str) -> None:
    assert ending(NOWHERE[how]) is None


def test_an_engine_beside_its_application_is_no_circle_when_others_import_both() -> None:
    files = {"main.py": ALONE.format(f"from other import x\n    {MADE}", "pass"), "other.py": "from main import app\n"}
    assert name_and_needed(files) == ("engine", ())
