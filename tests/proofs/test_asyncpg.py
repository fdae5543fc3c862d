"""ADB8xx: asyncpg itself, and what is installed beside it."""

from __future__ import annotations

import asyncio
import importlib.metadata
import sys
import tomllib
from collections.abc import Callable
from functools import partial
from pathlib import Path

import sqlalchemy

from tests.proofs.stage import Scene, Stage, outcome

Stages = Callable[[str], Stage]
IS_20 = sqlalchemy.__version__.startswith("2.0.")
IMPORTING = """
import sys
if {hidden}:
    sys.modules["greenlet"] = None
import sqlalchemy.ext.asyncio
"""


def test_ADB801_asyncpg_pool_misuse(stage: Stages) -> None:
    found = stage("ADB801")

    async def act(scene: Scene) -> list[str]:
        module = scene.module
        works = (module.by_unmade_pool, module.unentered, module.after_release, module.by_cursor, module.of_lists)
        return [await outcome(work) for work in works]

    async def placed(scene: Scene) -> list[str]:
        connection = await scene.module.asyncpg.connect(scene.module.DSN)
        query = "SELECT 1 WHERE 1 {}"
        works = [partial(connection.fetch, query.format(end), [1]) for end in ("= %s", "IN $1", "= :key")]
        seen = [await outcome(work) for work in works]
        await connection.close()
        return seen

    bad, good = found.both(act)
    found.shows("a pool that nobody has awaited", bad[0], "gives a connection" if good[0] == "1" else good[0])
    found.shows("rows left of a transaction that failed half way", bad[1], good[1])
    found.shows("a connection after its block", bad[2], "works, taken anew" if good[2] == "2" else good[2])
    found.shows("a cursor", bad[3], "gives rows, in a transaction" if good[3] == "[1]" else good[3])
    found.shows("`%s` as a placeholder", bad[4], good[4])
    assert bad == ["InterfaceError", "1", "InterfaceError", "NoActiveSQLTransactionError", "PostgresSyntaxError"]
    assert good == ["1", "0", "2", "[1]", "found"]
    assert found.play("bad", placed) == ["PostgresSyntaxError"] * 3


def brings_greenlet(pyproject: Path) -> bool:
    """Whether installing what a project asks for installs greenlet: SQLAlchemy's own metadata says so."""
    required = tomllib.loads(pyproject.read_text())["project"]["dependencies"]
    lines = [line for line in importlib.metadata.requires("sqlalchemy") or [] if line.startswith("greenlet")]
    has_extra = any("[asyncio]" in item for item in required)
    return any("extra ==" not in line or (has_extra and "asyncio" in line) for line in lines)


def test_ADB802_missing_greenlet_extra(stage: Stages) -> None:
    found = stage("ADB802")

    async def imported(scene: Scene) -> str:
        is_there = brings_greenlet(Path(scene.module.__file__).with_name("pyproject.toml"))
        command = (sys.executable, "-c", IMPORTING.format(hidden=not is_there))
        process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
        _, errors = await process.communicate()
        return "ImportError" if b"ImportError" in errors and b"greenlet" in errors else errors.decode() or "works"

    bad, good = found.both(imported, "database")
    found.shows("importing `sqlalchemy.ext.asyncio` with what the requirements bring", bad, good)
    assert (bad, good) == ("works" if IS_20 else "ImportError", "works")
