"""FastAPI's dependencies: where a `Depends(…)` stands, and what it injects."""

from __future__ import annotations

import pytest

from async_db_lint.index.expressions import Name
from async_db_lint.project.inference.dependencies import (
    MAX_ALIASES,
    depends,
    depends_call,
    is_depends,
    provided,
    target_of,
    unwrapped,
)
from async_db_lint.project.inference.parameters import declared_at
from async_db_lint.project.inference.protocol import Hints
from async_db_lint.project.names.values import Kind, Value
from async_db_lint.project.project import Project
from tests.project.inference.parts import ENGINE, FACTORY, SESSION, bound_call, end, function, hinted, small
from tests.projects import described

HEAD = """
    from typing import Annotated
    import fastapi, kit
    from fastapi import Depends, Security
    async def get():
        async with SessionLocal() as session:
            yield session
    def other(): return engine
    def lone(): return engine
"""


def target(found: Project) -> str | None:
    """What the `Depends(…)` of the parameter `x` of `f` depends on: a name, or something without one."""
    holder = function(found, "f")
    parameter = holder.parameter("x")
    assert parameter is not None
    call = depends_call(found.inference, parameter, declared_at(holder))
    return None if call is None else getattr(target_of(call), "name", "nothing")


@pytest.mark.parametrize(
    ("parameter", "wanted"),
    [
        ("x=Depends(get)", "get"),
        ("x=Security(get)", "get"),
        ("x=fastapi.Depends(dependency=get)", "get"),
        ("x=Depends()", "nothing"),
        ("x: Annotated[int, Depends(get)]", "get"),
        ("x: Annotated[int, 'x', Depends(get)] = None", "get"),
        ("x: Annotated[int, Depends(other)] = Depends(get)", "get"),
        ("x: Annotated[int, Depends(get), Depends(other)]", "get"),
        ("x: Annotated[Annotated[int, Depends(get)], 'x']", "get"),
    ],
)
def test_a_dependency_stands_in_a_default_or_in_an_annotation(parameter: str, wanted: str) -> None:
    assert target(small(HEAD, f"def f({parameter}): pass")) == wanted


@pytest.mark.parametrize(
    "parameter",
    [
        "x",
        "x=get",
        "x=kit.Depends(get)",
        "x=other()",
        "x=Depends",
        "x: Depends(get)",
        "x: Annotated[Depends(get), 'x']",
        "x: list[int]",
        "x: Annotated[()]",
        "x: Annotated[int, kit.Depends(get)]",
        "x: unknown",
        "x: T = None",
    ],
)
def test_elsewhere_there_is_no_dependency(parameter: str) -> None:
    assert target(small(HEAD, f"T = T\ndef f({parameter}): pass")) is None


@pytest.mark.parametrize(
    ("aliases", "wanted"),
    [
        ("T = Annotated[int, Depends(get)]", "get"),
        ("U = Annotated[int, Depends(get)]\nT = U", "get"),
        ("D = Depends(get)\nT = Annotated[int, D]", "get"),
        (
            """
            if DEBUG:
                T = int
            else:
                T = Annotated[int, Depends(get)]
            """,
            "get",
        ),
        ("T = U\nU = T", None),
        ("T = Annotated[T, 'x']", None),
        ("T = int", None),
    ],
)
def test_a_dependency_is_found_through_aliases(aliases: str, wanted: str | None) -> None:
    assert target(small(HEAD, aliases, "def f(x: T): pass")) == wanted


@pytest.mark.parametrize(("more", "wanted"), [(0, "get"), (1, None)])
def test_aliases_are_followed_up_to_a_limit(more: int, wanted: str | None) -> None:
    links = [f"T{number} = T{number - 1}" for number in range(1, MAX_ALIASES + more)]
    text = "\n".join(["T0 = Annotated[int, Depends(get)]", *links, f"def f(x: T{len(links)}): pass"])
    assert target(small(HEAD, text)) == wanted


def test_a_dependency_of_another_file_is_read_where_it_stands() -> None:
    found = small(
        "from deps import Db\ndef f(x: Db): pass",
        deps="""
            from typing import Annotated
            from fastapi import Depends as Needs
            def provide(): pass
            Db = Annotated[int, Needs(provide)]
        """,
    )
    assert target(found) == "provide"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("x = Depends(get)", True),
        ("x = y = Depends(get)", True),
        ("x = Depends(get)\nx = Depends(other)", True),
        (
            """
            if DEBUG:
                x = Depends(get)
            else:
                x = Depends(other)
            """,
            False,
        ),
        ("x = other()", False),
        ("x = get", False),
        ("", False),
    ],
)
def test_a_name_is_a_dependency_when_one_call_is_bound_to_it(text: str, wanted: bool) -> None:
    found = small(HEAD, text)
    assert (depends(found.inference, Name("x"), end(found)) is not None) is wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Depends(get)", True),
        ("fastapi.Security(get)", True),
        ("fastapi.Query(get)", False),
        ("kit.Depends(get)", False),
        ("unknown.Depends(get)", False),
    ],
)
def test_only_calls_of_fastapi_are_dependencies(text: str, wanted: bool) -> None:
    found = small(HEAD, f"x = {text}")
    assert is_depends(found.inference, bound_call(found)) is wanted


def given(found: Project) -> str | None:
    return described(provided(found.inference, bound_call(found)))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Depends(get)", SESSION),
        ("Depends(other)", ENGINE),
        ("Depends(lambda: SessionLocal)", FACTORY),
        ("Depends(SessionLocal)", SESSION),
        ("Depends(later)", ENGINE),
        ("Depends(dependency=Own)", "OBJECT Own"),
        ("Depends(Own())", FACTORY),
        ("Depends()", None),
        ("Depends(unknown)", None),
        ("Depends(silent)", None),
        ("Depends(engine)", None),
    ],
)
def test_what_is_injected_is_what_the_target_gives(text: str, wanted: str | None) -> None:
    more = """
        async def later(): return engine
        def silent(): pass
        class Own:
            def __call__(self): return SessionLocal
    """
    assert given(small(HEAD, more, f"x = {text}")) == wanted


def test_a_target_that_the_user_declares_gives_a_session() -> None:
    text = "x = Depends(kit.get)"
    assert given(hinted(Hints(sessions=frozenset({"kit.get"})), HEAD, text)) == SESSION
    assert given(small(HEAD, text)) == "FOREIGN kit.get"


INNER = Value(Kind.INSTANCE, "sqlalchemy.AsyncSession")


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (None, None),
        (INNER, INNER),
        (Value(Kind.COROUTINE, inner=INNER), INNER),
        (Value(Kind.GENERATOR, inner=INNER), INNER),
        (Value(Kind.ASYNC_GENERATOR, inner=Value(Kind.COROUTINE, inner=INNER)), INNER),
        (Value(Kind.COROUTINE), None),
        (Value(Kind.ASYNC_MANAGER, inner=INNER), Value(Kind.ASYNC_MANAGER, inner=INNER)),
        (Value(Kind.COLLECTION, inner=INNER), Value(Kind.COLLECTION, inner=INNER)),
    ],
    ids=str,
)
def test_coroutines_and_generators_are_taken_out_of_their_wrapping(value: Value | None, wanted: Value | None) -> None:
    assert unwrapped(value) == wanted
