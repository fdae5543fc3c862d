"""One file's index: what is bound, called and left where."""

from __future__ import annotations

import pytest

from async_db_lint.index.build import index
from async_db_lint.index.expressions import (
    Attribute,
    Await,
    Call,
    Comprehension,
    Either,
    Element,
    Enter,
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
    Usage,
    children,
    walk,
)
from async_db_lint.index.scopes import BlockKind, ExitKind, Function, Import, Module


def module(text: str) -> Module:
    return index("app.py", text.encode())


def function(text: str) -> Function:
    return module(text).functions[0]


def usages(text: str) -> dict[str, Usage]:
    return {call.method or "": call.usage for scope in module(text).inner() for call in scope.calls}


def test_usage_says_what_happens_to_a_calls_value() -> None:
    found = usages(
        "async def f():\n"
        "    statement()\n"
        "    await awaited()\n"
        "    async with entered(): pass\n"
        "    with sync(): pass\n"
        "    for a in iterated(): pass\n"
        "    async for b in streamed(): pass\n"
        "    c = bound()\n"
        "    outer(argument())\n"
        "    receiver().x\n"
        "    called()()\n"
        "    d = [element()]\n"
        "    if tested(): pass\n"
        "    return returned()\n"
    )
    assert found == {
        "statement": Usage.STATEMENT,
        "awaited": Usage.AWAITED,
        "entered": Usage.ENTERED,
        "sync": Usage.ENTERED_SYNC,
        "iterated": Usage.ITERATED,
        "streamed": Usage.ASYNC_ITERATED,
        "bound": Usage.BOUND,
        "outer": Usage.STATEMENT,
        "argument": Usage.ARGUMENT,
        "receiver": Usage.RECEIVER,
        "called": Usage.CALLED,
        "": Usage.STATEMENT,
        "element": Usage.ELEMENT,
        "tested": Usage.OTHER,
        "returned": Usage.RETURNED,
    }


def test_yielded_decorating_and_optional_calls() -> None:
    found = usages("@deco()\ndef f():\n    yield y()\n    x = a() if t() else b()\n    return c() or d()\n")
    assert found["deco"] is Usage.DECORATOR
    assert found["y"] is Usage.YIELDED
    assert found["a"] is found["b"] is Usage.BOUND
    assert found["c"] is found["d"] is Usage.RETURNED


def test_bindings_hold_symbolic_values() -> None:
    found = module(
        "a = b.c\n"
        "d, (e, *f) = g\n"
        "h = f'x{a}'\n"
        "i = 'p' + a\n"
        "j = {'k': a, **b}\n"
        "l = [*a]\n"
        "m = b[a]\n"
        "if (n := a): pass\n"
        "o: int\n"
        "p += 1\n"
    ).bindings
    values = {name: items[-1].value for name, items in found.items()}
    assert values["a"] == Attribute(Name("b"), "c")
    assert values["d"] == Part(Name("g"), 0)
    assert values["e"] == Part(Part(Name("g"), 1), None)
    assert values["h"] == Template((Literal("x"), Name("a")))
    assert values["i"] == Join("Add", Literal("p"), Name("a"))
    assert values["j"] == Mapping(((Literal("k"), Name("a")), (None, Name("b"))))
    assert values["l"] == Sequence((Starred(Name("a")),))
    assert values["m"] == Subscript(Name("b"), Name("a"))
    assert values["n"] == Name("a")
    assert values["o"] is None
    assert values["p"] == Join("Add", Name("p"), Literal(1))


def test_a_display_is_unpacked_at_once() -> None:
    assert module("a, b = c, d").bindings["b"][0].value == Name("d")


def test_with_and_for_bind_what_they_enter_and_iterate() -> None:
    scope = function("async def f():\n    async with a as b, c as d:\n        for e in b: pass\n")
    assert scope.bindings["b"][0].value == Enter(Name("a"), is_async=True)
    assert scope.bindings["e"][0].value == Element(Name("b"), is_async=False)
    assert [block.kind for block in scope.blocks] == [BlockKind.ASYNC_WITH, BlockKind.ASYNC_WITH, BlockKind.FOR]


def test_comprehension_names_stay_inside() -> None:
    found = module("rows = [f(x) for x in y if x]\n")
    assert "x" not in found.bindings
    value = found.bindings["rows"][0].value
    assert isinstance(value, Comprehension)
    assert isinstance(value.element, Call)
    assert value.element.block.names == {"x": Element(Name("y"), is_async=False)}


def test_dict_comprehension_and_lambda() -> None:
    found = module("a = {k: v(k) for k in x}\nb = lambda y=1: z(y)\n")
    assert isinstance(found.bindings["a"][0].value, Comprehension)
    inner = found.functions[0]
    assert inner.name == "<lambda>"
    assert inner.exits[0].kind is ExitKind.RETURN
    assert inner.parameters[0].default == Literal(1)


