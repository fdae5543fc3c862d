"""`sessionmaker(class_=AsyncSession)` written as `async_sessionmaker`."""

from __future__ import annotations

from async_db_lint.fixes.nodes.arguments import without_keyword
from async_db_lint.rule import Change, Fixer, Needed, Orphan, Safety, Syntax, cst, keyword_of


def using_async_sessionmaker(path: str, is_default_class: bool, safety: Safety) -> Fixer[cst.Call]:
    """The fix that calls `async_sessionmaker`, without a `class_` that is the default anyway."""

    def fix(call: cst.Call, syntax: Syntax) -> Change | None:
        changed = (without_keyword(call, "class_") if is_default_class else None) or call
        changed = changed.with_changes(func=cst.Name("async_sessionmaker"))
        needed = Needed(path, "sqlalchemy.ext.asyncio", "async_sessionmaker")
        given = keyword_of(call, "class_")
        names = [call.func] if given is None else [call.func, given.value]
        orphans = tuple(Orphan(path, name.value) for name in names if isinstance(name, cst.Name))
        return Change("Use `async_sessionmaker`", safety, ((call, changed),), (needed,), orphans)

    return fix
