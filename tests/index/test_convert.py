"""Expressions: the symbolic form of each, what is done with a call's value, and annotations in quotes."""

from __future__ import annotations

import pytest

from async_db_lint.index.build import index
from async_db_lint.index.convert import part
from async_db_lint.index.expressions import (
    NOTHING,
    Attribute,
    Call,
    Comprehension,
    Either,
    Element,
    Expr,
    Join,
    Lambda,
    Literal,
    Mapping,
    Name,
    Not,
    Opaque,
    Part,
    PythonComparison,
    Sequence,
    Slice,
    Span,
    Starred,
    Subscript,
    Template,
    Usage,
)
from async_db_lint.index.scopes import BlockKind, ExitKind
from tests.index.parts import call, expression, function, module

A, B, C = Name("a"), Name("b"), Name("c")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a", A),
        ("a.b", Attribute(A, "b")),
        ("1", Literal(1)),
        ("'a'", Literal("a")),
        ("b'a'", Literal(b"a")),
        ("None", Literal(None)),
        ("...", Literal(...)),
        ("'a' 'b'", Literal("ab")),
        ("'''a\nb'''", Literal("a\nb")),
        ("f'x{a}{b.c!r:>{c}}'", Template((Literal("x"), A, Attribute(B, "c")))),
        ("a + b", Join("Add", A, B)),
        ("a % (b,)", Join("Mod", A, Sequence((B,)))),
        ("a | b | c", Join("BitOr", Join("BitOr", A, B), C)),
        ("a[b]", Subscript(A, B)),
        ("a[b, c]", Subscript(A, Sequence((B, C)))),
        ("[a, *b]", Sequence((A, Starred(B)))),
        ("(a, b)", Sequence((A, B))),
        ("{a, b}", Sequence((A, B))),
        ("()", Sequence(())),
        ("{a: b, **c}", Mapping(((A, B), (None, C)))),
        ("a if b else c", Either((A, C))),
        ("a or b", Either((A, B))),
        ("a and b and c", Either((A, B, C))),
    ],
)
def test_an_expression_has_a_symbolic_form(text: str, wanted: Expr) -> None:
    assert expression(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("-a", Opaque((A,))),
        ("-a.b", Opaque((Attribute(A, "b"),))),
        ("a < b", Opaque((A, B))),
        ("a[b:c]", Subscript(A, Slice((B, C)))),
        ("a[:]", Subscript(A, Slice(()))),
        ("a[b:c, 0]", Subscript(A, Sequence((Slice((B, C)), Literal(0))))),
        ("-1", NOTHING),
        ("~-1", NOTHING),
        ("1 < 2", NOTHING),
        ("a == 1", Opaque((A,))),
    ],
)
def test_anything_else_is_opaque_and_keeps_what_is_inside(text: str, wanted: Expr) -> None:
    assert expression(text) == wanted


def test_a_call_stands_at_its_place_in_bytes() -> None:
    text = """
        x = 'é', f(
            1)
    """
    assert call(text, "f").span == Span(1, 10, 2, 6)


def test_a_call_knows_its_statement_and_its_block() -> None:
    text = """
        if a:
            x = f()
    """
    found = call(text, "f")
    assert found.statement.span == Span(2, 4, 2, 11)
    assert found.statement.keyword == "Assign"
    assert found.block.kind is BlockKind.IF
    assert found.statement.block is found.block


def test_calls_are_noted_from_the_inside_outwards() -> None:
    assert [item.method for item in module("a(b(c()), d()).e()").calls] == ["c", "b", "d", "a", "e"]


def test_an_await_is_noted_with_its_place() -> None:
    scope = function("""
        async def f():
            x = await g()
    """)
    (found,) = scope.awaits
    assert found.span == Span(2, 8, 2, 17)
    assert found.block is scope.body
    assert scope.bindings["x"][0].value == found
    assert isinstance(found.value, Call)


