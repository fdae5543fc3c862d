"""How a name is used after a call was bound to it, and what makes that use uncertain."""

from __future__ import annotations

from textwrap import dedent

import pytest

from async_db_lint.index.build import index
from async_db_lint.index.expressions import Attribute, Await, Call, Element, Name, Sequence, Subscript, walk
from async_db_lint.index.scopes import Module
from async_db_lint.project.names.uses import bound_name, expressions, is_never_awaited, names_of, uses_of


def module(text: str) -> Module:
    return index("app.py", dedent(text).encode())


def made_in(text: str) -> Call:
    """The call of `make` in a text."""
    return next(call for call in module(text).inner_calls() if call.method == "make")


def in_function(body: str) -> Call:
    """The call of `make` in the body of a function."""
    lines = dedent(body).strip().splitlines()
    return made_in("async def f():\n" + "".join(f"    {line}\n" for line in lines))


# The names of what a call makes.


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("x = make()", {"x"}),
        ("x = y = make()", {"x", "y"}),
        ("self.x = make()", {"x"}),
        ("x = self.y = make()", {"x", "y"}),
        ("if (x := make()): pass", {"x"}),
        ("x, y = make(), 1", {"x"}),
    ],
)
def test_a_call_is_known_by_the_names_that_are_bound_to_it(text: str, wanted: set[str]) -> None:
    assert names_of(made_in(text)) == wanted
    assert names_of(in_function(text)) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "make()",
        "x = make().y",
        "x = await make()",
        "x = [make()]",
        "x = f(make())",
        "x[0] = make()",
        "with make() as x: pass",
    ],
)
def test_a_call_that_no_name_is_bound_to_has_none(text: str) -> None:
    assert names_of(in_function(text)) == set()


def test_an_attribute_that_is_bound_to_something_else_is_no_name_of_a_call() -> None:
    assert names_of(in_function("self.y = other()\nx = make()")) == {"x"}


def test_a_global_name_is_bound_where_the_call_stands() -> None:
    assert names_of(in_function("global x\nx = make()")) == {"x"}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("x = make()", "x"),
        ("if a:\n    x = make()", "x"),
        ("x = y = make()", None),
        ("x = make()\nx = 1", None),
        ("x = 1\nx = make()", None),
        ("self.x = make()", None),
        ("make()", None),
        ("global x\nx = make()", None),
    ],
)
def test_the_bound_name_is_the_one_plain_name_of_the_scope_itself(text: str, wanted: str | None) -> None:
    assert bound_name(in_function(text)) == wanted


# What is never awaited.


@pytest.mark.parametrize(
    "text",
    [
        "x = make()",
        "x = make()\nx.first()",
        "x = make()\nreturn x.rowcount",
        "x = make()\nx[0]",
        "x = make()\nfor y in x: pass",
        "x = make()\nasync for y in x: pass",
        "x = make()\nreturn [y for y in x]",
        "x = make()\nx.first().close()",
        "x = make()\nother.x(1)",
        "x = make()\nf(x=1)",
    ],
)
def test_a_name_that_is_only_read_from_is_never_awaited(text: str) -> None:
    assert is_never_awaited(in_function(text))


