"""Requirements of SQLAlchemy with and without what its asyncio extension needs."""

from __future__ import annotations

import pytest

from async_db_lint.project.libraries.extras import Requirement, without_greenlet

LACKING = {
    "PEP 621": ("pyproject.toml", '[project]\ndependencies = ["asyncpg", "sqlalchemy>=2.1"]\n', 2),
    "one a line": ("pyproject.toml", 'dependencies = [\n  "asyncpg",\n  "SQLAlchemy >=2.1,<3",\n]\n', 3),
    "requirements": ("requirements.txt", "asyncpg\nsqlalchemy==2.1.3  # the newest\n", 2),
    "no version": ("requirements/base.txt", "sqlalchemy\n", 1),
    "a marker": ("requirements.txt", "sqlalchemy; python_version > '3.10'\n", 1),
    "another extra": ("requirements.txt", "sqlalchemy[mypy]>=2.1\n", 1),
    "Poetry": ("pyproject.toml", '[tool.poetry.dependencies]\nsqlalchemy = "^2.1"\n', 2),
    "Poetry, a table": ("pyproject.toml", 'sqlalchemy = {version = "^2.1", extras = ["mypy"]}\n', 1),
    "beside a plugin": (
        "pyproject.toml",
        'plugins = ["sqlalchemy.ext.mypy.plugin"]\ndependencies = ["sqlalchemy"]\n',
        2,
    ),
}
BROUGHT = {
    "the extra": ("pyproject.toml", 'dependencies = ["sqlalchemy[asyncio]>=2.1"]\n'),
    "two extras": ("requirements.txt", "SQLAlchemy[mypy, asyncio] >= 2.1\n"),
    "the driver's extra": ("requirements.txt", "sqlalchemy[postgresql-asyncpg]>=2.1\n"),
    "Poetry": ("pyproject.toml", 'sqlalchemy = {version = "^2.1", extras = ["asyncio"]}\n'),
    "Poetry, over lines": ("pyproject.toml", 'sqlalchemy = {version = "^2.1", extras = [\n  "asyncio",\n]}\n'),
    "a constraint": ("pyproject.toml", '[tool.uv]\nconstraint-dependencies = ["sqlalchemy>=2.1", "x[y]"]\n'),
    "conda": ("pyproject.toml", '[tool.pixi.dependencies]\nsqlalchemy = ">=2.1"\n'),
    "greenlet itself": ("requirements.txt", "sqlalchemy>=2.1\ngreenlet\n"),
    "a lock": ("uv.lock", 'name = "greenlet"\nversion = "3.2.0"\n'),
    "what needs it": ("requirements.txt", "sqlalchemy>=2.1\nplaywright\n"),
    "other packages": ("requirements.txt", "sqlalchemy-utils\nsqlalchemy_mixins\nflask-sqlalchemy\n"),
    "a name in a text": ("pyproject.toml", 'description = "sqlalchemy and more of it"\n'),
}


@pytest.mark.parametrize("kind", LACKING)
def test_a_requirement_without_greenlet_is_found(kind: str) -> None:
    path, text, line = LACKING[kind]
    assert without_greenlet([(path, text)]) == Requirement(path, line)


@pytest.mark.parametrize("kind", BROUGHT)
def test_nothing_is_found_where_greenlet_comes_or_sqlalchemy_is_not_asked_for(kind: str) -> None:
    assert without_greenlet([BROUGHT[kind]]) is None


def test_one_file_that_asks_for_greenlet_is_enough() -> None:
    assert without_greenlet([("requirements.txt", "sqlalchemy>=2.1\n"), ("requirements-dev.txt", "gevent\n")]) is None
