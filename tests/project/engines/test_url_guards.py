"""Validators of settings that give a URL its driver, and those that may leave it another."""

from __future__ import annotations

from textwrap import dedent

import pytest

from async_db_lint.index.expressions import Attribute, Either, Expr, Literal, Name
from async_db_lint.project.engines.url_guards import Guard, guard_of
from async_db_lint.project.names.places import end_of
from tests.projects import project

SETTINGS_URL = Attribute(Name("settings"), "url")
GUARDED = """
    from pydantic import field_validator
    from pydantic_settings import BaseSettings
    from sqlalchemy import make_url
    class Settings(BaseSettings):
        url: str
        other: str
        @field_validator('url')
        def named(cls, value):
            {}
    settings = Settings()
"""
SETS = "return make_url(value).set(drivername='postgresql+asyncpg')"
SECOND = """
        @field_validator('{}')
        def second(cls, value): return make_url(value).set(drivername='postgresql+asyncpg')
    settings = Settings()
"""


def guard(text: str, expr: Expr | None = SETTINGS_URL) -> Guard | None:
    """The guard of an expression at the end of a file."""
    found = project(text)
    return guard_of(found.inference, expr, end_of(found.modules["app.py"]))


def named(text: str, expr: Expr | None = SETTINGS_URL) -> tuple[str, str, str] | None:
    """The validator's name, the dialect and the driver."""
    found = guard(text, expr)
    return None if found is None else (found.function.name, found.dialect, found.driver)


def body(*lines: str) -> str:
    """Settings with a validator of some lines."""
    return GUARDED.format("\n            ".join(lines))


ASYNCPG = ("named", "postgresql", "asyncpg")
SURE = {
    "returned as it is set": body(SETS),
    "bound and returned": body("url = make_url(value).set(drivername='postgresql+asyncpg')", "return url"),
    "returned as text": body("return str(make_url(value).set(drivername='postgresql+asyncpg'))"),
    "set twice to the same": body(
        "return make_url(value).set(drivername='postgresql+asyncpg').set(drivername='postgresql+asyncpg')"
    ),
    "by a constant": "    DRIVER = 'postgresql+asyncpg'\n"
    + body("return make_url(value).set(drivername=DRIVER, host='h')"),
    "where another driver is refused": body(
        "url = make_url(value)",
        "if url.drivername == 'postgresql':",
        "    url = url.set(drivername='postgresql+asyncpg')",
        "elif url.drivername != 'postgresql+asyncpg':",
        "    raise ValueError",
        "return url",
    ),
    "where a refusal is nested": body(
        "url = make_url(value)",
        "if url.drivername != 'postgresql+asyncpg':",
        "    if strict: raise ValueError",
        "    url = url.set(drivername='postgresql+asyncpg')",
        "return url",
    ),
    "beside a bare return": body("if not value: return", SETS),
    "beside a return of nothing": body("if value is None: return None", SETS),
    "by an older validator": body(SETS).replace("field_validator", "validator"),
    "for several fields": body(SETS).replace("('url')", "('other', 'url')"),
    "in a base": body(SETS).replace("settings = Settings()", "class Own(Settings): ...\n    settings = Own()"),
    "beside a validator of another field": body(SETS).replace(
        "settings = Settings()",
        SECOND.format("other"),
    ),
}
UNSURE = {
    "no validator": body(SETS).replace("@field_validator('url')", ""),
    "another decorator": body(SETS).replace("@field_validator", "@cached"),
    "a validator without fields": body(SETS).replace("@field_validator('url')", "@field_validator"),
    "a validator of another field": body(SETS).replace("('url')", "('other')"),
    "a URL that is returned as it was": body("make_url(value).set(drivername='postgresql+asyncpg')", "return value"),
    "nothing returned": body("make_url(value).set(drivername='postgresql+asyncpg')"),
    "one of two returns": body("if x: return value", SETS),
    "a driver that is set under a condition": body(
        "url = make_url(value)", "if x: url = url.set(drivername='postgresql+asyncpg')", "return url"
    ),
    "another refusal": body(
        "url = make_url(value)",
        "if url.host is None: raise ValueError",
        "if x: url = url.set(drivername='postgresql+asyncpg')",
        "return url",
    ),
    "a refusal in a loop": body(
        "url = make_url(value)",
        "while url.drivername: raise ValueError",
        "if x: url = url.set(drivername='postgresql+asyncpg')",
        "return url",
    ),
    "a driver that is not known": body("return make_url(value).set(drivername=x)"),
    "a driver that is half known": body("return make_url(value).set(drivername=f'postgresql+{x}')"),
    "no driver": body("return make_url(value).set(host='h')"),
    "another method": body("return make_url(value).update(drivername='postgresql+asyncpg')"),
    "two drivers": body("return make_url(value).set(drivername='sqlite').set(drivername='postgresql+asyncpg')"),
    "two validators": body(SETS).replace(
        "settings = Settings()",
        SECOND.format("url"),
    ),
    "the class itself": body(SETS).replace("settings = Settings()", "settings = Settings"),
    "something unknown": body(SETS).replace("settings = Settings()", "settings = load()"),
    "a library's object": body(SETS).replace("settings = Settings()", "settings = make_url(x)"),
}


