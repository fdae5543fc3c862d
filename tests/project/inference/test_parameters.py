"""What parameters are: injected, `self`, annotated, defaulted, or what every caller passes."""

from __future__ import annotations

import pytest

from async_db_lint.index.expressions import Name
from async_db_lint.project.inference.parameters import (
    MAX_CALLERS,
    argument_for,
    declared_at,
    has_decorator,
    is_bound,
    parameter_value,
    passed,
)
from async_db_lint.project.inference.protocol import Hints
from async_db_lint.project.names.places import END
from async_db_lint.project.names.values import Value
from async_db_lint.project.project import Project
from tests.project.inference.parts import ENGINE, FACTORY, SESSION, call, function, hinted, small
from tests.projects import described

HEAD = """
    import kit
    from fastapi import Depends
    from sqlalchemy import Engine
    from sqlalchemy.ext.asyncio import AsyncEngine
    async def get():
        yield SessionLocal()
"""


def valued(found: Project, name: str = "f", parameter: str = "x") -> Value | None:
    """What a parameter of a function is."""
    holder = function(found, name)
    wanted = holder.parameter(parameter)
    assert wanted is not None
    return parameter_value(found.inference, holder, wanted)


@pytest.mark.parametrize(
    ("parameter", "wanted"),
    [
        ("x: AsyncSession", SESSION),
        ("x: AsyncSession = None", SESSION),
        ("x: AsyncSession = SessionLocal", SESSION),
        ("x: unknown = SessionLocal", FACTORY),
        ("x=SessionLocal", FACTORY),
        ("x=Depends(get)", SESSION),
        ("x: Engine = Depends(get)", SESSION),
        ("x: AsyncSession = Depends(unknown)", SESSION),
        ("x: unknown = Depends(unknown)", None),
        ("x=Depends(unknown)", None),
        ("x: unknown = None", None),
        ("x=None", None),
        ("x", None),
        ("*x: AsyncSession", None),
        ("**x: AsyncSession", None),
        ("*, x: AsyncSession", SESSION),
        ("y=SessionLocal, /, x=engine", ENGINE),
    ],
)
def test_a_dependency_comes_before_an_annotation_and_that_before_a_default(parameter: str, wanted: str | None) -> None:
    assert described(valued(small(HEAD, f"def f({parameter}): pass"))) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("def f(x): pass\n    f(1)", "OBJECT A"),
        ("def f(x: AsyncSession): pass", "OBJECT A"),
        ("@classmethod\n    def f(x): pass", "CLASS A"),
        ("def __new__(x): pass", "CLASS A"),
        ("def __init__(x): pass", "OBJECT A"),
        ("@staticmethod\n    def f(x: AsyncSession): pass", SESSION),
        ("@other\n    def f(x): pass", "OBJECT A"),
        ("def f(self, x: AsyncSession): pass", SESSION),
        ("def f(x=Depends(get)): pass", SESSION),
        ("def f(*x): pass", None),
    ],
)
def test_the_first_parameter_of_a_method_is_its_object_or_class(text: str, wanted: str | None) -> None:
    found = small(HEAD, f"class A:\n    {text}")
    [holder] = [item for item in found.functions() if item.owner is not None]
    assert described(valued(found, holder.name)) == wanted


def test_a_default_that_the_user_declares_is_a_session() -> None:
    text = "def f(x=kit.get): pass"
    assert described(valued(hinted(Hints(sessions=frozenset({"kit.get"})), HEAD, text))) == SESSION
    assert described(valued(small(HEAD, text))) == "LIBRARY kit.get"


def test_a_dependency_that_is_understood_comes_before_what_the_user_declares() -> None:
    found = hinted(
        Hints(sessions=frozenset({"kit.get"})),
        HEAD,
        "def f(x=Depends(maker, kit.get)): pass\ndef maker(): return engine",
    )
    assert described(valued(found)) == ENGINE


