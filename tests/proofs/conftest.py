"""A stage for each proof; what it shows is what the rule's page says."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import Callable, Iterator
from importlib.metadata import version

import pytest
from sqlalchemy.engine import make_url

from tests.proofs.stage import Stage
from tests.scratch import connected

LIBRARIES = ("sqlalchemy", "asyncpg", "fastapi")
# Set where the proofs run with other versions than the newest ones: what is seen there has a name of its own.
ELSEWHERE = os.environ.get("PROOFS_WITH", "")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-proofs", action="store_true", help="write what the proofs show, for the rules' pages")


@pytest.fixture(autouse=True)
def quiet_pool(caplog: pytest.LogCaptureFixture) -> None:
    """The pool logs what it cannot close; pytest would keep the record, and so the connection, to its own end."""
    caplog.set_level(logging.CRITICAL + 1, "sqlalchemy.pool")


@pytest.fixture
def stage(postgres: str, request: pytest.FixtureRequest) -> Iterator[Callable[[str], Stage]]:
    """Gives the stage of a rule. Afterwards what was shown there must be what `proof.json` says."""
    made: list[Stage] = []

    def make(code: str) -> Stage:
        made.append(Stage(code, postgres))
        return made[-1]

    yield make
    for item in made:
        path = item.folder / "proof.json"
        known = json.loads(path.read_text()) if path.exists() else {}
        seen = noted(known, item.rows, asyncio.run(server_version(postgres)))
        if request.config.getoption("--write-proofs"):
            path.write_text(json.dumps(seen, indent=2, ensure_ascii=False) + "\n")
        else:
            assert rows_of(seen) == rows_of(known), f"{path} says something else: pytest tests/proofs --write-proofs"


def noted(known: dict[str, object], rows: list[dict[str, str]], server: str) -> dict[str, object]:
    """What is known of a rule, with what was seen now."""
    elsewhere = known.get("elsewhere", {})
    assert isinstance(elsewhere, dict)
    if not ELSEWHERE:
        ran_with = {**{name: version(name) for name in LIBRARIES}, "postgresql": server}
        return {"ran_with": ran_with, "rows": rows, "elsewhere": elsewhere}
    others = {name: found for name, found in elsewhere.items() if name != ELSEWHERE}
    return {**known, "elsewhere": others if rows == known.get("rows") else {**others, ELSEWHERE: rows}}


async def server_version(postgres: str) -> str:
    connection = await connected(make_url(postgres))
    try:
        return str(await connection.fetchval("SHOW server_version")).partition(" ")[0]
    finally:
        await connection.close()


def rows_of(known: dict[str, object]) -> object:
    return {"rows": known.get("rows"), "elsewhere": known.get("elsewhere")}
