"""The PostgreSQL that the tests share. A test that needs it fails when none can be had."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reference_app.embedded import server
from tests.scratch import Room, room


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
