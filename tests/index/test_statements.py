"""Statements: what each kind binds, leaves and opens, and where its header ends."""

from __future__ import annotations

import ast
from textwrap import dedent

import pytest

from async_db_lint.index.expressions import Attribute, Call, Element, Enter, Expr, Literal, Name, Span
from async_db_lint.index.scopes import BlockKind, Class, ExitKind, Function, Import
from async_db_lint.index.statements import header_span
from tests.index.parts import call, function, module, scope_named

A, B, C = Name("a"), Name("b"), Name("c")


# Headers.


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("if a: b()", Span(1, 0, 1, 6)),
        ("if a:\n    b()", Span(1, 0, 2, 4)),
        (
            """
            with a:  # why

                b()
            """,
            Span(1, 0, 3, 4),
        ),
        ("@a\ndef f(): pass", Span(1, 0, 2, 9)),
        (
            """
            @a.b(1)
            @c
            class A: pass
            """,
            Span(1, 0, 3, 9),
        ),
        (
            """
            if a:
                @b
                def f(): pass
            """,
            Span(1, 0, 2, 4),
        ),
        ("match a:\n    case 1: pass", Span(1, 0, 2, 9)),
        (
            """
            try:
                a()
            except b: pass
            """,
            Span(1, 0, 2, 4),
        ),
    ],
)
def test_a_header_ends_where_its_body_starts(text: str, span: Span) -> None:
    (node,) = ast.parse(dedent(text).lstrip("\n")).body
    assert header_span(node) == span


def test_the_statement_of_a_function_is_its_header() -> None:
    found = function("""
        @a
        async def f(
            b,
        ):
            return b
    """)
    assert found.statement is not None
    assert found.statement.span == Span(1, 0, 5, 4)
    assert found.statement.keyword == "AsyncFunctionDef"
    assert found.span == Span(2, 0, 5, 12)


# Functions and classes.


def test_a_function_is_bound_and_listed_with_what_its_header_says() -> None:
    found = module("""
        @a
        @b(1)
        async def f(x: a = b) -> c: pass
    """)
    (made,) = found.functions
    assert found.bindings["f"][0].value is made
    assert made.is_async
    assert made.decorators == (A, found.calls[0])
    assert made.returns == C
    assert not function("def f(): pass").is_async


def test_what_a_header_calls_belongs_to_the_scope_around() -> None:
    found = module("""
        @a()
        def f(x=b()):
            c()
    """)
    assert [item.method for item in found.calls] == ["a", "b"]
    assert [item.method for item in found.functions[0].calls] == ["c"]


def test_a_class_is_bound_and_listed_with_what_its_header_says() -> None:
    found = module("""
        @a
        class A(a.b, metaclass=M, **c):
            x = 1
            def f(self): pass
            class Meta: pass
    """)
    (made,) = found.classes
    assert found.bindings["A"][0].value is made
    assert made.bases == (Attribute(A, "b"),)
    assert made.keywords == (("metaclass", Name("M")), ("**", C))
    assert made.decorators == (A,)
    assert set(made.bindings) == {"x", "f", "Meta"}
    assert [item.name for item in (*made.functions, *made.classes)] == ["f", "Meta"]


def test_what_follows_a_definition_stands_where_the_definition_does() -> None:
    found = module("""
        if a:
            def f():
                with b: pass
            c()
    """)
    (after,) = found.calls
    assert after.block.kind is BlockKind.IF
    assert after.block.scope is found


# Blocks.


@pytest.mark.parametrize(
    ("text", "kind", "heads"),
    [
        ("if a: f()", BlockKind.IF, (A,)),
        ("while a: f()", BlockKind.WHILE, (A,)),
        ("for x in a: f()", BlockKind.FOR, (A,)),
        ("async def g():\n    async for x in a: f()", BlockKind.ASYNC_FOR, (A,)),
        ("with a as x: f()", BlockKind.WITH, (A,)),
        ("async def g():\n    async with a: f()", BlockKind.ASYNC_WITH, (A,)),
        ("try: f()\nfinally: pass", BlockKind.TRY, ()),
        ("try: pass\nfinally: f()", BlockKind.FINALLY, ()),
        ("try: pass\nexcept a: f()", BlockKind.EXCEPT, (A,)),
        ("try: pass\nexcept: f()", BlockKind.EXCEPT, ()),
        ("try: pass\nexcept* a: f()", BlockKind.EXCEPT, (A,)),
        ("match a:\n    case 1: f()", BlockKind.CASE, (A,)),
        ("if a: pass\nelse: f()", BlockKind.ELSE, (A,)),
        ("for x in a: pass\nelse: f()", BlockKind.ELSE, ()),
        ("while a: pass\nelse: f()", BlockKind.ELSE, ()),
        ("if __name__ == '__main__': f()", BlockKind.MAIN_GUARD, None),
        ("if TYPE_CHECKING: f()", BlockKind.TYPE_CHECKING, None),
        ("if typing.TYPE_CHECKING: f()", BlockKind.TYPE_CHECKING, None),
        ("f()", BlockKind.BODY, ()),
        (
            """
            try: pass
            except a: pass
            else: f()
            """,
            BlockKind.TRY_ELSE,
            (),
        ),
    ],
)
def test_a_statement_opens_a_block_with_what_stands_at_its_head(
    text: str, kind: BlockKind, heads: tuple[Expr, ...] | None
) -> None:
    block = call(text, "f").block
    assert block.kind is kind
    if heads is not None:
        assert block.heads == heads