@pytest.mark.parametrize(
    "text",
    [
        "x = make()\nawait x",
        "x = make()\nreturn x",
        "x = make()\nyield x",
        "x = make()\nraise x",
        "x = make()\nf(x)",
        "x = make()\nf(y=x)",
        "x = make()\nf(*x)",
        "x = make()\nf(**x)",
        "x = make()\ny = x",
        "x = make()\n(y := x)",
        "x = make()\nself.y = x",
        "x = make()\ny[x]",
        "x = make()\ny[x] = 1",
        "x = make()\ny[x:1]",
        "x = make()\n[x]",
        "x = make()\n{1: x}",
        "x = make()\nf'{x}'",
        "x = make()\nx or y",
        "x = make()\nif x: pass",
        "x = make()\nwhile x: pass",
        "x = make()\nwith x: pass",
        "x = make()\nassert x",
        "x = make()\ndel x",
        "x = make()\nx + 1",
        "x = make()\nx()",
        "x = make()\nx == 1",
        "x = make()\nnot x",
        "x = make()\nlambda: x",
        "x = make()\nx.y = 1",
        "x = make()\nx[0] = 1",
        "x = make()\nx.close()",
        "x = make()\nx.send(None)",
        "x = make()\nx.throw(E)",
        "x = make()\n[y for y in z if x]",
        "x = make()\n[x for y in z]",
        """
        x = make()
        x.first()
        await x
        """,
        """
        x = make()
        match x:
            case 1: pass
        """,
        """
        x = make()
        async def g():
            await x
        """,
        """
        x = make()
        class A:
            y = x
        """,
    ],
)
def test_a_name_that_may_be_awaited_or_passed_on_is_uncertain(text: str) -> None:
    assert not is_never_awaited(in_function(text))


@pytest.mark.parametrize("text", ["make()", "x = make()\nx = 1", "x = y = make()", "global x\nx = make()"])
def test_what_is_not_bound_to_one_name_is_uncertain(text: str) -> None:
    assert not is_never_awaited(in_function(text))


@pytest.mark.parametrize("text", ["x = make()", "class A:\n    x = make()"])
def test_what_others_can_import_is_uncertain(text: str) -> None:
    assert not is_never_awaited(made_in(text))


# Uses and expressions.


def test_a_use_is_the_expression_around_the_name() -> None:
    (function,) = module("""
        async def f():
            x
            x.a
            x[0]
            [x]
            await x
            for y in x: pass
            z.x
    """).functions
    found = list(uses_of("x", function))
    kinds = {type(item) for item in found}
    assert kinds == {type(None), Attribute, Subscript, Sequence, Await, Element}
    assert found.count(None) == 1


def test_uses_in_inner_scopes_count_and_those_of_the_scope_around_do_not() -> None:
    found = module("""
        x.outside
        def f():
            x.here
            def g():
                x.inner
    """)
    assert {item for item in uses_of("x", found.functions[0]) if item} == {
        Attribute(Name("x"), "here"),
        Attribute(Name("x"), "inner"),
    }


def test_a_use_that_is_kept_in_two_places_is_one_use() -> None:
    assert len(list(uses_of("x", module("y = f(x)")))) == 1


def test_another_name_is_not_used() -> None:
    assert list(uses_of("y", module("x.y = f(y=x)"))) == []


@pytest.mark.parametrize(
    "text",
    [
        "y = x",
        "y.z = x",
        "x.z = y",
        "x[0] = y",
        "y[x] = 1",
        "return x",
        "raise x",
        "raise y from x",
        "yield x",
        "if x: pass",
        "while x: pass",
        "with x: pass",
        "for y in x: pass",
        "[y for y in x]",
        "[1 for y in z if x]",
        "assert y, x",
        "del x.y",
        "x",
        "await x",
        "f(x)",
        "x(1)",
        "try: pass\nexcept x: pass",
    ],
)
def test_every_expression_of_a_scope_is_kept(text: str) -> None:
    lines = "".join(f"    {line}\n" for line in text.splitlines())
    (function,) = module("async def f():\n" + lines).functions
    assert Name("x") in [inner for item in expressions(function) for inner in walk(item)]


@pytest.mark.parametrize(
    "text",
    [
        "x = make()\nasync def g(y=x): await y",
        "x = make()\ng = lambda y=x: y",
        "x = make()\ndef g(*, y=x): pass",
        "x = make()\n@decorated(x)\ndef g(): pass",
    ],
)
def test_a_default_or_decorator_of_an_inner_function_uses_a_name(text: str) -> None:
    assert not is_never_awaited(in_function(text))
