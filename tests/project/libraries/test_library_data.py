"""The generated tables: they agree with the libraries that are installed."""

from __future__ import annotations

import inspect
from importlib import import_module

import pytest

from async_db_lint.project.libraries.library_data import CLASSES, VERSIONS

MODULES = {
    "sqlalchemy": ("sqlalchemy.ext.asyncio", "sqlalchemy.orm", "sqlalchemy.engine"),
    "sqlmodel": ("sqlmodel.ext.asyncio.session", "sqlmodel"),
    "asyncpg": ("asyncpg", "asyncpg.pool", "asyncpg.transaction", "asyncpg.prepared_stmt"),
}


def installed(name: str) -> type:
    """The class that a name of the tables means."""
    root, _, last = name.partition(".")
    modules = [import_module(module) for module in MODULES[root]]
    found = next(getattr(module, last) for module in modules if hasattr(module, last))
    assert isinstance(found, type)
    return found


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_a_member_is_a_coroutine_in_the_table_where_it_is_one_in_the_library(name: str) -> None:
    table = {member: kind == "coroutine" for member, (kind, _) in CLASSES[name][1].items() if member[0] != "_"}
    members = {member: inspect.getattr_static(installed(name), member, None) for member in table}
    there = {member: found for member, found in members.items() if found is not None}
    assert {member: table[member] for member in there} == {
        member: callable(found) and inspect.iscoroutinefunction(inspect.unwrap(found))
        for member, found in there.items()
    }


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_every_public_member_of_the_library_is_in_the_table(name: str) -> None:
    assert {member for member in dir(installed(name)) if member[0] != "_"} - set(CLASSES[name][1]) == set()


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_a_base_of_the_table_is_a_base_in_the_library(name: str) -> None:
    bases = {base.__name__ for base in installed(name).__mro__}
    assert {base.partition(".")[2] for base in CLASSES[name][0]} <= bases


def test_the_tables_are_of_named_versions_of_all_libraries() -> None:
    assert [sorted(versions) for versions in VERSIONS] == [sorted(MODULES)] * len(VERSIONS)
