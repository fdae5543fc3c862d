"""What each file is for: by its folder, its name, what it does, and who imports it."""

from __future__ import annotations

from textwrap import dedent

import pytest

from async_db_lint.index.build import index
from async_db_lint.project.file_roles import is_test, roles
from async_db_lint.read.source import Role

SCRIPT = """
    if __name__ == '__main__':
        main()
"""


def roles_of(files: dict[str, str], globs: dict[Role, tuple[str, ...]] | None = None) -> dict[str, Role]:
    return roles({path: index(path, dedent(text).encode()) for path, text in files.items()}, globs or {})


def role_of(path: str, text: str = "", **others: str) -> Role:
    """The role of a file, beside others that are given by their names without the ending."""
    return roles_of({path: text, **{f"{name}.py": other for name, other in others.items()}})[path]


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("app/db.py", Role.APPLICATION),
        ("tests/helpers.py", Role.TEST),
        ("app/test/helpers.py", Role.TEST),
        ("testing/deep/helpers.py", Role.TEST),
        ("app/conftest.py", Role.TEST),
        ("app/db_test.py", Role.TEST),
        ("app/test_db.py", Role.TEST),
        ("app/pytest_plugin.py", Role.TEST),
        ("app/tests.py", Role.APPLICATION),
        ("app/contest.py", Role.APPLICATION),
        ("app/latest.py", Role.APPLICATION),
        ("attest/db.py", Role.APPLICATION),
        ("alembic/env.py", Role.MIGRATION),
        ("db/migrations/0001.py", Role.MIGRATION),
        ("db/migrations.py", Role.APPLICATION),
        ("scripts/seed.py", Role.SCRIPT),
        ("examples/app.py", Role.SCRIPT),
        ("docs_src/app.py", Role.SCRIPT),
        ("benchmarks/app.py", Role.SCRIPT),
        ("app/scripts.py", Role.APPLICATION),
    ],
)
def test_a_role_by_path(path: str, role: Role) -> None:
    assert role_of(path) is role


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("tests/alembic/env.py", Role.TEST),
        ("scripts/tests/helpers.py", Role.TEST),
        ("scripts/migrations/0001.py", Role.MIGRATION),
    ],
)
def test_tests_come_before_migrations_and_migrations_before_scripts(path: str, role: Role) -> None:
    assert role_of(path, SCRIPT) is role


@pytest.mark.parametrize(
    "text", ["from alembic import context", "from alembic import op", "def f():\n    from alembic import op"]
)
def test_a_file_that_takes_part_in_migrations_is_one(text: str) -> None:
    assert role_of("db/run.py", text) is Role.MIGRATION


@pytest.mark.parametrize(
    "text",
    ["from alembic import command", "import alembic", "from other import op", "from alembic.config import Config"],
)
def test_a_file_that_only_starts_migrations_is_none(text: str) -> None:
    assert role_of("db/run.py", text) is Role.APPLICATION


def test_a_file_with_a_main_guard_is_a_script() -> None:
    assert role_of("seed.py", SCRIPT) is Role.SCRIPT
    assert role_of("seed.py", "main()") is Role.APPLICATION


@pytest.mark.parametrize(
    "line",
    [
        "from fastapi import FastAPI",
        "import fastapi as f\napp = f.FastAPI()",
        "from starlette.applications import Starlette",
        "router = APIRouter()",
        "app = Quart()",
        "app = Litestar()",
        "bot = Dispatcher()",
        "broker = FastStream()",
    ],
)
def test_an_application_that_can_be_started_is_no_script(line: str) -> None:
    assert role_of("main.py", line + "\n" + dedent(SCRIPT)) is Role.APPLICATION


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("seed.py", "import seed"),
        ("seed.py", "import seed as s"),
        ("seed.py", "from seed import engine"),
        ("db/seed.py", "from db import seed"),
        ("db/seed.py", "import db.seed"),
        ("db/seed.py", "from .db.seed import engine"),
        ("db/seed/__init__.py", "from db import seed"),
    ],
)
def test_a_file_with_a_main_guard_that_others_import_is_no_script(path: str, line: str) -> None:
    assert role_of(path, SCRIPT, app=line) is Role.APPLICATION


@pytest.mark.parametrize("line", ["import json", "import seed.other", "from seeds import engine", "x = 'seed'"])
def test_a_file_with_a_main_guard_that_nobody_imports_is_a_script(line: str) -> None:
    assert role_of("seed.py", SCRIPT, app=line) is Role.SCRIPT


def test_a_file_that_only_tests_import_is_a_script() -> None:
    assert role_of("seed.py", SCRIPT, test_seed="import seed", conftest="import seed") is Role.SCRIPT


def test_configured_patterns_come_first() -> None:
    files = {"tests/db.py": "", "db.py": SCRIPT, "main.py": "import db", "alembic/env.py": ""}
    globs = {Role.APPLICATION: ("tests/*",), Role.SCRIPT: ("x.py", "d*.py"), Role.TEST: ("alembic/*",)}
    assert roles_of(files, globs) == {
        "tests/db.py": Role.APPLICATION,
        "db.py": Role.SCRIPT,
        "main.py": Role.APPLICATION,
        "alembic/env.py": Role.TEST,
    }


def test_a_pattern_must_match_the_whole_path() -> None:
    assert roles_of({"app/db.py": ""}, {Role.SCRIPT: ("db.py", "app")})["app/db.py"] is Role.APPLICATION


@pytest.mark.parametrize(
    ("folders", "name", "wanted"),
    [
        ({"app"}, "db.py", False),
        ({"app", "tests"}, "db.py", True),
        (set(), "test_db.py", True),
        ({""}, "conftest.py", True),
        ({""}, "testing.py", False),
    ],
)
def test_a_test_is_known_by_its_folders_or_its_name(folders: set[str], name: str, wanted: bool) -> None:
    assert is_test(folders, name) is wanted