def test_a_dependency_that_is_not_understood_is_no_default() -> None:
    found = hinted(Hints(sessions=frozenset({"kit.get"})), HEAD, "def f(x=Depends(unknown, kit.get)): pass")
    assert valued(found) is None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("def give(): return SessionLocal()", ["Depends"]),
        ("class Own: pass\ndef give(): return Own()", ["Depends"]),
        ("def give(): return lambda: 1", []),
    ],
)
def test_an_injected_object_came_through_its_dependency(text: str, wanted: list[str]) -> None:
    value = valued(small(HEAD, text, "def f(x=Depends(give)): pass"))
    assert value is not None
    assert [step.text for step in value.chain][-1:] == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("f(engine)", ENGINE),
        ("f(x=engine)", ENGINE),
        ("f(engine)\nf(engine)", ENGINE),
        ("f(engine)\nf(None)", ENGINE),
        ("f(engine)\nf()", ENGINE),
        ("f(engine)\nf(SessionLocal)", None),
        ("f(engine)\nf(unknown)", None),
        ("f(unknown)\nf(engine)", None),
        ("f(*engine)", None),
        ("f(1)", None),
        ("g = f\ng(engine)", ENGINE),
        ("", None),
    ],
)
def test_without_annotation_a_parameter_is_what_every_caller_passes(text: str, wanted: str | None) -> None:
    assert described(valued(small("def f(x): pass", text))) == wanted


@pytest.mark.parametrize("note", ["unknown", "object"])
def test_with_an_annotation_the_callers_are_not_asked(note: str) -> None:
    assert valued(small(f"def f(x: {note}): pass\nf(engine)")) is None


def test_a_default_is_believed_before_the_callers() -> None:
    assert described(valued(small("def f(x=SessionLocal): pass\nf(engine)"))) == FACTORY


def test_a_parameter_that_is_passed_to_itself_is_not_known() -> None:
    assert valued(small("def f(x): f(x)")) is None


@pytest.mark.parametrize(
    ("note", "passes", "wanted"),
    [
        ("AsyncEngine", "engine", [3]),
        ("AsyncEngine", "unknown", []),
        ("AsyncSession", "SessionLocal()", []),
    ],
)
def test_an_annotated_engine_is_the_one_that_callers_pass(note: str, passes: str, wanted: list[int]) -> None:
    value = valued(small(HEAD, f"def f(x: {note}): pass\nf({passes})"))
    assert value is not None
    assert value.name == f"sqlalchemy.{note}"
    assert [item.span.line for item in value.origins] == wanted
    assert bool(value.chain) is bool(wanted)


@pytest.mark.parametrize(("count", "wanted"), [(MAX_CALLERS, ENGINE), (MAX_CALLERS + 1, None)])
def test_a_limited_number_of_callers_is_read(count: int, wanted: str | None) -> None:
    found = small("def f(x): pass", "\n".join(["f(engine)"] * count))
    holder = function(found, "f")
    assert described(passed(found.inference, holder, holder.parameters[0])) == wanted


@pytest.mark.parametrize(
    ("function_text", "call_text", "wanted"),
    [
        ("def f(a, x): pass", "f(one, two)", "two"),
        ("def f(a, x): pass", "f(one, x=two)", "two"),
        ("def f(a, x): pass", "f(two)", None),
        ("def f(a, x): pass", "f(*two, one)", None),
        ("def f(a, x): pass", "f(one, *two)", None),
        ("def f(a, x): pass", "f(**two)", None),
        ("def f(x, a): pass", "f(two, *one)", "two"),
        ("def f(*, x): pass", "f(one)", None),
        ("def f(*, x): pass", "f(x=two)", "two"),
        ("def f(*, a, x): pass", "f(one, two)", None),
    ],
)
def test_a_parameter_receives_an_argument_by_keyword_or_by_position(
    function_text: str, call_text: str, wanted: str | None
) -> None:
    found = small(function_text, call_text)
    assert argument(found) == (None if wanted is None else Name(wanted))


def argument(found: Project) -> object:
    """What the parameter `x` of `f` receives from the one call of it."""
    holder = function(found, "f")
    parameter = holder.parameter("x")
    assert parameter is not None
    return argument_for(found.inference, call(found, "f"), holder, parameter)


METHODS = """
    class A:
        def __init__(self, x): pass
        def method(self, x): pass
        @classmethod
        def made(cls, x): pass
        @staticmethod
        def static(x): pass
    def plain(x): pass
    a = A(1)
"""


@pytest.mark.parametrize(
    ("text", "name", "wanted"),
    [
        ("a.method(look)", "method", True),
        ("A.made(look)", "made", True),
        ("a.made(look)", "made", True),
        ("a.static(look)", "static", False),
        ("A.static(look)", "static", False),
        ("plain(look)", "plain", False),
        ("unknown.method(look)", "method", False),
    ],
)
def test_a_method_of_an_object_is_passed_it_by_itself(text: str, name: str, wanted: bool) -> None:
    found = small(METHODS, text)
    holder = function(found, name)
    assert is_bound(found.inference, call(found, name), holder) is wanted
    if wanted or name in ("static", "plain"):
        assert argument_for(found.inference, call(found, name), holder, holder.parameters[-1]) == Name("look")


