"""Several shops in one database: PostgreSQL shows each transaction the rows of its shop, whatever the query says.

A policy compares a column with a setting: CREATE POLICY own ON book USING (shop = current_setting('app.shop')).
The setting ends with its transaction, so a pooled connection never brings another shop's to the next request.
Superusers and roles with BYPASSRLS always see everything: never connect as one. The owner of a table does, too, unless
it is altered to FORCE ROW LEVEL SECURITY.
"""

from __future__ import annotations

from contextvars import ContextVar

from sqlalchemy import Connection, event, text
from sqlalchemy.ext.asyncio import AsyncEngine

current_shop: ContextVar[str] = ContextVar("current_shop")  # without a default: no shop, no transaction
SET_LOCAL = text("SELECT set_config('app.shop', :shop, true)")


def separate_shops(engine: AsyncEngine) -> None:
    """Begin every transaction of an engine by saying whose it is. Raises LookupError in it when nobody has said."""
    event.listen(engine.sync_engine, "begin", _say_whose)


def _say_whose(connection: Connection) -> None:
    connection.execute(SET_LOCAL, {"shop": current_shop.get()})