def test_usage_says_what_happens_to_a_calls_value() -> None:
    found = function("""
        async def f():
            statement()
            await awaited()
            async with entered(): pass
            with sync(): pass
            for a in iterated(): pass
            async for b in streamed(): pass
            c = bound()
            outer(argument(), *splat(), x=keyword(), **splats())
            receiver().x
            item()[key()]
            called()()
            d = [element(), *starred()], {entry(): content()}
            if tested(): pass
            left() + right()
            not negated()
            f'{formatted()}'
            (e := walrus())
            await (yield yielded())
            return returned()
    """)
    assert {item.method or "": item.usage for item in found.calls} == {
        "statement": Usage.STATEMENT,
        "awaited": Usage.AWAITED,
        "entered": Usage.ENTERED,
        "sync": Usage.ENTERED_SYNC,
        "iterated": Usage.ITERATED,
        "streamed": Usage.ASYNC_ITERATED,
        "bound": Usage.BOUND,
        "outer": Usage.STATEMENT,
        "argument": Usage.ARGUMENT,
        "splat": Usage.ARGUMENT,
        "keyword": Usage.ARGUMENT,
        "splats": Usage.ARGUMENT,
        "receiver": Usage.RECEIVER,
        "item": Usage.RECEIVER,
        "key": Usage.OTHER,
        "called": Usage.CALLED,
        "": Usage.STATEMENT,
        "element": Usage.ELEMENT,
        "starred": Usage.ELEMENT,
        "entry": Usage.OTHER,
        "content": Usage.ELEMENT,
        "tested": Usage.OTHER,
        "left": Usage.OTHER,
        "right": Usage.OTHER,
        "negated": Usage.OTHER,
        "formatted": Usage.OTHER,
        "walrus": Usage.BOUND,
        "yielded": Usage.YIELDED,
        "returned": Usage.RETURNED,
    }


@pytest.mark.parametrize(
    ("text", "usages"),
    [
        ("x = a() if t() else b()", {"a": Usage.BOUND, "b": Usage.BOUND, "t": Usage.OTHER}),
        ("def f(): return a() or b()", {"a": Usage.RETURNED, "b": Usage.RETURNED}),
        ("async def f(): await (a() or b())", {"a": Usage.AWAITED, "b": Usage.AWAITED}),
        ("lambda: a()", {"a": Usage.RETURNED}),
        ("def f(): yield from a()", {"a": Usage.YIELDED}),
        ("@a()\ndef f(): pass", {"a": Usage.DECORATOR}),
        ("@a()\nclass A(b(), c=d()): pass", {"a": Usage.DECORATOR, "b": Usage.ARGUMENT, "d": Usage.OTHER}),
        ("def f(x=a(), *, y=b()): pass", {"a": Usage.ARGUMENT, "b": Usage.ARGUMENT}),
        ("[a() for x in b() if c()]", {"a": Usage.ELEMENT, "b": Usage.ITERATED, "c": Usage.OTHER}),
        ("{a(): b() for x in c()}", {"a": Usage.OTHER, "b": Usage.ELEMENT, "c": Usage.ITERATED}),
        ("async def f(): [1 async for x in a()]", {"a": Usage.ASYNC_ITERATED}),
    ],
)
def test_usage_goes_through_what_chooses_and_into_what_contains(text: str, usages: dict[str, Usage]) -> None:
    assert {item.method: item.usage for item in module(text).inner_calls()} == usages


def test_a_walrus_is_its_value_and_binds_it() -> None:
    found = module("y = (x := a)")
    assert found.bindings["x"][0].value == found.bindings["y"][0].value == A


def test_a_yield_is_an_exit_and_its_own_value_is_unknown() -> None:
    found = function("""
        def f():
            x = yield a
            y = yield
            z = yield from b
    """)
    assert [(item.kind, item.value) for item in found.exits] == [
        (ExitKind.YIELD, A),
        (ExitKind.YIELD, None),
        (ExitKind.YIELD_FROM, B),
    ]
    assert [found.bindings[name][0].value for name in "xyz"] == [NOTHING] * 3


def test_the_test_of_a_choice_is_kept_aside() -> None:
    found = module("x = a if b else c")
    assert found.bindings["x"][0].value == Either((A, C))
    assert found.loose == [B]


def test_a_lambda_is_a_function_with_one_return() -> None:
    found = module("x = lambda y, *z: (y, a())")
    (inner,) = found.functions
    assert found.bindings["x"][0].value == Lambda(inner)
    assert [item.name for item in inner.parameters] == ["y", "z"]
    assert [item.kind for item in inner.exits] == [ExitKind.RETURN]
    assert [item.method for item in inner.calls] == ["a"]
    assert found.calls == []


def test_the_default_of_a_lambda_belongs_to_the_scope_around() -> None:
    found = module("x = lambda y=a(): y")
    assert [item.method for item in found.calls] == ["a"]
    assert found.functions[0].parameters[0].default is found.calls[0]


# Comprehensions.


@pytest.mark.parametrize(
    "text", ["[f(y) for y in a]", "{f(y) for y in a}", "(f(y) for y in a)", "{1: f(y) for y in a}"]
)
def test_the_names_of_a_comprehension_stay_inside(text: str) -> None:
    found = module(f"x = {text}")
    (element,) = found.calls
    assert found.bindings["x"][0].value == Comprehension(element)
    assert "y" not in found.bindings
    assert element.block.kind is BlockKind.COMPREHENSION
    assert element.block.names == {"y": Element(A, is_async=False)}