@pytest.mark.parametrize(
    "test",
    ["not TYPE_CHECKING", "__name__ == 'other'", "'__main__' == name", "__name__", "TYPE_CHECKING or a", "a.TYPE"],
)
def test_a_condition_that_resembles_a_guard_is_a_condition(test: str) -> None:
    found = module(f"if {test}: f()")
    assert found.calls[0].block.kind is BlockKind.IF
    assert not found.has_main_guard


def test_a_file_with_a_main_guard_says_so_wherever_it_stands() -> None:
    assert module("if __name__ == '__main__': f()").has_main_guard
    assert module("with a:\n    if __name__ == '__main__': f()").has_main_guard
    assert not module("f()").has_main_guard


def test_all_blocks_of_one_statement_share_its_opener() -> None:
    found = module("""
        try:
            a()
        except E:
            b()
        else:
            c()
        finally:
            d()
    """)
    openers = {id(item.block.opener) for item in found.calls}
    assert len(openers) == 1
    assert found.calls[0].block.opener is not None
    assert found.calls[0].block.opener.keyword == "Try"


@pytest.mark.parametrize("text", ["if a: f()", "for x in a: f()", "while a: f()", "with a: f()"])
def test_a_branch_that_is_not_written_is_no_block(text: str) -> None:
    assert len(module(text).blocks) == 1


def test_an_elif_is_an_if_inside_of_an_else() -> None:
    found = module("""
        if a: f()
        elif g(): h()
        else: i()
    """)
    blocks = {item.method: [block.kind for block in item.block.outward()] for item in found.calls}
    assert blocks == {
        "f": [BlockKind.IF, BlockKind.BODY],
        "g": [BlockKind.ELSE, BlockKind.BODY],
        "h": [BlockKind.IF, BlockKind.ELSE, BlockKind.BODY],
        "i": [BlockKind.ELSE, BlockKind.ELSE, BlockKind.BODY],
    }
    by_name = {item.method: item for item in found.calls}
    assert by_name["g"].statement.keyword == "elif"
    assert by_name["g"].statement.span == Span(2, 0, 2, 10)
    assert by_name["h"].block.opener is by_name["i"].block.opener is by_name["g"].statement
    assert by_name["f"].block.opener is by_name["g"].block.opener is not by_name["h"].block.opener


def test_an_if_in_an_else_is_no_elif() -> None:
    found = call(
        """
        if a: pass
        else:
            if f(): pass
        """,
        "f",
    )
    assert found.statement.keyword == "If"


def test_what_follows_a_statement_stands_outside_of_its_blocks() -> None:
    text = """
        if a:
            pass
        elif b:
            pass
        with c:
            pass
        for d in e:
            pass
        f()
    """
    assert call(text, "f").block.kind is BlockKind.BODY


def test_each_item_of_a_with_is_a_block_in_the_one_before() -> None:
    scope = function("""
        async def f():
            async with a as x, b(x) as y: c()
    """)
    first, second = scope.blocks
    assert (first.kind, second.kind) == (BlockKind.ASYNC_WITH, BlockKind.ASYNC_WITH)
    assert second.parent is first
    assert {item.method: item.block for item in scope.calls} == {"b": first, "c": second}
    assert first.opener is second.opener


# What is bound.


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("with a as x: pass", Enter(A, is_async=False)),
        ("async with a as x: pass", Enter(A, is_async=True)),
        ("for x in a: pass", Element(A, is_async=False)),
        ("async for x in a: pass", Element(A, is_async=True)),
    ],
)
def test_with_and_for_bind_what_they_enter_and_iterate(text: str, wanted: Expr) -> None:
    scope = function(f"async def f():\n    {text}")
    assert scope.bindings["x"][0].value == wanted


