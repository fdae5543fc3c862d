"""The migrations make what the models say, and take it away again."""

from __future__ import annotations

import asyncio

import pytest

from tests.scratch import Room


def test_migrations_go_up_down_and_up_and_match_the_models(home: Room, capsys: pytest.CaptureFixture[str]) -> None:
    from alembic import command
    from alembic.config import Config

    from reference_app import migrate

    config = Config(str(migrate.CONFIG))
    command.check(config)
    assert asyncio.run(tables(home)) == {"alembic_version", "book", "customer", "order", "order_line"}
    migrate.downgrade()
    assert asyncio.run(tables(home)) == {"alembic_version"}
    migrate.upgrade()
    command.check(config)
    command.upgrade(config, "head", sql=True)
    assert f'CREATE TABLE {home.name}."order"' in capsys.readouterr().out


async def tables(home: Room) -> set[str]:
    query = "SELECT array_agg(tablename::text) FROM pg_tables WHERE schemaname = $1"
    return set(await home.fetch(query, home.name))
