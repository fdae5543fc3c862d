"""The default of a setting: an attribute of a settings class that the code gives a literal value."""

from __future__ import annotations

from async_db_lint.index.expressions import Attribute, Call, Expr, Literal
from async_db_lint.index.scopes import Class, is_expression
from async_db_lint.project.inference import attributes
from async_db_lint.project.inference.protocol import Inference
from async_db_lint.project.names.places import Place
from async_db_lint.project.names.values import Kind


def default_of(inference: Inference, expr: Expr, place: Place) -> Literal | None:
    """The literal that `settings.name` is when nothing sets it; None when that is not known."""
    owner = inference.value(expr.value, place) if isinstance(expr, Attribute) else None
    if owner is None or owner.kind is not Kind.OBJECT or not isinstance(owner.definition, Class):
        return None
    for cls in attributes.ancestry(inference, owner.definition):
        bindings = cls.bindings.get(expr.name, []) if isinstance(cls, Class) and isinstance(expr, Attribute) else []
        value = bindings[-1].value if bindings else None
        if isinstance(value, Call) and value.method == "Field":
            value = value.argument("default", 0)
        if value is not None:
            return value if is_expression(value) and isinstance(value, Literal) else None
    return None
