"""The migrations make what the models say, and take it away again."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.scratch import Room, room

ROOT = Path(__file__).parents[2]


def test_migrations_go_up_down_and_up_and_match_the_models(home: Room, capsys: pytest.CaptureFixture[str]) -> None:
    from alembic import command
    from alembic.config import Config

    from reference_app import migrate

    config = Config(str(migrate.CONFIG))
    command.check(config)
    assert asyncio.run(tables(home)) == {"alembic_version", "book", "customer", "order", "order_line", "letter"}
    migrate.downgrade()
    assert asyncio.run(tables(home)) == {"alembic_version"}
    migrate.upgrade()
    command.check(config)
    command.upgrade(config, "head", sql=True)
    assert f'CREATE TABLE {home.name}."order"' in capsys.readouterr().out


def test_instances_that_start_together_migrate_one_by_one(postgres: str) -> None:
    with room(postgres) as found:
        variables = {**os.environ, "DATABASE_URL": found.url, "DATABASE_SCHEMA": f"{found.name}_new"}
        command = [sys.executable, "-m", "reference_app.migrate"]
        started = [subprocess.Popen(command, cwd=ROOT, env=variables, stderr=subprocess.PIPE) for _ in range(4)]
        ends = [process.communicate(timeout=60)[1] for process in started]
        assert [process.returncode for process in started] == [0] * 4, ends


async def tables(home: Room) -> set[str]:
    query = "SELECT array_agg(tablename::text) FROM pg_tables WHERE schemaname = $1"
    return set(await home.fetch(query, home.name))
