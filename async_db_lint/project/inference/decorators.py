"""What decorators make of a function."""

from __future__ import annotations

from async_db_lint.index.expressions import Call, Expr
from async_db_lint.index.scopes import Function
from async_db_lint.project.inference.hints import is_named
from async_db_lint.project.inference.parameters import declared_at
from async_db_lint.project.inference.protocol import Inference
from async_db_lint.project.names.values import Kind, Value

# Decorators after which a function is still called with the same arguments and gives the same.
TRANSPARENT = frozenset(
    """
    abc.abstractmethod builtins.classmethod builtins.staticmethod builtins.property
    functools.cached_property functools.cache functools.lru_cache functools.wraps typing.final
    typing.no_type_check typing.overload typing.override typing_extensions.override
    typing_extensions.deprecated async_lru.alru_cache tenacity.retry
    dependency_injector.wiring.inject dishka.integrations.fastapi.inject
    fastapi_cache.decorator.cache
    """.split()
)
ROUTERS = ("starlette.Starlette", "starlette.Router")
"""The classes whose objects take routes: applications and routers."""


def shape_of(inference: Inference, function: Function) -> Kind | None:
    """FUNCTION when decorators change nothing, a manager's kind under `contextlib`, None when it is not known."""
    shape = Kind.FUNCTION
    for decorator in function.decorators:
        value = decorator_value(inference, function, decorator)
        name = inference.library_name(value)
        if name == "contextlib.asynccontextmanager":
            shape = Kind.ASYNC_MANAGER
        elif name == "contextlib.contextmanager":
            shape = Kind.MANAGER
        elif name not in TRANSPARENT and not is_router_method(inference, value):
            if not _is_said_to_be_safe(inference, function, decorator):
                return None
    return shape


def _is_said_to_be_safe(inference: Inference, function: Function, decorator: Expr) -> bool:
    expr = decorator.callee if isinstance(decorator, Call) else decorator
    return is_named(inference, expr, declared_at(function), inference.hints.decorators)


def decorator_value(inference: Inference, function: Function, decorator: Expr) -> Value | None:
    """What a decorator is, without the arguments that it is called with."""
    expr = decorator.callee if isinstance(decorator, Call) else decorator
    return inference.value(expr, declared_at(function))


def is_router_method(inference: Inference, value: Value | None) -> bool:
    """Whether a decorator is a method of an application or router: `@router.get(…)`, `@app.on_event(…)`."""
    owner = value.inner if value is not None and value.kind is Kind.METHOD else None
    return inference.is_a(owner, *ROUTERS)


# Decorators that keep the first result.
CACHES = frozenset({"functools.lru_cache", "functools.cache", "functools.cached_property", "async_lru.alru_cache"})


def is_cached(inference: Inference, function: Function) -> bool:
    """Whether a decorator keeps a function's first result."""
    return any(
        inference.library_name(decorator_value(inference, function, item)) in CACHES for item in function.decorators
    )
