"""Statements that only ask whether the database answers."""

from __future__ import annotations

import re

from async_db_lint.index.expressions import Call, Literal

PROBE = re.compile(r"\s*select\s+(1|now\(\)|version\(\))\s*+;?\s*+", re.IGNORECASE)


def is_probe(call: Call) -> bool:
    """Whether the text that a call is given is a probe, such as `SELECT 1`."""
    text = call.argument("text", 0)
    return isinstance(text, Literal) and isinstance(text.value, str) and PROBE.fullmatch(text.value) is not None
