"""One file's index: what is bound where, in which order, and which files are refused."""

from __future__ import annotations

import pytest

from async_db_lint.index.build import index
from async_db_lint.index.expressions import (
    NOTHING,
    Attribute,
    Either,
    Element,
    Enter,
    Expr,
    Join,
    Literal,
    Mapping,
    Name,
    Part,
    Sequence,
    Span,
    Starred,
    Subscript,
    Template,
)
from async_db_lint.index.scopes import Import, ParameterKind
from tests.index.parts import function, module, scope_named, value

A, B, C = Name("a"), Name("b"), Name("c")


# Files.


def test_a_module_has_its_path_and_its_number_of_lines() -> None:
    found = index("shop/db.py", b"x = 1\ny = 2\n")
    assert (found.path, found.name, found.lines) == ("shop/db.py", "shop/db.py", 3)
    assert index("a.py", b"").lines == 1


@pytest.mark.parametrize(
    "data",
    ["# coding: latin-1\nx = 'é'".encode("latin-1"), b"\xef\xbb\xbfx = '\xc3\xa9'", b"x = '\xc3\xa9'\r\n"],
    ids=["declared", "byte order mark", "UTF-8"],
)
def test_a_file_is_read_in_the_encoding_that_cpython_finds(data: bytes) -> None:
    assert index("a.py", data).bindings["x"][0].value == Literal("é")


@pytest.mark.parametrize("text", ["def f(:", "a = \0", "(" * 300 + ")" * 300, "x = 1\n  y = 2", "# coding: none\n"])
def test_what_cpython_refuses_is_refused(text: str) -> None:
    with pytest.raises((SyntaxError, ValueError, RecursionError, MemoryError)):
        module(text)


def test_what_cpython_warns_of_is_read_in_silence(recwarn: pytest.WarningsRecorder) -> None:
    assert value(r"x = '\d' is 1") is not None
    assert not recwarn.list


def test_docstrings_and_other_constants_leave_nothing_behind() -> None:
    found = module("""
        'text'
        1
        ...
        def f():
            'text'
    """)
    assert found.loose == found.functions[0].loose == []
    assert found.functions[0].statement is not None
    assert found.functions[0].statement.index == 1  # they are no statements that anything refers to


# What names are bound to.


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("x = b.c", Attribute(B, "c")),
        ("a = x = b", B),
        ("x: int = a", A),
        ("x: int", None),
        ("x += 1", Join("Add", Name("x"), Literal(1))),
        ("x |= a", Join("BitOr", Name("x"), A)),
        ("x = f'y{a}'", Template((Literal("y"), A))),
        ("x = 'p' + a", Join("Add", Literal("p"), A)),
        ("x = {'k': a, **b}", Mapping(((Literal("k"), A), (None, B)))),
        ("x = [*a]", Sequence((Starred(A),))),
        ("x = b[a]", Subscript(B, A)),
        ("x = a or b", Either((A, B))),
        ("if (x := a): pass", A),
        ("import x", Import("x", None, 0)),
        ("for x in a: pass", Element(A, is_async=False)),
        ("with a as x: pass", Enter(A, is_async=False)),
    ],
)
def test_a_name_is_bound_to_a_symbolic_value(text: str, wanted: Expr | Import | None) -> None:
    assert value(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("x, y = a", Part(A, 0)),
        ("y, x = a", Part(A, 1)),
        ("y, (z, x) = a", Part(Part(A, 1), 1)),
        ("[y, x] = a", Part(A, 1)),
        ("y, x = b, c", C),
        ("y, (z, x) = a, (b, c)", C),
        ("y, *x = a", Part(Part(A, None), None)),
        ("*y, x = a", Part(A, None)),
        ("x, *y = a, b", Part(Sequence((A, B)), None)),
        ("for y, x in a: pass", Part(Element(A, is_async=False), 1)),
        ("with a as (y, x): pass", Part(Enter(A, is_async=False), 1)),
    ],
)
def test_a_value_is_unpacked_and_a_star_makes_positions_uncertain(text: str, wanted: Expr) -> None:
    assert value(text) == wanted


def test_several_bindings_of_a_name_come_in_order() -> None:
    found = module("""
        x = a
        if b:
            x = b
        x = c
    """)
    assert [item.value for item in found.bindings["x"]] == [A, B, C]
    assert [item.statement.span.line for item in found.bindings["x"]] == [1, 3, 4]
    assert [item.block is found.body for item in found.bindings["x"]] == [True, False, True]


def test_a_binding_keeps_its_annotation() -> None:
    found = module("""
        x: a = b
        x: c
        x = b
    """)
    assert [item.annotation for item in found.bindings["x"]] == [A, C, None]


def test_statements_are_numbered_in_order_through_all_scopes() -> None:
    found = module("""
        a()
        def f():
            b()
        c()
        if d():
            e()
    """)
    calls = sorted(found.inner_calls(), key=lambda item: item.statement.index)
    assert [item.method for item in calls] == ["a", "b", "c", "d", "e"]
    assert len({item.statement.index for item in calls}) == 5


# Attributes and items.


@pytest.mark.parametrize(
    ("text", "owner", "name", "wanted"),
    [
        ("a.x = b", A, "x", B),
        ("a.x: c = b", A, "x", B),
        ("a.b.x = c", Attribute(A, "b"), "x", C),
        ("a[0] = b", A, "", B),
        ("a.b[0] = c", Attribute(A, "b"), "", C),
        ("a.x += 1", A, "x", Join("Add", Attribute(A, "x"), Literal(1))),
        ("a.x, y = b", A, "x", Part(B, 0)),
        ("for a.x in b: pass", A, "x", Element(B, is_async=False)),
        ("with b as a.x: pass", A, "x", Enter(B, is_async=False)),
    ],
)
def test_an_attribute_or_an_item_is_a_target(text: str, owner: Expr, name: str, wanted: Expr) -> None:
    (found,) = module(text).targets
    assert (found.owner, found.name, found.value) == (owner, name, wanted)