def test_blocks_of_if_try_and_match() -> None:
    scope = function(
        "def f():\n"
        "    if a: b()\n"
        "    elif c(): d()\n"
        "    else: e()\n"
        "    try: g()\n"
        "    except h: i()\n"
        "    else: j()\n"
        "    finally: k()\n"
        "    while l: m()\n"
        "    match n:\n"
        "        case {'x': o, **p} if q(): r()\n"
    )
    kinds = {call.method: call.block.kind for call in scope.calls}
    assert kinds == {
        "b": BlockKind.IF,
        "c": BlockKind.ELSE,
        "d": BlockKind.IF,
        "e": BlockKind.ELSE,
        "g": BlockKind.TRY,
        "i": BlockKind.EXCEPT,
        "j": BlockKind.TRY_ELSE,
        "k": BlockKind.FINALLY,
        "m": BlockKind.WHILE,
        "q": BlockKind.BODY,
        "r": BlockKind.CASE,
    }
    assert "p" in scope.bindings
    assert next(call for call in scope.calls if call.method == "c").statement.keyword == "elif"


def test_guards() -> None:
    found = module("if TYPE_CHECKING:\n    import a\nif __name__ == '__main__':\n    b()\n")
    assert found.has_main_guard
    assert [block.kind for block in found.blocks] == [BlockKind.TYPE_CHECKING, BlockKind.MAIN_GUARD]


def test_imports() -> None:
    found = module("import a.b\nimport c.d as e\nfrom ..f import g as h\nfrom i import *\n")
    assert found.bindings["a"][0].value == Import("a", None, 0)
    assert found.bindings["e"][0].value == Import("c.d", None, 0)
    assert found.bindings["h"][0].value == Import("f", "g", 2)
    assert found.stars == [Import("i", "*", 0)]


def test_functions_and_classes() -> None:
    found = module(
        "class A(B, metaclass=M):\n"
        "    async def f(self, a: 'int', /, b=1, *c, d, **e) -> 'C':\n"
        "        self.x = a\n"
        "        self.y[0] = a\n"
        "        yield a\n"
    )
    cls = found.classes[0]
    assert cls.bases == (Name("B"),)
    assert cls.keywords == (("metaclass", Name("M")),)
    method = cls.functions[0]
    assert method.is_async
    assert method.is_generator
    assert method.owner is cls
    assert [(item.name, item.kind.value) for item in method.parameters] == [
        ("self", "positional"),
        ("a", "positional"),
        ("b", "positional"),
        ("c", "*"),
        ("d", "keyword only"),
        ("e", "**"),
    ]
    assert method.parameters[1].annotation == Name("int")
    assert method.returns == Name("C")
    assert [(item.owner, item.name) for item in method.targets] == [
        (Name("self"), "x"),
        (Attribute(Name("self"), "y"), ""),
    ]
    assert method.module is found
    assert method.parameter("b") is method.parameters[2]


def test_global_names_are_bound_in_the_module() -> None:
    found = module("def f():\n    global engine\n    engine = make()\n")
    assert "engine" in found.bindings
    assert "engine" not in found.functions[0].bindings


def test_header_ends_where_the_body_starts() -> None:
    found = module("@a\nasync def f(\n    b,\n):\n    return b\n")
    statement = found.functions[0].statement
    assert statement is not None
    assert statement.span == (1, 0, 5, 4)


def test_exits_and_awaits() -> None:
    scope = function("async def f():\n    for a in b:\n        break\n    await c\n    raise d from e\n")
    assert [item.kind.value for item in scope.exits] == ["break", "raise"]
    assert scope.awaits[0].value == Name("c")


def test_arguments_of_a_call() -> None:
    call = module("f(a, *b, c, d=1, **e)").calls[0]
    assert call.positional == (Name("a"),)
    assert call.keyword("d") == Literal(1)
    assert call.argument("x", 0) == Name("a")
    assert call.argument("x", 1) is None
    assert call.splats == (Name("e"),)


def test_walk_reaches_every_expression() -> None:
    value = module("x = f(a[b], (c or d), f'{e}', [g], {h: i}, -j, [k for k in l])\n").bindings["x"][0].value
    assert isinstance(value, Call)
    names = {item.name for item in walk(value) if isinstance(item, Name)}
    assert names == {"f", "a", "b", "c", "d", "e", "g", "h", "i", "j", "k"}
    assert children(Either((Name("a"),))) == (Name("a"),)
    assert children(Await(Name("a"), call_span(), value.statement, value.block)) == (Name("a"),)


def call_span() -> Span:
    return module("f()").calls[0].span


def test_annotations_in_quotes_that_are_no_code_say_nothing() -> None:
    assert function("def f(a: 'no code'): pass").parameters[0].annotation is None


@pytest.mark.parametrize("text", ["def f(:", "a = \0", "(" * 300 + ")" * 300])
def test_what_cpython_refuses_is_refused(text: str) -> None:
    with pytest.raises((SyntaxError, ValueError, RecursionError, MemoryError)):
        module(text)
