"""ADB704."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.rule import *

ANSWERS = (
    *("ViolationError", "DeadlockDetectedError", "SerializationError", "LockNotAvailableError", "DataError"),
    *("UndefinedTableError", "UndefinedColumnError", "PostgresSyntaxError", "QueryCanceledError"),
)
"""What the server answers to statements. Errors of connecting are asyncpg's own also below SQLAlchemy."""
WRAPPING = frozenset({"sqlalchemy.SQLAlchemyError", "sqlalchemy.DBAPIError", "sqlalchemy.OperationalError"})
TIMEOUTS = frozenset(
    (
        *("builtins.TimeoutError", "asyncio.TimeoutError", "asyncio.exceptions.TimeoutError", "builtins.OSError"),
        *("builtins.Exception", "builtins.BaseException"),
    )
)


class ExceptAsyncpgError(Rule):
    """An error is caught under a name that it does not have.

    Happens: SQLAlchemy wraps what asyncpg raises. `except asyncpg.UniqueViolationError` around a session never
    matches, and `sqlalchemy.exc.IntegrityError` passes it by. One error is not wrapped: the `TimeoutError` of
    asyncpg's `command_timeout` passes by `except SQLAlchemyError`.

    Instead: catch SQLAlchemy's class, and look at its cause if it matters which one it is. Where there is a
    `command_timeout`, catch both.

        except IntegrityError as error:
            if isinstance(error.orig.__cause__, asyncpg.UniqueViolationError):
        except (SQLAlchemyError, TimeoutError):

    Silent: around connections of asyncpg itself; where another `except` of the same `try` catches the error.
    """

    code = "ADB704"
    name = "except-asyncpg-error"
    severity = Severity.ERROR
    consequence = Consequence.FAILS

    def suspects(self, project: Project) -> Suspects:
        for handler in project.errors.handlers():
            is_own = all(name.startswith("asyncpg.") and name.endswith(ANSWERS) for name in handler.names)
            if is_own or not WRAPPING.isdisjoint(map(canonical, handler.names)):
                item = next(project.errors.failing(handler), None)
                if item is not None:
                    yield from _by_name(item) if is_own else _by_timeout(project, item)


def _by_name(item: Caught) -> Suspects:
    name = item.names[0].rpartition(".")[2]
    found = suspect_handler(item.handler, f"`{name}` is never caught here: SQLAlchemy wraps the errors of asyncpg")
    yield found.with_related([_raised(item)])


def _by_timeout(project: Project, item: Caught) -> Suspects:
    made = None if not TIMEOUTS.isdisjoint(_caught(project, item)) else _with_timeout(project, item)
    if made is not None:
        message = "this does not catch the `TimeoutError` of `command_timeout`, which is not wrapped"
        place = Related(made.path, made.span, "the engine has a `command_timeout`")
        yield suspect_handler(item.handler, message).with_related([_raised(item), place])


def _raised(item: Caught) -> Related:
    return Related(item.failing.site.path, item.failing.site.span, "SQLAlchemy raises its own errors here")


def _caught(project: Project, item: Caught) -> Iterator[str]:
    """The names of everything that the handlers of a `try` catch; empty for what is not known."""
    for block in item.handler.scope.blocks:
        if block.kind is BlockKind.EXCEPT and block.opener is item.handler.opener:
            yield from project.errors.names_of(block)


def _with_timeout(project: Project, item: Caught) -> Call | None:
    """An engine with a `command_timeout` from which the session certainly comes."""
    engines = project.effects.engines_of(item.subject)
    for made in engines if len(engines) == 1 else ():
        option = project.site(made).option("connect_args")
        pairs = option.value.items if isinstance(option.value, Mapping) else ()
        if any(key == Literal("command_timeout") for key, _ in pairs):
            return made
    return None
