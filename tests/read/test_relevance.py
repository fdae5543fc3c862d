"""Which files are parsed: those of the field, what imports from them, and what they call."""

from __future__ import annotations

from textwrap import dedent

import pytest

from async_db_lint.read.relevance import relevant

FIELD = "import sqlalchemy"


def relevant_in(files: dict[str, str], root: str = "") -> set[str]:
    return relevant({path: dedent(text).encode() for path, text in files.items()}, root)


@pytest.mark.parametrize(
    "text",
    [
        "import sqlmodel",
        "import asyncpg",
        "import psycopg2",
        "from fastapi import FastAPI",
        "import starlette",
        "import dishka",
        "import advanced_alchemy",
        "import aiosqlite",
        "URL = 'postgresql+asyncpg://h'",
        "URL = 'postgresql://h'",
        "URL = 'postgres://h'",
        "class Settings(BaseSettings): ...",
        "@app.on_event('startup')\ndef f(): ...",
        "app.add_event_handler('startup', f)",
        "x = 1  # adb: ignore[ADB104]",
        "# adb: off",
        "x = 1  # noqa: ADB104",
    ],
)
def test_a_file_that_mentions_the_field_is_relevant(text: str) -> None:
    assert relevant_in({"a.py": text, "b.py": "import json"}) == {"a.py"}


@pytest.mark.parametrize("text", ["import json", "import time\ntime.sleep(1)", "x = 1  # noqa: E501", ""])
def test_nothing_is_relevant_where_nothing_mentions_the_field(text: str) -> None:
    assert relevant_in({"a.py": text}) == set()


BLOCKING = [
    "from time import sleep",
    "import time\ntime.sleep(1)",
    "import requests",
    "import httpx",
    "import subprocess",
    "import urllib.request",
]


@pytest.mark.parametrize("text", BLOCKING)
def test_a_helper_that_may_block_is_relevant_below_the_field(text: str) -> None:
    files = {"a.py": f"{FIELD}\nfrom service import pay", "service.py": "import slow\ndef pay(): slow.work()"}
    assert relevant_in({**files, "slow.py": text}) == {"a.py", "service.py", "slow.py"}
    assert relevant_in({**files, "slow.py": "import json"}) == {"a.py"}
    assert relevant_in({"a.py": FIELD, "slow.py": text}) == {"a.py"}  # nothing calls it


@pytest.mark.parametrize("text", ["session.commit()", "await s.execute(q)", "s.scalars(q)", "engine.dispose()"])
def test_a_helper_that_uses_a_session_it_is_given_is_relevant_below_the_field(text: str) -> None:
    files = {"a.py": f"{FIELD}\nfrom helpers.save import save", "helpers/save.py": f"async def save(s): {text}"}
    assert relevant_in(files) == set(files)


def test_a_file_that_gives_a_constant_is_relevant() -> None:
    files = {
        "shop/db.py": f"{FIELD}\nfrom shop import ECHO, twice\nfrom .limits import *",
        "shop/__init__.py": "from shop.settings import ECHO\nfrom shop.tools import twice",
        "shop/settings.py": "ECHO = True",
        "shop/tools.py": "def twice(x): return 2 * x",
        "shop/limits.py": "SIZE = 5",
        "shop/other.py": "ECHO = False",
    }
    assert relevant_in(files) == {"shop/db.py", "shop/__init__.py", "shop/settings.py"}


# A module of the field that all of a large repository imports: there the names decide.

HUB = {
    "shop/hub.py": """
        import json
        from shop.db import engine
        LOCK = object()
        TABLES = {}
        def plain(value): return json.dumps(value)
        def used(value): return engine
        def user(value):
            return used(value)
        class Kept:
            def work(self): return user(1)
        if LOCK:
            kept = Kept()
        first, second = plain(1), Kept
    """,
    "shop/db.py": "from sqlalchemy import create_engine as make\nengine = make('postgresql+psycopg://db')",
    **{f"other/m{number}.py": "from shop.hub import plain, LOCK" for number in range(200)},
}


@pytest.mark.parametrize(
    "text",
    [
        "from shop.hub import used",
        "from shop.hub import user as other",
        "from shop.hub import plain, Kept",
        "from shop.hub import kept",
        "from shop.hub import second",
        "from shop.hub import engine",
        "from shop.hub import *",
        "from shop import hub\nhub.used(1)",
        "import shop.hub\nshop.hub.kept.work()",
        "import shop.hub as h\nh.user(1)",
        "from shop.db import unseen",
    ],
)
def test_a_file_that_imports_a_name_of_the_field_is_relevant(text: str) -> None:
    files = {
        **HUB,
        "a.py": f"{text}\ndef mine(): return {text.split()[-1].removesuffix('(1)')}",
        "b.py": "from a import mine",
    }
    found = relevant_in(files)
    assert {"shop/hub.py", "shop/db.py", "a.py"} <= found
    assert len(found) <= 4


@pytest.mark.parametrize(
    "text",
    [
        "from shop.hub import plain",
        "from shop.hub import LOCK, TABLES",
        "from shop import hub\nhub.plain(1)",
        "import shop.hub as h\nh.TABLES",
        "from shop.hub import json",
    ],
)
def test_a_file_that_imports_other_names_of_the_same_module_is_not(text: str) -> None:
    assert relevant_in({**HUB, "a.py": text}) == {"shop/hub.py", "shop/db.py"}


