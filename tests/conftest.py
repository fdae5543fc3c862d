"""What tests share: a PostgreSQL, which fails a test when none can be had, and a clone for pre-commit."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from async_db_lint.cache.folder import NO_CACHE
from reference_app.embedded import server
from tests.hooked import clone
from tests.scratch import Room, room

os.environ[NO_CACHE] = "1"  # tests that want one say so


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a server: that of DATABASE_URL, else one of our own."""
    with server() as url:
        yield url


@pytest.fixture
def scratch(postgres: str) -> Iterator[Room]:
    """An account and schema for one test."""
    with room(postgres) as found:
        yield found


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a clone of this working tree for the real pre-commit, and the environments that it makes."""
    return clone(tmp_path_factory.mktemp("home"))


# The loop of somebody who writes a rule: what the rules say, and what the project and the index know.
QUICK = ("index", "project", "rule", "rules")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the quick tests by the room that they are in."""
    here = Path(__file__).parent
    for item in items:
        if item.path.relative_to(here).parts[0] in QUICK:
            item.add_marker(pytest.mark.quick)