def test_what_an_except_catches_is_bound_to_something_unknown() -> None:
    found = module("try: pass\nexcept a as x: pass").bindings["x"]
    assert [item.value for item in found] == [None]
    assert "x" not in module("try: pass\nexcept x: pass").bindings


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("x", {"x"}),
        ("[x, *y]", {"x", "y"}),
        ("{'k': x, **y}", {"x", "y"}),
        ("A(x, y=z)", {"x", "z"}),
        ("1 | 2 as x", {"x"}),
        ("_", set()),
        ("*_, 1", set()),
        ("A.b", set()),
        ("1", set()),
        ("None", set()),
    ],
)
def test_a_pattern_binds_its_names_to_something_unknown(pattern: str, names: set[str]) -> None:
    found = module(f"match a:\n    case {pattern}: pass").bindings
    assert set(found) == names
    assert {item.value for items in found.values() for item in items} <= {None}


def test_the_subject_and_the_guard_of_a_match_are_kept_aside() -> None:
    found = module("""
        match a:
            case 1 if b: pass
            case 2 if f(): pass
    """)
    assert found.loose == [A, B]
    assert found.calls[0].block.kind is BlockKind.BODY


@pytest.mark.parametrize(
    ("text", "name", "wanted"),
    [
        ("import a", "a", Import("a", None, 0)),
        ("import a.b.c", "a", Import("a", None, 0)),
        ("import a.b as c", "c", Import("a.b", None, 0)),
        ("from a.b import c", "c", Import("a.b", "c", 0)),
        ("from a import b as c", "c", Import("a", "b", 0)),
        ("from . import a", "a", Import("", "a", 1)),
        ("from ..a import b as c", "c", Import("a", "b", 2)),
    ],
)
def test_an_import_binds_one_name(text: str, name: str, wanted: Import) -> None:
    assert {name: item[0].value for name, item in module(text).bindings.items()} == {name: wanted}


def test_imports_are_listed_with_their_whole_names_wherever_they_stand() -> None:
    found = module("""
        import a.b, c
        def f():
            from d import e, g
        from h import *
    """)
    star = Import("h", "*", 0)
    assert found.imports == [
        Import("a.b", None, 0),
        Import("c", None, 0),
        Import("d", "e", 0),
        Import("d", "g", 0),
        star,
    ]
    assert found.stars == [star]
    assert set(found.functions[0].bindings) == {"e", "g"}
    assert set(found.bindings) == {"a", "c", "f"}


def test_imported_names_are_mentioned_by_the_name_that_they_have_there() -> None:
    assert module("import a.b as c").mentions == {"a.b"}
    assert module("from a import b as c").mentions == {"b"}
    assert module("from a import *").mentions == set()


# What is left.


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("return a", ExitKind.RETURN, A),
        ("return", ExitKind.RETURN, None),
        ("return None", ExitKind.RETURN, Literal(None)),
        ("raise a", ExitKind.RAISE, A),
        ("raise", ExitKind.RAISE, None),
        ("yield a", ExitKind.YIELD, A),
    ],
)
def test_an_exit_has_its_kind_and_its_value(text: str, kind: ExitKind, value: Expr | None) -> None:
    (found,) = function(f"def f():\n    {text}").exits
    assert (found.kind, found.value) == (kind, value)


def test_exits_know_their_blocks() -> None:
    scope = function("""
        def f():
            for a in b:
                if c: break
                continue
            return a
    """)
    assert [(item.kind, item.block.kind) for item in scope.exits] == [
        (ExitKind.BREAK, BlockKind.IF),
        (ExitKind.CONTINUE, BlockKind.FOR),
        (ExitKind.RETURN, BlockKind.BODY),
    ]


def test_the_cause_of_a_raise_is_kept_aside() -> None:
    scope = function("def f(): raise a from b")
    assert [item.value for item in scope.exits] == [A]
    assert scope.loose == [B]


def test_exits_of_an_inner_function_are_its_own() -> None:
    found = module("""
        def f():
            def g(): return a
    """)
    assert scope_named(found, "f").exits == []
    assert len(scope_named(found, "g").exits) == 1


@pytest.mark.parametrize(("text", "kind"), [("def x(): pass", Function), ("class x: pass", Class), ("x = f()", Call)])
def test_a_definition_is_bound_as_what_it_is(text: str, kind: type) -> None:
    assert type(module(text).bindings["x"][0].value) is kind
