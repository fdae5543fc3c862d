"""The synchronous object inside an async one, in an argument."""

from __future__ import annotations

from async_db_lint.rule import Change, Fixer, Safety, Syntax, argument_of, cst


def on_sync_twin(twin: str, name: str) -> Fixer[cst.Call]:
    """The fix that passes `engine.sync_engine` for `engine`: `fix=on_sync_twin("sync_engine", "target")`."""

    def fix(call: cst.Call, syntax: Syntax) -> Change | None:
        given = argument_of(call, name, 0)
        if not isinstance(given, (cst.Name, cst.Attribute)):
            return None
        return Change(f"Listen on `{twin}`", Safety.SAFE, ((given, cst.Attribute(given, cst.Name(twin))),))

    return fix
