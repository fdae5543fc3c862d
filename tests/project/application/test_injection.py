"""What FastAPI calls before a function: for its parameters, its route, its routers and its application."""

from __future__ import annotations

import pytest

from async_db_lint.project.application.application import Registration, Trigger
from async_db_lint.project.application.injection import around, injected
from async_db_lint.project.application.routers import MAX_ROUTERS
from async_db_lint.project.names.quoted_code import spelled
from async_db_lint.project.project import Project
from tests.project.inference.parts import ENGINE, SESSION, function, small
from tests.projects import described

HEAD = """
    from typing import Annotated
    from fastapi import APIRouter, Depends, FastAPI, Security
    async def get():
        async with SessionLocal() as session:
            yield session
    def one(): return engine
    def two(): pass
    class Own:
        def __init__(self): pass
    class Bare: pass
"""


def of_parameters(text: str) -> list[tuple[str, str | None]]:
    """What is injected into the parameters of `f`, by function."""
    found = small(HEAD, text)
    return [(item.target.name, described(item.value)) for item in injected(found, function(found, "f"))]


@pytest.mark.parametrize(
    ("parameters", "wanted"),
    [
        ("x=Depends(get)", [("get", SESSION)]),
        ("x=Depends(get), y=Depends(one)", [("get", SESSION), ("one", ENGINE)]),
        ("x: Annotated[int, Depends(one)]", [("one", ENGINE)]),
        ("x=Depends(two)", [("two", None)]),
        ("x=Depends(Own)", [("__init__", "OBJECT Own")]),
        ("x: Own = Depends()", [("__init__", "OBJECT Own")]),
        ("x: Annotated[Own, Depends()]", [("__init__", "OBJECT Own")]),
        ("x: Bare = Depends()", []),
        ("x: AsyncSession = Depends()", []),
        ("x: unknown = Depends()", []),
        ("x=Depends()", []),
        ("x=Depends(Bare)", []),
        ("x=Depends(unknown)", []),
        ("x=get", []),
        ("x", []),
        ("", []),
    ],
)
def test_a_parameter_is_injected_from_the_target_of_its_dependency(
    parameters: str, wanted: list[tuple[str, str | None]]
) -> None:
    assert of_parameters(f"def f({parameters}): pass") == wanted


def route(found: Project) -> Registration:
    """The one route of a project."""
    [only] = [item for item in found.application.registrations if item.trigger is Trigger.ROUTE]
    return only


def before(*texts: str) -> list[str]:
    """The functions that are called for `dependencies=[…]` before the one route."""
    found = small(HEAD, *texts)
    return [item.target.name for item in around(found, route(found))]


ROUTE = "\ndef f(): pass\n"


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("dependencies=[Depends(one), Security(two)]", ["one", "two"]),
        ("dependencies=(Depends(one),)", ["one"]),
        ("dependencies=[needed]", ["one"]),
        ("dependencies=[unknown, one, Depends(unknown), Depends(), Depends(two)]", ["two"]),
        ("dependencies=[]", []),
        ("dependencies=several", []),
        ("responses=[Depends(one)]", []),
    ],
)
def test_a_route_names_what_is_called_before_it(given: str, wanted: list[str]) -> None:
    assert (
        before(
            """
            needed = Depends(one)
            several = [Depends(one)]
            app = FastAPI()
            """,
            f"@app.get('/', {given}){ROUTE}",
        )
        == wanted
    )


def test_what_a_dependency_of_a_route_gives_is_known() -> None:
    found = small(HEAD, f"app = FastAPI()\n@app.get('/', dependencies=[Depends(get)]){ROUTE}")
    assert [described(item.value) for item in around(found, route(found))] == [SESSION]


def test_a_route_without_a_call_has_nothing_around_it() -> None:
    found = small(HEAD, f"app = FastAPI()\n@app.get('/', dependencies=[Depends(get)]){ROUTE}")
    known = route(found)
    assert list(around(found, Registration(known.function, known.trigger, None, None))) == []


def test_routers_and_the_application_add_theirs_from_the_inside_out() -> None:
    text = """
        inner = APIRouter(dependencies=[Depends(one)])
        outer = APIRouter(dependencies=[Depends(two)])
        app = FastAPI(dependencies=[Depends(get)])
        @inner.get("/")
        def f(): pass
        outer.include_router(inner, dependencies=[Depends(get)])
        app.include_router(router=outer)
    """
    assert before(text) == ["one", "get", "two", "get"]


def around_route(text: str) -> list[str]:
    """The calls that made the routers of the one route and included them."""
    found = small(HEAD, text)
    known = route(found).call
    assert known is not None
    return [spelled(item) for item in found.routers.around(known)]


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ("", ["APIRouter(1)"]),
        ("app.include_router(router)", ["APIRouter(1)", "app.include_router(router)", "FastAPI()"]),
        ("app.include_router(router)\napp.include_router(router)", ["APIRouter(1)"]),
        ("app.include_router(other)", ["APIRouter(1)"]),
        ("app.include_router()", ["APIRouter(1)"]),
        ("unknown.include_router(router)", ["APIRouter(1)", "unknown.include_router(router)"]),
    ],
)
def test_a_router_is_followed_where_it_is_included_once(more: str, wanted: list[str]) -> None:
    head = "router, other, app = APIRouter(1), APIRouter(2), FastAPI()\n@router.get('/')"
    assert around_route(f"{head}{ROUTE}{more}") == wanted


@pytest.mark.parametrize(
    "head",
    [
        """
        def f(router: APIRouter):
            @router.get('/')
            def g(): pass
        """,
        """
        if URL:
            router = APIRouter(1)
        else:
            router = APIRouter(2)
        @router.get('/')
        def f(): pass
        """,
        "@APIRouter(1).get('/')\ndef f(): pass",
    ],
)
def test_a_router_that_no_one_call_made_is_not_followed(head: str) -> None:
    assert around_route(head) == []


def test_routers_in_a_circle_are_followed_up_to_a_limit() -> None:
    text = """
        router = APIRouter(1)
        @router.get("/")
        def f(): pass
        router.include_router(router)
    """
    assert around_route(text) == ["APIRouter(1)", "router.include_router(router)"] * MAX_ROUTERS
