"""ADB610."""

from __future__ import annotations

from async_db_lint.fixes.nodes.generator_annotation import annotation_of, iterating
from async_db_lint.rule import *


class MisannotatedGenerator(Rule):
    """A dependency that yields a session is annotated as if it returned one.

    Happens: nothing at run time: FastAPI does not look at the annotation. A type checker reports the function, or
    believes it: `session = get_session()` looks like a session to it, and the mistake is found in production.

    Instead: `async def get_session() -> AsyncIterator[AsyncSession]:`.

    Silent: for annotations that are an iterator or generator, for functions that return a session, and for
    annotations that are not known. This rule is advice: `--select ADVICE` shows it.
    """

    code = "ADB610"
    name = "misannotated-generator"
    severity = Severity.ADVICE
    consequence = Consequence.COSTS
    fix = Safety.SAFE

    def suspects(self, project: Project) -> Suspects:
        for function in project.functions():
            if function.returns is None or not function.is_generator or not project.is_in_application(function):
                continue
            value = project.value_at(function.returns, Place(function.body, -1))
            name = project.inference.library_name(value)
            if name in (*SESSIONS, *SYNC_SESSIONS, CONNECTION, SYNC_CONNECTION, ASYNCPG_CONNECTION):
                title = quoted(function.returns)
                message = f"`{function.name}` yields a `{title}`, and its annotation says that it returns one"
                fix = iterating(function.path, function.is_async)
                yield suspect_function(function, message, at=annotation_of, fix=fix)
