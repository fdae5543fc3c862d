"""Tables in SQL files, and what asyncpg is given for their integer columns."""

from __future__ import annotations

import pytest

from async_db_lint.project.sql.tables import mistyped_arguments, tables_of
from tests.projects import project

TABLES = """
-- what there is, create table nothing (x int)
CREATE TABLE IF NOT EXISTS shop.book (
    id bigserial PRIMARY KEY,
    title text NOT NULL DEFAULT 'a, b (c)',
    "pages" INTEGER CHECK (pages > 0),
    price numeric(10, 2)
);
"""
CODE = """
import asyncpg

async def run(connection: asyncpg.Connection, pages: str, title: str, number: int) -> None:
    await connection.execute({}, {})
"""
SENT = {
    "an insert": ('"insert into book (title, pages) values ($1, $2)"', "title, pages"),
    "an insert into a schema": ('"INSERT INTO shop.book(pages) VALUES ($1) RETURNING id"', "pages"),
    "a condition": ('"select * from book where pages = $1"', "pages"),
    "an update": ('"update book set pages = $2 where id = $1"', "number, pages"),
    "a deletion": ('"delete from book where title = $1 and id = $2"', "title, pages"),
}
SILENT = {
    "a number": ('"insert into book (pages) values ($1)"', "number"),
    "a conversion": ('"insert into book (pages) values ($1)"', "int(pages)"),
    "a text": ('"select * from book where title = $1"', "title"),
    "a cast": ('"select * from book where pages = $1::text::int"', "pages"),
    "two tables": ('"select * from book join shelf on true where pages = $1"', "pages"),
    "another table": ('"select * from shelf where pages = $1"', "pages"),
}


def test_columns_have_the_types_that_the_file_says() -> None:
    columns = {"id": "bigserial", "title": "text", "pages": "integer", "price": "numeric"}
    assert tables_of([("schema.sql", TABLES), ("notes.txt", "create table other (id int)")]) == {"book": columns}


def test_a_table_that_is_altered_or_defined_twice_is_not_known() -> None:
    assert tables_of([("1.sql", TABLES), ("2.sql", "ALTER TABLE shop.book ALTER COLUMN pages TYPE text")]) == {}
    assert tables_of([("1.sql", "create table a (id int)"), ("2.sql", "create table a (id text)")]) == {}


@pytest.mark.parametrize("kind", SENT)
def test_a_text_for_an_integer_column_is_found(kind: str) -> None:
    found = mistyped_arguments(project(CODE.format(*SENT[kind])), [("schema.sql", TABLES)])
    assert [item.parameter for item in found] == ["pages"]


@pytest.mark.parametrize("kind", SILENT)
def test_what_may_be_right_is_left_alone(kind: str) -> None:
    assert not list(mistyped_arguments(project(CODE.format(*SILENT[kind])), [("schema.sql", TABLES)]))