def test_a_method_that_is_called_in_the_body_of_its_class_is_passed_nothing_by_itself() -> None:
    found = small("""
        class A:
            def f(x): pass
            f(engine)
    """)
    assert not is_bound(found.inference, call(found, "f"), function(found, "f"))
    assert argument(found) == Name("engine")


def test_a_constructor_is_passed_its_object_by_itself() -> None:
    found = small(METHODS.replace("A(1)", "A(look)"))
    holder = function(found, "__init__")
    assert is_bound(found.inference, call(found, "A"), holder)
    assert argument_for(found.inference, call(found, "A"), holder, holder.parameters[1]) == Name("look")


@pytest.mark.parametrize("name", ["self", "cls"])
def test_self_receives_no_argument(name: str) -> None:
    found = small(METHODS, "a.method(look)\nA.made(look)")
    holder = function(found, {"self": "method", "cls": "made"}[name])
    assert argument_for(found.inference, call(found, holder.name), holder, holder.parameters[0]) is None


@pytest.mark.parametrize(
    ("name", "decorator", "wanted"),
    [
        ("made", "classmethod", True),
        ("static", "staticmethod", True),
        ("made", "staticmethod", False),
        ("method", "classmethod", False),
        ("plain", "classmethod", False),
    ],
)
def test_a_builtin_decorator_is_known_by_its_name(name: str, decorator: str, wanted: bool) -> None:
    found = small(METHODS)
    assert has_decorator(found.inference, function(found, name), decorator) is wanted


def test_another_decorator_of_that_name_is_none() -> None:
    found = small("""
        from kit import classmethod
        class A:
            @classmethod
            def f(cls): pass
    """)
    assert not has_decorator(found.inference, function(found, "f"), "classmethod")


def test_a_function_is_declared_where_its_statement_stands() -> None:
    found = small("""
        class A:
            if DEBUG:
                def f(self): pass
    """)
    holder = function(found, "f")
    assert holder.statement is not None
    assert declared_at(holder) == (holder.statement.block, END)
    assert declared_at(holder).block is not holder.module.body


OWN = """
    from sqlalchemy.orm import Session
    from sqlmodel.ext.asyncio.session import AsyncSession as SqlmodelSession
    class Own(AsyncSession): pass
"""


@pytest.mark.parametrize(
    ("note", "calls", "wanted"),
    [
        ("Session", "f(SessionLocal())", SESSION),
        ("Session", "f(SessionLocal()); f(x=SessionLocal())", SESSION),
        ("AsyncSession", "f(Session())", "INSTANCE sqlalchemy.Session"),
        ("Engine", "f(engine)", ENGINE),
        ("Session", "f(Own())", "OBJECT Own"),
        ("Session", "f(Session()); f(SessionLocal())", None),  # callers disagree
        ("Session", "f(SessionLocal()); f(unknown)", None),  # one is not understood
        ("Session", "f(unknown)", "INSTANCE sqlalchemy.Session"),  # nobody contradicts
        ("Session", "f(Session())", "INSTANCE sqlalchemy.Session"),
        ("Session", "f(1); f(None)", "INSTANCE sqlalchemy.Session"),
        ("Session", "", "INSTANCE sqlalchemy.Session"),
        ("AsyncSession", "f(Own())", SESSION),
        ("AsyncSession", "f(SqlmodelSession(engine))", SESSION),
        ("SqlmodelSession", "f(SessionLocal())", "INSTANCE sqlmodel.AsyncSession"),
        ("AsyncSession", "f(engine)", ENGINE),
        ("str", "f(SessionLocal())", "FOREIGN builtins.str"),
    ],
)
def test_what_every_caller_passes_comes_before_what_an_annotation_claims(
    note: str, calls: str, wanted: str | None
) -> None:
    for text in (
        f"def f(x: {note}): pass\n{calls}",
        f"async def f(*, y=1, x: {note}): pass\n{calls.replace('f(x=', 'f(').replace('f(', 'f(x=')}",
    ):
        assert described(valued(small(HEAD, OWN, text))) == wanted


def test_a_constructor_is_given_what_its_callers_pass() -> None:
    text = "class Service:\n    def __init__(self, x: Session): self.x = x\ndef use(): return Service(SessionLocal())"
    assert described(valued(small(HEAD, OWN, text), "__init__")) == SESSION


def test_a_dependency_comes_before_callers_too() -> None:
    text = "def f(x: Session = Depends(get)): pass\nf(Session())"
    assert described(valued(small(HEAD, OWN, text))) == SESSION