def test_the_first_iterable_is_taken_outside_and_the_second_inside() -> None:
    found = module("[1 for a in b() for c in d(a) if e()]")
    kinds = {item.method: item.block.kind for item in found.calls}
    assert kinds == {"b": BlockKind.BODY, "d": BlockKind.COMPREHENSION, "e": BlockKind.COMPREHENSION}
    assert set(found.blocks[0].names) == {"a", "c"}


def test_an_async_comprehension_binds_elements_of_a_stream() -> None:
    (block,) = function("async def f(): return [x async for x in a]").blocks
    assert block.names == {"x": Element(A, is_async=True)}


@pytest.mark.parametrize(
    ("target", "names"),
    [
        ("x, y", {"x": Part(Element(A, is_async=False), 0), "y": Part(Element(A, is_async=False), 1)}),
        ("[x, *y]", {"x": Part(Element(A, is_async=False), None), "y": NOTHING}),
        (
            "x, (y, z)",
            {
                "x": Part(Element(A, is_async=False), 0),
                "y": Part(Part(Element(A, is_async=False), 1), 0),
                "z": Part(Part(Element(A, is_async=False), 1), 1),
            },
        ),
        ("x.y", {}),
        ("x[0]", {}),
    ],
)
def test_a_comprehension_unpacks_its_elements(target: str, names: dict[str, Expr]) -> None:
    (block,) = module(f"[1 for {target} in a]").blocks
    assert block.names == names


def test_what_follows_a_comprehension_is_outside_of_it() -> None:
    assert call("f([1 for x in a], g())", "g").block.kind is BlockKind.BODY


# Parts.


@pytest.mark.parametrize(
    ("expr", "position", "wanted"),
    [
        (Sequence((A, B)), 0, A),
        (Sequence((A, B)), 1, B),
        (Sequence((A, B)), 2, Part(Sequence((A, B)), 2)),
        (Sequence((A, B)), None, Part(Sequence((A, B)), None)),
        (A, 0, Part(A, 0)),
        (Mapping(((A, B),)), 0, Part(Mapping(((A, B),)), 0)),
    ],
)
def test_a_part_is_taken_out_of_a_display_at_once(expr: Expr, position: int | None, wanted: Expr) -> None:
    assert part(expr, position) == wanted


# Annotations.


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("int", Name("int")),
        ("'int'", Name("int")),
        ("' a.b '", Attribute(A, "b")),
        ("'a | None'", Join("BitOr", A, Literal(None))),
        ("'a[b]'", Subscript(A, B)),
        ("a['b']", Subscript(A, Literal("b"))),
        ("None", Literal(None)),
        ("'1'", Literal(1)),
    ],
)
def test_an_annotation_in_quotes_is_the_code_it_holds(text: str, wanted: Expr) -> None:
    found = function(f"def f(x: {text}) -> {text}: y: {text} = 1")
    assert found.parameters[0].annotation == found.returns == found.bindings["y"][0].annotation == wanted


@pytest.mark.parametrize("text", ["'no code'", "''", "'a ='", "'\\0'", "'('"])
def test_an_annotation_in_quotes_that_is_no_code_says_nothing(text: str) -> None:
    found = function(f"def f(x: {text}) -> {text}: pass")
    assert found.parameters[0].annotation is None
    assert found.returns is None


def test_without_an_annotation_there_is_none() -> None:
    found = function("def f(x): pass")
    assert (found.parameters[0].annotation, found.returns) == (None, None)


def test_a_call_in_an_annotation_in_quotes_stands_where_the_quotes_stand() -> None:
    assert call("x: 'Annotated[a, Depends(b)]'", "Depends").span == Span(1, 3, 1, 29)


def test_names_and_attributes_are_mentioned_wherever_they_stand() -> None:
    found = module("x = a.b(c=d['e'])[f:g] if h else -i")
    assert found.mentions == {"x", "a", "b", "d", "f", "g", "h", "i"}


@pytest.mark.parametrize("value", ["*pair, session", "*pair, 1, session", "1, *pair, session"])
def test_what_follows_a_star_has_no_known_position(value: str) -> None:
    module = index("a.py", f"a, b, c = {value}\n".encode())
    parts = [module.bindings[name][0].value for name in "bc"]
    assert all(isinstance(part, Part) for part in parts)


def test_what_stands_before_a_star_has_its_position() -> None:
    module = index("a.py", b"a, b = first, *rest\n")
    assert module.bindings["a"][0].value == Name("first")


def test_what_python_decides_is_kept() -> None:
    assert expression("not a") == Not(Name("a"))
    assert expression("a is not None") == PythonComparison(("IsNot",), (Name("a"), Literal(None)))
    assert expression("a in b") == PythonComparison(("In",), (Name("a"), Name("b")))
    assert expression("1 < a < 5") == PythonComparison(("Lt", "Lt"), (Literal(1), Name("a"), Literal(5)))
    assert expression("a == b") == Opaque((Name("a"), Name("b")))
