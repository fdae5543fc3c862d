"""Chains on `session.query(…)` written as `select(…)`."""

from __future__ import annotations

import re
from typing import NamedTuple

from async_db_lint.fixes.nodes.awaiting import awaited
from async_db_lint.fixes.nodes.walk import code_of
from async_db_lint.rule import Change, Fixer, Needed, Safety, Syntax, cst

# Methods of `Query` that statements have too, under which name.
SAME = {name: name for name in (
    "where", "filter_by", "join", "outerjoin", "order_by", "group_by", "having", "limit", "offset", "distinct",
    "options", "with_for_update", "execution_options",
)} | {"filter": "where"}  # fmt: skip
REPEATING = ("join", "outerjoin", "options")  # after which one object may come in several rows
OF_CHANGES = ("where", "filter", "filter_by", "execution_options")


KEYWORD = re.compile(r"\w+\s*=[^=]|\*")


class ChainCall(NamedTuple):
    """One call of a chain: its method and arguments, as they are written."""

    name: str
    args: tuple[str, ...]


class Chain(NamedTuple):
    """A chain as it is written: the session, what is queried, the calls on it, and whether its result is used."""

    session: str
    entities: tuple[str, ...]
    steps: tuple[ChainCall, ...]
    is_used: bool


class Queried(NamedTuple):
    """Whether one mapped class is queried, rather than columns, and whether loading it repeats rows."""

    is_entity: bool
    is_joined: bool


class Written(NamedTuple):
    """What takes the place of a chain: its code, whether it is to be awaited, and the names it needs."""

    code: str
    is_awaited: bool
    names: tuple[str, ...]


def selecting(path: str, queried: Queried) -> Fixer[cst.Call]:
    """The fix that writes a chain on `session.query(…)` with `select()`: `fix=selecting(call.path, queried)`."""

    def fix(query: cst.Call, syntax: Syntax) -> Change | None:
        top, steps = _chain_of(query, syntax)
        parent = syntax.parent(top)
        whole = parent if isinstance(parent, cst.Await) else top
        is_used = not isinstance(syntax.parent(whole), cst.Expr)
        if not isinstance(query.func, cst.Attribute) or not steps:
            return None
        chain = Chain(code_of(query.func.value), tuple(_code(item) for item in query.args), tuple(steps), is_used)
        found = written(chain, queried)
        if found is None:
            return None
        changed = cst.parse_expression(found.code)
        by = awaited(changed, syntax, whole) if found.is_awaited else changed
        by = by.with_changes(lpar=(*whole.lpar, *by.lpar), rpar=(*by.rpar, *whole.rpar))
        needed = tuple(Needed(path, "sqlalchemy", name) for name in found.names)
        return Change("Write it with `select()`", Safety.UNSAFE, ((whole, by),), needed)

    return fix


def _chain_of(query: cst.Call, syntax: Syntax) -> tuple[cst.Call, list[ChainCall]]:
    """The calls that follow `session.query(…)` one on the other, and the outermost of them."""
    steps: list[ChainCall] = []
    top = query
    while True:
        attribute = syntax.parent(top)
        call = syntax.parent(attribute) if isinstance(attribute, cst.Attribute) and attribute.value is top else None
        if not isinstance(attribute, cst.Attribute) or not isinstance(call, cst.Call) or call.func is not attribute:
            return top, steps
        steps.append(ChainCall(attribute.attr.value, tuple(_code(item) for item in call.args)))
        top = call
        if steps[-1].name not in SAME:
            return top, steps


def _code(argument: cst.Arg) -> str:
    """An argument as it is written, without its comma."""
    plain = argument.with_changes(comma=cst.MaybeSentinel.DEFAULT, whitespace_after_arg=cst.SimpleWhitespace(""))
    return code_of(plain).strip()


def written(chain: Chain, queried: Queried) -> Written | None:
    """A chain in 2.0 style; None for what is not known to be the same."""
    session, entities, is_entity = chain.session, chain.entities, queried.is_entity
    *middle, last = chain.steps
    if any(step.name not in SAME for step in middle):
        return None
    statement = f"select({', '.join(entities)})" + "".join(f".{SAME[s.name]}({', '.join(s.args)})" for s in middle)
    if last.name == "get" and not middle and is_entity and len(last.args) == 1:
        return Written(f"{session}.get({entities[0]}, {last.args[0]})", True, ())
    if last.name in ("delete", "update"):
        return _change(chain) if is_entity else None
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


def _change(chain: Chain) -> Written | None:
    """`delete()` and `update({…})` of a chain."""
    *middle, last = chain.steps
    if any(step.name not in OF_CHANGES for step in middle):
        return None
    values = [text for text in last.args if not text.startswith("synchronize_session")]
    options = [text for text in last.args if text.startswith("synchronize_session")]
    if len(values) != (1 if last.name == "update" else 0) or any(KEYWORD.match(text) for text in values):
        return None
    statement = f"{last.name}({chain.entities[0]})"
    statement += "".join(f".{SAME[step.name]}({', '.join(step.args)})" for step in middle)
    statement += f".values({values[0]})" if values else ""
    statement += f".execution_options({options[0].replace(' = ', '=')})" if options else ""
    run = f"{chain.session}.execute({statement})"
    if chain.is_used:
        return Written(f"(await {run}).rowcount", False, (last.name,))
    return Written(run, True, (last.name,))
