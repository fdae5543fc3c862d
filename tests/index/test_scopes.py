"""Scopes and blocks: what stands in what, and what a function or a module says of itself."""

from __future__ import annotations

import pytest

from async_db_lint.index.expressions import Literal, Name
from async_db_lint.index.scopes import (
    CONDITIONS,
    LOOPS,
    BlockKind,
    Bound,
    Import,
    Parameter,
    ParameterKind,
    is_expression,
)
from tests.index.parts import call, function, module, scope_named

NESTED = """
    def outer():
        for a in b:
            with c:
                here()
                def inner():
                    if d:
                        there()
"""


def test_blocks_lead_outward_to_the_body_of_their_scope() -> None:
    assert [block.kind for block in call(NESTED, "here").block.outward()] == [
        BlockKind.WITH,
        BlockKind.FOR,
        BlockKind.BODY,
    ]
    assert [block.kind for block in call(NESTED, "there").block.outward()] == [BlockKind.IF, BlockKind.BODY]


@pytest.mark.parametrize(
    ("name", "kinds", "wanted"),
    [
        ("here", LOOPS, True),
        ("here", frozenset({BlockKind.WITH}), True),
        ("here", frozenset({BlockKind.BODY}), True),
        ("here", CONDITIONS, False),
        ("here", frozenset(), False),
        ("there", CONDITIONS, True),
        ("there", LOOPS, False),
    ],
)
def test_a_block_is_inside_another_within_its_scope_only(name: str, kinds: frozenset[BlockKind], wanted: bool) -> None:
    assert call(NESTED, name).block.inside(kinds) is wanted


def test_a_block_is_within_itself_and_those_around_it() -> None:
    block = call(NESTED, "here").block
    assert block.parent is not None
    assert block.within(block)
    assert block.within(block.parent)
    assert block.within(block.scope.body)
    assert not block.parent.within(block)
    assert not block.within(call(NESTED, "here").block)  # of a second index of the same text


def test_inner_scopes_come_with_the_scope_itself_first() -> None:
    found = module("""
        class A:
            def f(self): pass
        def g():
            class B: pass
            lambda: 1
    """)
    names = [scope.name for scope in found.inner()]
    assert names[0] == "app.py"
    assert sorted(names) == ["<lambda>", "A", "B", "app.py", "f", "g"]
    assert [scope.name for scope in scope_named(found, "A").inner()] == ["A", "f"]


def test_inner_calls_are_those_of_all_scopes_inside() -> None:
    found = module("""
        a()
        def f():
            b(lambda: c())
        class A:
            d()
    """)
    assert sorted(item.method or "" for item in found.inner_calls()) == ["a", "b", "c", "d"]
    assert sorted(item.method or "" for item in scope_named(found, "f").inner_calls()) == ["b", "c"]


def test_every_scope_knows_its_module_and_what_is_around_it() -> None:
    found = module("""
        class A:
            def f(self): pass
    """)
    (method,) = found.classes[0].functions
    assert method.module is found.classes[0].module is found.module is found
    assert method.parent is found.classes[0]
    assert found.parent is None
    assert method.path == "app.py"


def test_scopes_with_the_same_text_are_two() -> None:
    first, second = module("""
        def f(): pass
        def f(): pass
    """).functions
    assert first != second


def test_a_method_has_an_owner_and_other_functions_have_none() -> None:
    found = module("""
        class A:
            def method(self):
                def inner(): pass
        def free(): pass
    """)
    owners = {scope.name: scope.owner for scope in found.inner() if hasattr(scope, "owner")}
    assert owners == {"method": found.classes[0], "inner": None, "free": None}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("def f(): yield", True),
        ("def f(): yield 1", True),
        ("def f(): x = yield", True),
        ("def f(): yield from x", True),
        ("def f():\n    if a: yield", True),
        ("def f(): return 1", False),
        ("def f(): return lambda: (yield)", False),
        ("def f():\n    def g(): yield", False),
    ],
)
def test_a_generator_yields_in_its_own_body(text: str, wanted: bool) -> None:
    assert function(text).is_generator is wanted


@pytest.mark.parametrize(("text", "wanted"), [("lambda: 1", True), ("def f(): pass", False)])
def test_a_lambda_is_a_function_without_a_name(text: str, wanted: bool) -> None:
    assert function(text).is_lambda is wanted


def test_a_parameter_is_found_by_its_name() -> None:
    found = function("def f(a, /, b, *c, d, **e): g = 1")
    assert [found.parameter(name) for name in "abcde"] == [*found.parameters]
    assert found.parameter("g") is None


def test_binding_statements_are_those_of_all_scopes_by_their_positions() -> None:
    found = module("""
        x = 1
        call()
        def f():
            y = 2
            call()
    """)
    statements = found.binding_statements
    assert [(index, statements[index].keyword) for index in sorted(statements)] == [
        (1, "Assign"),
        (3, "FunctionDef"),
        (4, "Assign"),
    ]
    assert module("call()").binding_statements == {}


@pytest.mark.parametrize(
    ("bound", "wanted"),
    [
        (Name("a"), True),
        (Literal(None), True),
        (call("f()", "f"), True),
        (None, False),
        (Import("a", None, 0), False),
        (Parameter("a", None, None, ParameterKind.POSITIONAL, 0), False),
        (function("def f(): pass"), False),
        (module("class A: pass").classes[0], False),
    ],
)
def test_an_expression_is_no_definition_import_or_parameter(bound: Bound | None, wanted: bool) -> None:
    assert is_expression(bound) is wanted