@pytest.mark.parametrize("how", SURE)
def test_a_validator_gives_the_driver(how: str) -> None:
    assert named(SURE[how]) == ASYNCPG


@pytest.mark.parametrize("how", UNSURE)
def test_no_validator_certainly_gives_the_driver(how: str) -> None:
    assert guard(UNSURE[how]) is None


def test_a_validator_may_give_a_dialect_without_a_driver() -> None:
    assert named(body("return make_url(value).set(drivername='postgresql')")) == ("named", "postgresql", "")


@pytest.mark.parametrize(
    "line",
    [
        "x = settings.url",
        "x = str(settings.url)",
        "x = str(object=settings.url)",
        "x = settings.url.unicode_string()",
        "y = settings.url\nx = str(y)",
        """
        y = settings.url
        z = str(y)
        x = z
        """,
    ],
)
def test_a_guard_is_found_through_names_and_conversions(line: str) -> None:
    assert named(dedent(body(SETS)) + dedent(line), Name("x")) == ASYNCPG


@pytest.mark.parametrize(
    "line",
    [
        "x = settings.other",
        "x = settings.url + '?'",
        "x = make()",
        "x = settings.url\nif y: x = settings.other",
        "x = y\ny = x",
        "x = str(x)",
        """
        a = settings.url
        b = a
        c = b
        d = c
        x = d
        """,
        "x = str(str(str(str(settings.url))))",
    ],
)
def test_a_guard_is_not_found_where_the_setting_is_not_certain_or_too_far(line: str) -> None:
    assert guard(dedent(body(SETS)) + dedent(line), Name("x")) is None


def test_four_names_are_followed() -> None:
    names = """
        a = settings.url
        b = a
        c = b
        x = c
    """
    assert named(dedent(body(SETS)) + dedent(names), Name("x")) == ASYNCPG


@pytest.mark.parametrize("expr", [None, Literal("postgresql://h"), Name("settings"), Name("missing")])
def test_what_is_no_setting_has_no_guard(expr: Expr | None) -> None:
    assert guard(body(SETS), expr) is None


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ("('url', 'other')", ASYNCPG),
        ("('url')", None),
        ("('other')", None),
    ],
)
def test_one_setting_or_another_is_guarded_when_both_are(fields: str, found: tuple[str, str, str] | None) -> None:
    expr = Either((Attribute(Name("settings"), "other"), SETTINGS_URL))
    assert named(body(SETS).replace("('url')", fields), expr) == found


def test_two_settings_with_different_drivers_are_not_one() -> None:
    expr = Either((Attribute(Name("settings"), "other"), SETTINGS_URL))
    second = SECOND.format("other").replace("asyncpg", "psycopg")
    assert guard(body(SETS).replace("settings = Settings()", second), expr) is None
