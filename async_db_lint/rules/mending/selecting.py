"""Chains on `session.query(…)` written as `select(…)`, by the rule about them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    import libcst as cst

    from async_db_lint.eye import Eye

# Methods of `Query` that statements have too, under which name.
SAME = {name: name for name in (
    "where", "filter_by", "join", "outerjoin", "order_by", "group_by", "having", "limit", "offset", "distinct",
    "options", "with_for_update", "execution_options",
)} | {"filter": "where"}  # fmt: skip
REPEATING = ("join", "outerjoin", "options")  # after which one object may come in several rows
OF_CHANGES = ("where", "filter", "filter_by", "execution_options")


KEYWORD = re.compile(r"\w+\s*=[^=]|\*")


class Step(NamedTuple):
    """One call of a chain: its method and arguments, as they are written."""

    name: str
    args: tuple[str, ...]


class Queried(NamedTuple):
    """Whether one mapped class is queried, rather than columns, and whether loading it repeats rows."""

    is_entity: bool
    is_joined: bool


class Written(NamedTuple):
    """What takes the place of a chain: its code, whether it is to be awaited, and the names it needs."""

    code: str
    is_awaited: bool
    names: tuple[str, ...]


def chain_of(query: cst.Call, eye: Eye) -> tuple[cst.Call, list[Step]]:
    """The calls that follow `session.query(…)` one on the other, and the outermost of them."""
    import libcst as cst

    steps: list[Step] = []
    top = query
    while True:
        attribute = eye.parent(top)
        call = eye.parent(attribute) if isinstance(attribute, cst.Attribute) and attribute.value is top else None
        if not isinstance(attribute, cst.Attribute) or not isinstance(call, cst.Call) or call.func is not attribute:
            return top, steps
        steps.append(Step(attribute.attr.value, tuple(code(item) for item in call.args)))
        top = call
        if steps[-1].name not in SAME:
            return top, steps


def code(argument: cst.Arg) -> str:
    """An argument as it is written, on one line where it was on one."""
    import libcst as cst

    plain = argument.with_changes(comma=cst.MaybeSentinel.DEFAULT, whitespace_after_arg=cst.SimpleWhitespace(""))
    return cst.Module(body=()).code_for_node(plain).strip()


def written(
    session: str, entities: Sequence[str], queried: Queried, steps: Sequence[Step], is_used: bool
) -> Written | None:
    """A chain in 2.0 style; None for what is not known to be the same.

    Takes the session, what is queried as written and of what kind, the calls on it, and whether the result is used.
    """
    is_entity = queried.is_entity
    *middle, last = steps
    if any(step.name not in SAME for step in middle):
        return None
    statement = f"select({', '.join(entities)})" + "".join(f".{SAME[s.name]}({', '.join(s.args)})" for s in middle)
    if last.name == "get" and not middle and is_entity and len(last.args) == 1:
        return Written(f"{session}.get({entities[0]}, {last.args[0]})", True, ())
    if last.name in ("delete", "update"):
        return _change(session, entities, is_entity, middle, last, is_used)
    if last.args:
        return None
    if last.name == "count":
        return Written(
            f"{session}.scalar(select(func.count()).select_from({statement}.subquery()))", True, ("func", "select")
        )
    if last.name == "exists":
        return Written(f"{statement}.exists()", False, ("select",))
    if last.name == "scalar":
        return Written(f"(await {session}.execute({statement})).scalar_one_or_none()", False, ("select",))
    if last.name == "first" and not any(step.name in ("limit", "distinct") for step in middle):
        statement += ".limit(1)"
    if last.name not in ("all", "first", "one", "one_or_none"):
        return None
    method = "scalars" if is_entity else "execute"
    repeats = queried.is_joined or any(step.name in REPEATING for step in middle)
    unique = ".unique()" if is_entity and repeats else ""  # as `Query` did by itself
    return Written(f"(await {session}.{method}({statement})){unique}.{last.name}()", False, ("select",))


def _change(
    session: str, entities: Sequence[str], is_entity: bool, middle: Sequence[Step], last: Step, is_used: bool
) -> Written | None:
    """`delete()` and `update({…})` of a chain."""
    if not is_entity or any(step.name not in OF_CHANGES for step in middle):
        return None
    values = [text for text in last.args if not text.startswith("synchronize_session")]
    options = [text for text in last.args if text.startswith("synchronize_session")]
    if len(values) != (1 if last.name == "update" else 0) or any(KEYWORD.match(text) for text in values):
        return None
    statement = f"{last.name}({entities[0]})"
    statement += "".join(f".{SAME[step.name]}({', '.join(step.args)})" for step in middle)
    statement += f".values({values[0]})" if values else ""
    statement += f".execution_options({options[0].replace(' = ', '=')})" if options else ""
    run = f"{session}.execute({statement})"
    if is_used:
        return Written(f"(await {run}).rowcount", False, (last.name,))
    return Written(run, True, (last.name,))
