"""The URL that Alembic's configuration gives to `engine_from_config`: set in `env.py`, or else in `alembic.ini`."""

from __future__ import annotations

from configparser import ConfigParser, Error
from typing import NamedTuple

from async_db_lint.index.expressions import Call, Expr, Literal, Mapping, Name, walk
from async_db_lint.index.scopes import Module
from async_db_lint.project.application.codebase import Codebase
from async_db_lint.project.engines.urls import Driver, driver_of
from async_db_lint.project.inference.definitions import written
from async_db_lint.project.inference.options import entry
from async_db_lint.project.names.places import Place, place_of

FALLBACK = "async_fallback"
"""What lets SQLAlchemy 2.0 use an async driver without an event loop; 2.1 has it no more."""
OPTION = "sqlalchemy.url"
CHANGING = frozenset({"update", "setdefault", "pop", "clear"})
ELSEWHERE = frozenset({"set_section_option", "file_config"})
"""Names of which a file makes use to change the configuration in other ways."""


class GivenUrl(NamedTuple):
    """A URL, and the place where it is written."""

    expr: Expr
    place: Place


def async_driver(driver: Driver | None) -> str:
    """The async driver that a URL names and that no synchronous engine can use; empty for none."""
    is_wrong = driver is not None and driver.is_async and driver.driver != "psycopg"
    return driver.driver if driver is not None and is_wrong and FALLBACK not in driver.prefix.text else ""


def has_fallback(expr: Expr) -> bool:
    """Whether a URL says that the driver shall do without an event loop."""
    parts = (part.value for part in walk(expr) if isinstance(part, Literal))
    return any(isinstance(part, str) and FALLBACK in part for part in parts)


def alembic_driver(codebase: Codebase, call: Call, settings: tuple[tuple[str, str], ...]) -> str:
    """The async driver in the URL that `engine_from_config` gets by Alembic's configuration; empty where unknown."""
    module = call.block.scope.module
    prefix = call.argument("prefix", 1)
    if (prefix is not None and prefix != Literal("sqlalchemy.")) or not ELSEWHERE.isdisjoint(module.mentions):
        return ""
    given, is_known = _in_options(codebase, call)
    if given is None and is_known:
        given, is_known = _set_in(codebase, module)
    if given is not None:
        return "" if has_fallback(given.expr) else async_driver(driver_of(codebase.inference, *given))
    return _in_ini(settings) if is_known else ""


def _in_options(codebase: Codebase, call: Call) -> tuple[GivenUrl | None, bool]:
    """The URL in the options of a call, and whether it is known that there is no other."""
    options = call.argument("configuration", 0)
    if options is None:
        return None, False
    place = place_of(call)
    code = written(codebase.inference, options, place)
    if isinstance(code, Mapping):
        found = entry(codebase.inference, options, place, OPTION)
        return (None if found.value is None else GivenUrl(found.value, found.place)), False
    if not isinstance(code, Call) or code.method != "get_section":
        return None, False
    if not isinstance(options, Name):
        return None, True
    scope = call.block.scope
    others = [item for item in scope.calls if item is not call and _touches(item, options)]
    rows = [target for target in scope.targets if target.owner == options and not target.name]
    if others or len(rows) > 1:
        return None, False
    return (GivenUrl(rows[0].value, place_of(rows[0])) if rows else None), True


def _touches(call: Call, options: Name) -> bool:
    """Whether a call may change options: by a method, or as an argument."""
    is_method = call.method in CHANGING and call.receiver == options
    return is_method or any(options in walk(argument.value) for argument in call.arguments)


def _set_in(codebase: Codebase, module: Module) -> tuple[GivenUrl | None, bool]:
    """The URL that a file sets by `set_main_option`, and whether nothing else may set one."""
    calls = [call for scope in module.inner() for call in scope.calls]
    for call in calls:
        if call.method == "set_main_option" and len(call.positional) == 2:
            return GivenUrl(call.positional[1], place_of(call)), True
    is_passed = any(_is_config(argument.value) for call in calls for argument in call.arguments)
    return None, not is_passed and "set_main_option" not in module.mentions


def _is_config(expr: Expr) -> bool:
    return isinstance(expr, Name) and expr.name in ("config", "alembic_config", "alembic_cfg")


def _in_ini(settings: tuple[tuple[str, str], ...]) -> str:
    """The async driver that the one `alembic.ini` of a project names."""
    texts = [text for path, text in settings if path.endswith("alembic.ini")]
    if len(texts) != 1 or FALLBACK in texts[0]:
        return ""
    parser = ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(texts[0])
        scheme = parser.get("alembic", OPTION, fallback="").partition("://")[0]
    except Error:
        return ""
    driver = scheme.partition("+")[2]
    return driver if driver in ("asyncpg", "aiosqlite", "asyncmy", "aiomysql") else ""