def test_names_that_lead_to_each_other_carry_the_field_together_or_not_at_all() -> None:
    circle = {
        "x.py": "from y import b\ndef a(): return b()\ndef c(): return 1",
        "y.py": "from x import a, c\ndef b(): return a()",
        "z.py": "from y import b",
    }
    assert relevant_in({**HUB, **circle}) == {"shop/hub.py", "shop/db.py"}
    led = {**circle, "x.py": circle["x.py"] + "\nfrom shop.hub import used\ndef d(): return used(a)"}
    assert relevant_in({**HUB, **led}) == {"shop/hub.py", "shop/db.py", "x.py"}
    led["x.py"] = led["x.py"].replace("return b()", "return b(used)")
    assert relevant_in({**HUB, **led}) == {"shop/hub.py", "shop/db.py", *circle}


def test_files_that_import_what_relevant_files_define_are_relevant() -> None:
    files = {
        "shop/db.py": "from sqlalchemy import text",
        "shop/stop.py": "from .db import engine",
        "shop/main.py": """
            from shop import (
                stop,
            )
        """,
        "shop/other.py": "import json",
        "shop/slow.py": "import time\ntime.sleep(1)",
    }
    assert relevant_in(files) == {"shop/db.py", "shop/stop.py", "shop/main.py"}


@pytest.mark.parametrize(
    "text",
    [
        "import shop.db",
        "import shop.db as database",
        "import json, shop.db",
        "import json; import shop.db",
        "if x: import shop.db",
        "try: from shop.db import engine",
        "from shop.db import \\\n    engine",
        "lazy from shop.db import engine",
        "from shop import db",
        "from shop import json, db as database",
        "from shop.db import engine",
        "from shop.db import *",
        """
        from shop.db import (  # the engine
            engine,
        )
        """,
        "if x:\n    import shop.db",
        "import db",
    ],
)
def test_a_file_is_imported_by_its_path_from_any_folder_on(text: str) -> None:
    assert relevant_in({"shop/db.py": FIELD, "main.py": text}) == {"shop/db.py", "main.py"}


@pytest.mark.parametrize(
    "text",
    [
        "import shop",
        "import shop.database",
        "from shop import database",
        "from shop.db2 import engine",
        "from .db import engine",
        "# import shop.db",
        "x = 'import shop.db'",
        "import shop.db.engine",
    ],
)
def test_a_file_that_names_something_else_is_not_relevant(text: str) -> None:
    assert relevant_in({"shop/db.py": FIELD, "main.py": text}) == {"shop/db.py"}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("shop/main.py", "from .db import engine"),
        ("shop/main.py", "from . import db"),
        ("shop/api/main.py", "from ..db import engine"),
        ("shop/api/main.py", "from .. import db"),
        ("shop/api/v1/main.py", "from ...db import engine"),
    ],
)
def test_a_relative_import_leads_from_its_own_folder(path: str, text: str) -> None:
    assert relevant_in({"shop/db.py": FIELD, path: text}) == {"shop/db.py", path}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("shop/api/main.py", "from .db import engine"),
        ("shop/api/main.py", "from . import db"),
        ("shop/main.py", "from ..db import engine"),
    ],
)
def test_a_relative_import_from_another_folder_leads_elsewhere(path: str, text: str) -> None:
    assert relevant_in({"shop/db.py": FIELD, path: text}) == {"shop/db.py"}


def test_a_package_is_imported_by_the_name_of_its_folder() -> None:
    files = {"shop/__init__.py": FIELD, "main.py": "import shop", "shop/inner.py": "from . import engine"}
    assert relevant_in(files) == set(files)


def test_a_module_of_a_package_may_be_imported_without_the_packages_name() -> None:
    files = {"shop/__init__.py": "", "shop/db.py": FIELD, "main.py": "import db"}
    assert relevant_in(files) == {"shop/db.py", "main.py"}


def test_a_long_chain_of_imports_is_followed_to_its_end() -> None:
    chain = {f"m{number}.py": f"import m{number - 1}" for number in range(1, 20)}
    assert relevant_in({**chain, "m0.py": FIELD}) == {"m0.py", *chain}


def test_files_that_import_each_other_in_a_circle_are_relevant_only_with_the_field() -> None:
    circle = {"a.py": "import b", "b.py": "import a"}
    assert relevant_in({**circle, "db.py": FIELD}) == {"db.py"}
    assert relevant_in({"a.py": "import b", "b.py": "import a, db", "db.py": FIELD}) == {"a.py", "b.py", "db.py"}


def test_a_module_of_a_package_named_like_one_of_the_standard_library_makes_nobody_relevant() -> None:
    files = {
        "shop/__init__.py": "",
        "shop/types.py": FIELD,
        "shop/plain.py": "import types",
        "shop/uses.py": "from shop.types import Money",
        "logging.py": FIELD,
        "main.py": "import logging",
    }
    assert relevant_in(files) == {"shop/types.py", "shop/uses.py", "logging.py", "main.py"}


def test_a_root_that_is_a_package_is_imported_by_its_name_or_by_a_dot() -> None:
    engine = "from sqlalchemy.ext.asyncio import create_async_engine"
    inside = {"__init__.py": "", "db.py": engine, "stop.py": "from . import db"}
    assert relevant_in(inside, "shop") == {"db.py", "stop.py"}
    above = {"__init__.py": engine, "stop.py": "from shop import engine", "go.py": "from . import engine"}
    assert relevant_in(above, "shop") == {"__init__.py", "stop.py", "go.py"}


def test_a_module_is_imported_by_the_roots_name_too() -> None:
    files = {"db.py": FIELD, "stop.py": "from shop.db import engine"}
    assert relevant_in(files, "shop") == {"db.py", "stop.py"}
    assert relevant_in(files, "other") == {"db.py"}
