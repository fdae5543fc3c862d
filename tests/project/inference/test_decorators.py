"""What decorators make of a function: nothing, a manager, or something that is not known."""

from __future__ import annotations

import pytest

from async_db_lint.project.inference.decorators import (
    CACHES,
    TRANSPARENT,
    decorator_value,
    is_cached,
    is_router_method,
    shape_of,
)
from async_db_lint.project.inference.protocol import Hints
from async_db_lint.project.names.values import Kind, Value
from async_db_lint.project.project import Project
from tests.project.inference.parts import function, hinted, small
from tests.projects import described

HEAD = """
    import abc, contextlib, functools, kit, async_lru, tenacity
    from fastapi import APIRouter, FastAPI
    from starlette.routing import Router
    app, router, plain = FastAPI(), APIRouter(), Router()
    class Own(FastAPI): pass
    own = Own()
"""


def decorated(*decorators: str) -> Project:
    lines = [f"@{item}" for item in decorators]
    return small(HEAD, "\n".join([*lines, "def f(): pass"]))


def shape(*decorators: str) -> Kind | None:
    found = decorated(*decorators)
    return shape_of(found.inference, function(found, "f"))


@pytest.mark.parametrize(
    "decorators",
    [
        (),
        ("functools.cache",),
        ("functools.lru_cache(maxsize=1)",),
        ("abc.abstractmethod", "functools.wraps(g)"),
        ("app.get('/')",),
        ("own.get('/')",),
        ("router.post('/')", "plain.route('/')"),
        ("app.on_event('startup')",),
    ],
    ids=str,
)
def test_decorators_that_change_nothing_leave_a_function(decorators: tuple[str, ...]) -> None:
    assert shape(*decorators) is Kind.FUNCTION


@pytest.mark.parametrize(
    ("decorator", "wanted"),
    [
        ("contextlib.asynccontextmanager", Kind.ASYNC_MANAGER),
        ("contextlib.contextmanager", Kind.MANAGER),
    ],
)
@pytest.mark.parametrize("around", [(), ("functools.wraps(g)",), ("app.get('/')",)], ids=str)
def test_contextlib_makes_a_manager(decorator: str, wanted: Kind, around: tuple[str, ...]) -> None:
    assert shape(*around, decorator) is wanted
    assert shape(decorator, *around) is wanted


@pytest.mark.parametrize(
    "decorators",
    [
        ("unknown",),
        ("kit.wrap",),
        ("kit.wrap()",),
        ("app.dispose",),
        ("functools.cache", "unknown"),
        ("unknown", "contextlib.contextmanager"),
        ("engine.connect()",),
        ("functools.partial(g)",),
        ("(lambda g: g)",),
    ],
    ids=str,
)
def test_a_decorator_that_is_not_understood_leaves_nothing_known(decorators: tuple[str, ...]) -> None:
    assert shape(*decorators) is None


@pytest.mark.parametrize("decorator", ["kit.wrap", "kit.wrap(1)"])
def test_a_decorator_that_the_user_declares_changes_nothing(decorator: str) -> None:
    texts = HEAD, f"@{decorator}\ndef f(): pass"
    for names, wanted in ({"kit.wrap"}, Kind.FUNCTION), ({"kit.other"}, None):
        found = hinted(Hints(decorators=frozenset(names)), *texts)
        assert shape_of(found.inference, function(found, "f")) is wanted, names


@pytest.mark.parametrize("decorator", ["kit.wrap", "kit.wrap()"])
def test_the_value_of_a_decorator_leaves_out_its_arguments(decorator: str) -> None:
    found = decorated(decorator)
    item = function(found, "f").decorators[0]
    assert described(decorator_value(found.inference, function(found, "f"), item)) == "LIBRARY kit.wrap"


APP = Value(Kind.INSTANCE, "fastapi.FastAPI")


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (Value(Kind.METHOD, "fastapi.FastAPI.get", inner=APP), True),
        (Value(Kind.METHOD, "sqlalchemy.AsyncEngine.connect", inner=Value(Kind.INSTANCE, "sqlalchemy.AsyncEngine")), False),
        (Value(Kind.METHOD, "fastapi.FastAPI.get"), False),
        (Value(Kind.CALLABLE, inner=APP), False),
        (APP, False),
        (None, False),
    ],
    ids=str,
)  # fmt: skip
def test_a_method_of_a_router_is_one_of_an_application_or_router(given: Value | None, wanted: bool) -> None:
    assert is_router_method(small("").inference, given) is wanted


@pytest.mark.parametrize(
    ("decorators", "wanted"),
    [
        (("functools.cache",), True),
        (("functools.lru_cache()",), True),
        (("unknown", "async_lru.alru_cache"), True),
        (("functools.wraps(g)", "functools.cached_property"), True),
        (("functools.wraps(g)",), False),
        (("tenacity.retry",), False),
        (("cache",), False),
        ((), False),
    ],
    ids=str,
)
def test_a_cache_keeps_the_first_result(decorators: tuple[str, ...], wanted: bool) -> None:
    found = decorated(*decorators)
    assert is_cached(found.inference, function(found, "f")) is wanted


def test_every_cache_leaves_what_a_function_gives() -> None:
    assert CACHES <= TRANSPARENT
