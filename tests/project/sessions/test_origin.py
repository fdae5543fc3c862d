"""Where a session comes from: followed back through names and objects, as long as there is one answer."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from async_db_lint.project.names.places import place_of
from async_db_lint.project.sessions.origin import MAX_STEPS, Origin, OriginSearch
from tests.projects import project

KEEPERS = ("Books", "Shop")


def origins(text: str) -> list[Origin]:
    """The origins of what is passed to `ask`, call by call."""
    found = project("from sqlalchemy.ext.asyncio import AsyncSession\n" + dedent(text))
    search = OriginSearch(
        lambda expr, place: found.is_session(found.value_at(expr, place)),
        lambda call: call.method in KEEPERS,
    )
    return [search.origin(call.positional[0], place_of(call)) for call in found.table.named("ask")]


def origin(text: str) -> tuple[str, str]:
    """The name of the scope, and the text, of the one origin."""
    (found,) = origins(text)
    return found.scope.name, found.text


def asked_in_function(body: str, asked: str) -> tuple[str, str]:
    """The origin of what a function with two sessions asks about after some lines."""
    head = "async def f(s: AsyncSession, other: AsyncSession):\n"
    return origin(head + indent(f"{body}\nask({asked})\n", "    "))


@pytest.mark.parametrize(
    ("body", "asked"),
    [
        ("...", "s"),
        ("t = s", "t"),
        ("t = s\nu = t", "u"),
        ("t = other\nt = s", "t"),
        ("books = Books(s)", "books"),
        ("books = Books(1, session=s)", "books"),
        ("t = s\nbooks = Books(t)", "books"),
    ],
)
def test_a_session_is_followed_to_the_parameter_that_it_came_from(body: str, asked: str) -> None:
    assert asked_in_function(body, asked) == ("f", "s")


@pytest.mark.parametrize(
    ("body", "asked"),
    [
        ("t = s\nif x: t = other", "t"),
        ("t = s if x else other", "t"),
        ("t = make(s)", "t"),
        ("t = 1", "t"),
        ("t = x", "t"),
        ("t = AsyncSession(x)", "t"),
        ("t = await s", "t"),
        ("books = Other(s)", "books"),
        ("books = Books(1)", "books"),
        ("books = Books(s, other)", "books"),
        ("books = Books(s)\ns = other", "books"),
        ("books = Books(s)\nshop = Shop(books)", "shop"),
        ("...", "missing"),
        ("...", "x.session"),
        ("...", "self.session"),
        ("...", "x.books.session"),
    ],
)
def test_a_session_is_not_followed_where_it_may_be_another(body: str, asked: str) -> None:
    assert asked_in_function(body, asked) == ("f", asked)


def test_an_origin_is_of_the_scope_that_binds_it() -> None:
    text = """
        async def f(s: AsyncSession):
            t = s
            def inner(): ask(t)
    """
    assert origin(text) == ("f", "s")


def test_parameters_of_the_same_name_in_two_functions_are_two_origins() -> None:
    text = """
        async def f(s: AsyncSession):
            t = s
            ask(t)
            ask(s)
        async def g(s: AsyncSession):
            ask(s)
    """
    first, same, other = origins(text)
    assert first == same
    assert first != other


def asked_in_method(made: str, asks: str) -> tuple[str, str]:
    """The origin of what a method asks about, in a class with a constructor of some lines."""
    head = "class Service:\n    def __init__(self, session: AsyncSession, other: AsyncSession):\n"
    method = f"    async def work(self, x):\n        {asks}\n"
    return origin(head + indent(dedent(made).strip(), " " * 8) + "\n" + method)


@pytest.mark.parametrize(
    ("made", "asks"),
    [
        ("self.session = session", "ask(self.session)"),
        ("self.books = Books(session)", "ask(self.books)"),
        ("self.books = Books(session)", "def inner(): ask(self.books)"),
        ("self.books = Books(session)", "books = self.books; ask(self.books)"),
        ("self.session = session\nself.books = Books(self.session)", "ask(self.books)"),
        (
            """
            self.session = session
            session = None
            self.books = Books(self.session)
            """,
            "ask(self.books)",
        ),
    ],
)
def test_an_attribute_is_followed_to_the_constructors_parameter(made: str, asks: str) -> None:
    assert asked_in_method(made, asks) == ("__init__", "session")


@pytest.mark.parametrize(
    ("made", "asked"),
    [
        ("self.books = Books(session)\nself.books = Books(other)", "self.books"),
        ("self.books = Books(session)", "x.books"),
        ("self.books = Books(session)", "self.other"),
        ("self.books = Books(session)", "self.books.s"),
        ("x.books = Books(session)", "self.books"),
        ("self.books = Books(session, other)", "self.books"),
    ],
)
def test_an_attribute_that_may_be_another_is_not_followed(made: str, asked: str) -> None:
    assert asked_in_method(made, f"ask({asked})") == ("work", asked)


def test_a_method_without_parameters_has_no_object_to_follow() -> None:
    text = """
        class Service:
            def __init__(self, s: AsyncSession): self.books = Books(s)
            def work(): ask(self.books)
    """
    assert origin(text) == ("work", "self.books")


def names(count: int) -> str:
    """A function with as many names for its session, each of which is bound to the one before."""
    lines = [f"t{number + 1} = t{number}" for number in range(count)]
    return "\n    ".join(["async def f(t0: AsyncSession):", *lines, f"ask(t{count})"]) + "\n"


def test_as_many_names_are_followed_as_there_are_steps() -> None:
    assert origin(names(MAX_STEPS)) == ("f", "t0")
    assert origin(names(MAX_STEPS + 1)) == ("f", "t1")


def anything(text: str, steps: int = MAX_STEPS) -> tuple[str, str]:
    """The origin of what is passed to `ask`, if everything were a session."""
    (call,) = project(dedent(text)).table.named("ask")
    found = OriginSearch(lambda expr, place: True, lambda call: True).origin(call.positional[0], place_of(call), steps)
    return found.scope.name, found.text


def test_attributes_that_are_made_of_each_other_come_to_an_end() -> None:
    text = """
        class Service:
            def __init__(self):
                self.a = self.b
                self.b = self.a
            def work(self): ask(self.a)
    """
    assert anything(text) == ("__init__", "self.b")


@pytest.mark.parametrize(("steps", "text"), [(0, "u"), (1, "t"), (2, "s")])
def test_a_name_is_followed_as_many_steps_as_are_left(steps: int, text: str) -> None:
    source = """
        def f(s):
            t = s
            u = t
            ask(u)
    """
    assert anything(source, steps) == ("f", text)
