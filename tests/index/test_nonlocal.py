"""`nonlocal`: what an inner function binds belongs to the function around it."""

from __future__ import annotations

from textwrap import dedent

import pytest

from async_db_lint.index.build import index
from async_db_lint.index.scopes import Module, Scope


def built(text: str) -> Module:
    return index("app.py", dedent(text).encode())


def scope_named(module: Module, name: str) -> Scope:
    return next(scope for scope in module.inner() if scope.name == name)


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
    ],
)
def test_a_binding_belongs_to_the_function_around(inner: str) -> None:
    module = built(f"""
        async def outer():
            x = None
            async def start():
                nonlocal x
                {inner}
    """)
    assert len(scope_named(module, "outer").bindings["x"]) == 2
    assert "x" not in scope_named(module, "start").bindings
    assert [item.name for item in scope_named(module, "start").bound_outside] == ["x"]


def test_the_nearest_function_that_binds_the_name_is_meant() -> None:
    module = built("""
        def outer():
            x = 1
            def middle():
                class Keeper:
                    def inner(self):
                        nonlocal x
                        x = 2
    """)
    assert len(scope_named(module, "outer").bindings["x"]) == 2
    assert all("x" not in scope_named(module, name).bindings for name in ("middle", "Keeper", "inner"))


def test_the_binding_of_the_function_around_may_follow() -> None:
    module = built("""
        def outer():
            def start():
                nonlocal x
                x = 2
            x = 1
    """)
    first, second = scope_named(module, "outer").bindings["x"]
    assert first.block.scope.name == "start"
    assert second.block.scope.name == "outer"


def test_a_name_that_no_function_binds_stays_where_it_is() -> None:
    module = built("""
        x = 1
        def start():
            nonlocal x
            x = 2
    """)
    assert len(module.bindings["x"]) == 1
    assert len(scope_named(module, "start").bindings["x"]) == 1
