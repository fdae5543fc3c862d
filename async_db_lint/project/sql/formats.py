"""Texts with slots, and what fills them: `%` and `format()`."""

from __future__ import annotations

import re
from itertools import count
from string import Formatter

from async_db_lint.index.expressions import Call, Expr, Literal, Mapping, Sequence
from async_db_lint.project.names.places import Place
from async_db_lint.project.sql.assembled import Assembled, joined, piece_of

SLOT = re.compile(r"%(?:\((?P<name>\w+)\))?(?P<kind>[-#0-9. +]*[sdrifx]|%)")


def interpolated(template: Assembled, values: Expr, place: Place) -> Assembled | None:
    """What `template % values` gives; None where the template has pieces itself."""
    if template.pieces:
        return None
    positional = iter(values.items if isinstance(values, Sequence) else (values,))
    named = {key.value: value for key, value in values.items if isinstance(key, Literal)} if isinstance(
        values, Mapping
    ) else {}  # fmt: skip
    parts: list[Assembled] = []
    end = 0
    for slot in SLOT.finditer(template.text):
        parts.append(Assembled(template.text[end : slot.start()]))
        end = slot.end()
        if slot["kind"] == "%":
            parts.append(Assembled("%"))
            continue
        value = named.get(slot["name"]) if slot["name"] else next(positional, None)
        parts.append(Assembled("x") if value is None else piece_of(value, place))
    return joined([*parts, Assembled(template.text[end:])])


def formatted(template: Assembled, call: Call, place: Place) -> Assembled | None:
    """What `template.format(…)` gives; None where the template has pieces itself, or is none."""
    if template.pieces:
        return None
    number = count()
    parts: list[Assembled] = []
    try:
        for text, slot, _, _ in Formatter().parse(template.text):
            parts.append(Assembled(text))
            if slot is not None:
                root = re.split(r"[.\[]", slot)[0]
                value = _filling(call, root if root else str(next(number)))
                parts.append(Assembled("x") if value is None else piece_of(value, place))
    except ValueError:
        return None
    return joined(parts)


def _filling(call: Call, root: str) -> Expr | None:
    """The argument that fills a slot, by its number or its name."""
    if not root.isdigit():
        return call.keyword(root)
    positional = call.positional
    return positional[int(root)] if int(root) < len(positional) else None