def test_a_target_keeps_its_annotation_and_an_attribute_without_a_value_is_none() -> None:
    (found,) = module("a.x: c = b").targets
    assert found.annotation == C
    assert module("a.x: c").targets == []


def test_the_key_of_an_item_is_kept_aside() -> None:
    assert module("a[b.c] = 1").loose == [Attribute(B, "c")]
    assert module("a[0] = 1").loose == []


# What nothing else refers to.


@pytest.mark.parametrize(
    ("text", "loose"),
    [
        ("a", [A]),
        ("a.b", [Attribute(A, "b")]),
        ("assert a, b", [A, B]),
        ("del a, b.c", [A, Attribute(B, "c")]),
        ("f(a)", []),
        ("assert f(a)", []),
        ("assert 1", []),
        ("-1", []),
        ("pass", []),
        ("x = a", []),
    ],
)
def test_an_expression_that_nothing_else_refers_to_is_kept_aside(text: str, loose: list[Expr]) -> None:
    assert module(text).loose == loose
    assert NOTHING not in loose


# Parameters.


def test_parameters_come_with_their_kinds_and_positions() -> None:
    found = function("def f(a, /, b, *c, d, **e): pass")
    assert [(item.name, item.kind, item.position) for item in found.parameters] == [
        ("a", ParameterKind.POSITIONAL, 0),
        ("b", ParameterKind.POSITIONAL, 1),
        ("c", ParameterKind.REST, 2),
        ("d", ParameterKind.KEYWORD, 3),
        ("e", ParameterKind.KEYWORDS, 4),
    ]


def test_defaults_belong_to_the_last_positional_parameters_and_to_keywords() -> None:
    found = function("def f(a, b=1, /, c=2, *, d, e=None): pass")
    assert [(item.name, item.default) for item in found.parameters] == [
        ("a", None),
        ("b", Literal(1)),
        ("c", Literal(2)),
        ("d", None),
        ("e", Literal(None)),
    ]


def test_a_parameter_is_bound_in_the_function_with_its_annotation() -> None:
    found = function("""
        def f(x: a = 1):
            x = b
    """)
    first, second = found.bindings["x"]
    assert first.value is found.parameters[0]
    assert first.annotation == found.parameters[0].annotation == A
    assert first.block is found.body
    assert second.value == B
    assert first.statement.index < second.statement.index


# `global` and `nonlocal`.


def test_global_names_are_bound_in_the_module() -> None:
    found = module("""
        x = a
        def f():
            def g():
                global x
                x = b
                y = c
    """)
    inner = scope_named(found, "g")
    assert [item.value for item in found.bindings["x"]] == [A, B]
    assert [item.name for item in inner.bound_outside] == ["x"]
    assert set(inner.bindings) == {"y"}
    assert inner.outer_names == {"x"}
    assert inner.nonlocal_names == frozenset()


@pytest.mark.parametrize(
    "inner",
    [
        "x = make()",
        "x: int = make()",
        "async with make() as x: pass",
        "for x in make(): pass",
        "(x := make())",
        "x, y = make()",
        "import x",
        "def x(): pass",
    ],
)
def test_a_nonlocal_binding_belongs_to_the_function_around(inner: str) -> None:
    found = module(f"""
        async def outer():
            x = None
            async def start():
                nonlocal x
                {inner}
    """)
    assert len(scope_named(found, "outer").bindings["x"]) == 2
    assert "x" not in scope_named(found, "start").bindings
    assert [item.name for item in scope_named(found, "start").bound_outside] == ["x"]
    assert scope_named(found, "start").nonlocal_names == {"x"}


def test_the_nearest_function_that_binds_the_name_is_meant() -> None:
    found = module("""
        def outer():
            x = 1
            def middle():
                class Keeper:
                    x = 3
                    def inner(self):
                        nonlocal x
                        x = 2
    """)
    assert len(scope_named(found, "outer").bindings["x"]) == 2
    assert len(scope_named(found, "Keeper").bindings["x"]) == 1
    assert all("x" not in scope_named(found, name).bindings for name in ("middle", "inner"))


def test_a_nearer_function_that_binds_the_name_hides_one_farther_away() -> None:
    found = module("""
        def outer():
            x = 1
            def middle():
                x = 2
                def inner():
                    nonlocal x
                    x = 3
    """)
    assert len(scope_named(found, "outer").bindings["x"]) == 1
    assert len(scope_named(found, "middle").bindings["x"]) == 2


def test_the_binding_of_the_function_around_may_follow() -> None:
    found = module("""
        def outer():
            def start():
                nonlocal x
                x = 2
            x = 1
    """)
    first, second = scope_named(found, "outer").bindings["x"]
    assert first.block.scope.name == "start"
    assert second.block.scope.name == "outer"


def test_a_nonlocal_name_that_no_function_binds_stays_where_it_is() -> None:
    found = module("""
        x = 1
        def start():
            nonlocal x
            x = 2
    """)
    assert len(found.bindings["x"]) == 1
    assert len(scope_named(found, "start").bindings["x"]) == 1


def test_the_whole_file_stands_at_its_start() -> None:
    assert module("x = 1").span == Span(1, 0, 1, 0)
