"""Which driver a database URL names: strings followed through constants, settings, builders and rewrites.

The beginning of the text is what counts, so an f-string is read up to its first unknown part.
"""

from __future__ import annotations

from typing import NamedTuple

from async_db_lint.index.expressions import (
    Attribute,
    Await,
    Call,
    Either,
    Expr,
    Join,
    Literal,
    Name,
    Template,
    is_nothing,
)
from async_db_lint.index.scopes import Binding, Class, ExitKind, Function, Import, Parameter, Statement
from async_db_lint.project.inference import attributes
from async_db_lint.project.inference.definitions import bindings_of, definitions
from async_db_lint.project.inference.protocol import Inference
from async_db_lint.project.names.places import Place, place_of
from async_db_lint.project.names.values import Kind, Value

MAX_HOPS = 10  # constants, properties and calls followed for one URL

SYNC_DRIVERS = frozenset(
    """
    psycopg2 psycopg2cffi pg8000 pysqlite pymysql mysqldb mysqlconnector cx_oracle pyodbc pymssql
    """.split()
)
ASYNC_DRIVERS = frozenset(
    """
    asyncpg psycopg psycopg_async aiosqlite aiomysql asyncmy aioodbc oracledb_async
    """.split()
)
DEFAULT_SYNC = frozenset(("sqlite", "mysql", "mariadb", "oracle", "mssql"))

MAKE_URL = ("sqlalchemy.make_url",)
PASSING_METHODS = frozenset(
    """
    render_as_string unicode_string strip rstrip get_secret_value __str__ __to_string__
    """.split()
)
ENVIRONMENT = frozenset(("os.getenv", "os.environ.get", "environ.get"))
VALIDATORS = ("field_validator", "validator", "model_validator", "root_validator")


class Prefix(NamedTuple):
    """The beginning of a text, whether that is all of it, and where it is written."""

    text: str
    is_whole: bool
    place: Place
    expr: Expr
    is_default: bool = False  # the environment may say otherwise

    @property
    def scheme(self) -> str | None:
        """The text before `://`; None when the known beginning is shorter than that."""
        scheme, mark, _ = self.text.partition("://")
        return scheme.lower() if mark else None

    @property
    def statement(self) -> Statement | None:
        """The statement that binds the text to a name, where it is bound."""
        return self.place.scope.module.binding_statements.get(self.place.at)


class Url(NamedTuple):
    """A URL's scheme, the file in which it is written, and the statement that binds it to a name."""

    scheme: str
    path: str
    statement: Statement | None


class Driver(NamedTuple):
    """A URL's dialect and driver; the driver is empty when the URL names none."""

    scheme: str
    dialect: str
    driver: str
    prefix: Prefix

    @property
    def url(self) -> Url:
        """The URL that names the driver."""
        return Url(self.scheme, self.prefix.place.scope.module.path, self.prefix.statement)

    @property
    def is_async(self) -> bool:
        """Whether the URL names a driver that works under asyncio."""
        return self.driver in ASYNC_DRIVERS

    @property
    def is_sync(self) -> bool:
        """Whether the URL names a driver that does not, or a dialect whose default does not in some version."""
        if self.driver:
            return self.driver in SYNC_DRIVERS
        return self.dialect in DEFAULT_SYNC or self.dialect in ("postgresql", "postgres")


def driver_of(inference: Inference, expr: Expr, place: Place) -> Driver | None:
    """The driver that a URL expression names; None when it is not known."""
    found = Reader(inference).prefix(expr, place, 0)
    if found is None or found.scheme is None:
        return None
    dialect, _, driver = found.scheme.partition("+")
    return Driver(found.scheme, dialect, driver, found)


class Reader:
    """Reads the beginning of texts."""

    def __init__(self, inference: Inference) -> None:
        """Take what resolves names."""
        self.inference = inference

    def prefix(self, expr: Expr, place: Place, hops: int) -> Prefix | None:
        """The beginning of a text expression; None when nothing of it is known."""
        if hops > MAX_HOPS:
            return None
        match expr:
            case Literal(str() as text):
                return Prefix(text, True, place, expr)
            case Template(parts):
                return self._joined(parts, place, hops, expr)
            case Join("Add", left, right):
                return self._joined((left, right), place, hops, expr)
            case Join("Mod", left, _):
                return self._before(left, "%", place, hops)
            case Either(options):
                return self._agreed([(item, place) for item in options if not is_nothing(item)], hops)
            case Await(value):
                return self.prefix(value, place, hops + 1)
            case Name():
                return self._named(expr, place, hops)
            case Attribute():
                return self._attribute(expr, place, hops)
            case Call():
                return self._call(expr, hops)
        return None

    def _joined(self, parts: tuple[Expr, ...], place: Place, hops: int, whole: Expr) -> Prefix | None:
        text, is_default = "", False
        for part in parts:
            found = self.prefix(part, place, hops + 1)
            if found is None:
                return Prefix(text, False, place, whole, is_default) if text else None
            text, is_default = text + found.text, is_default or found.is_default
            if not found.is_whole:
                return Prefix(text, False, place, whole, is_default)
        return Prefix(text, True, place, whole, is_default)

    def _before(self, expr: Expr, mark: str, place: Place, hops: int) -> Prefix | None:
        found = self.prefix(expr, place, hops + 1)
        return None if found is None else found._replace(text=found.text.partition(mark)[0], is_whole=False)

    def _agreed(self, options: list[tuple[Expr, Place]], hops: int) -> Prefix | None:
        """The common meaning of several expressions: known when all name the same scheme."""
        found = [self.prefix(expr, place, hops + 1) for expr, place in options]
        first = found[0] if found else None
        if first is None or any(item is None or item.scheme != first.scheme for item in found):
            return None
        return first if len(found) == 1 else first._replace(is_whole=False)

    def _named(self, expr: Name, place: Place, hops: int) -> Prefix | None:
        found = bindings_of(expr.name, place)
        if found is not None and any(isinstance(item.value, (Parameter, Function, Class)) for item in found[1]):
            return None
        options = definitions(self.inference, expr, place)
        return self._agreed(options, hops) if options else None

    def _attribute(self, expr: Attribute, place: Place, hops: int) -> Prefix | None:
        owner = self.inference.value(expr.value, place)
        if owner is None:
            return None
        if owner.kind in (Kind.OBJECT, Kind.CLASS) and isinstance(owner.definition, Class):
            return self._field(owner.definition, owner, expr.name, hops)
        options = definitions(self.inference, expr, place)
        return self._agreed(options, hops) if options else None

    def _field(self, cls: Class, owner: Value, name: str, hops: int) -> Prefix | None:
        """A settings class's field by its default, a property by what it returns."""
        for item in attributes.ancestry(self.inference, cls):
            if isinstance(item, str):
                continue
            if any(_is_validator(function) for function in item.functions):
                return None
            bindings = item.bindings.get(name, [])
            if any(target.name == name for _, target in attributes.own_targets(item)):
                return None
            if bindings:
                found = self._binding(bindings, hops)
                if (
                    found is not None
                    and _is_settings(self.inference, cls)
                    and not isinstance(bindings[-1].value, Function)
                ):
                    return found._replace(is_default=True)
                return found
        return None

    def _binding(self, bindings: list[Binding], hops: int) -> Prefix | None:
        last = bindings[-1]
        if isinstance(last.value, Function):
            return self._returned(last.value, hops) if attributes.is_property(self.inference, last.value) else None
        if last.value is None or isinstance(last.value, (Class, Import, Parameter)):
            return None
        value = last.value
        if isinstance(value, Call) and value.method == "Field":
            given = value.argument("default", 0)
            return None if given is None else self.prefix(given, place_of(last), hops + 1)
        return self.prefix(value, place_of(last), hops + 1)

    def _returned(self, function: Function, hops: int) -> Prefix | None:
        exits = [(item.value, place_of(item)) for item in function.exits if item.kind is ExitKind.RETURN and item.value]
        return self._agreed([(value, place) for value, place in exits if value is not None], hops + 1)

    def _call(self, call: Call, hops: int) -> Prefix | None:
        place = place_of(call)
        name = self.inference.library_name(self.inference.callee(call)) or ""
        if name == "sqlalchemy.URL.create":
            return self._scheme(call.argument("drivername", 0), place, hops)
        if name.endswith((".build", "DsnBuilder")) and call.keyword("scheme") is not None:
            return self._scheme(call.keyword("scheme"), place, hops)
        if name in (*MAKE_URL, "builtins.str") or name.endswith("Dsn"):
            given = call.argument("name_or_url", 0)
            return None if given is None else self.prefix(given, place, hops + 1)
        if name in ENVIRONMENT:
            given = call.argument("default", 1)
            found = None if given is None else self.prefix(given, place, hops + 1)
            return None if found is None else found._replace(is_default=True)
        function = self.inference.function(self.inference.callee(call))
        if function is not None:
            return self._returned(function, hops)
        return self._method(call, hops)

    def _scheme(self, expr: Expr | None, place: Place, hops: int) -> Prefix | None:
        found = None if expr is None else self.prefix(expr, place, hops + 1)
        return None if found is None or not found.is_whole else found._replace(text=f"{found.text}://", is_whole=False)

    def _method(self, call: Call, hops: int) -> Prefix | None:
        if call.receiver is None:
            return None
        place = place_of(call)
        if call.method == "set" and call.keyword("drivername") is not None:
            return self._scheme(call.keyword("drivername"), place, hops)
        if call.method == "format":
            return self._before(call.receiver, "{", place, hops)
        found = self.prefix(call.receiver, place, hops + 1)
        if call.method == "replace":
            return None if found is None else self._replaced(call, found, place, hops)
        return found if call.method in PASSING_METHODS else None

    def _replaced(self, call: Call, found: Prefix, place: Place, hops: int) -> Prefix | None:
        texts = [self.prefix(item, place, hops + 1) for item in call.positional[:2]]
        if len(texts) != 2 or any(item is None or not item.is_whole for item in texts):
            return None
        old, new = (item.text for item in texts if item is not None)
        if "://" not in found.text and not found.is_whole:
            return None
        return found._replace(text=found.text.replace(old, new, 1))


def _is_settings(inference: Inference, cls: Class) -> bool:
    """Whether pydantic reads the fields of a class from the environment."""
    return any(name.endswith(".BaseSettings") for name in attributes.library_bases(inference, cls))


def _is_validator(function: Function) -> bool:
    """Whether a function has a decorator with a validator's name: it may rewrite the field."""
    for decorator in function.decorators:
        expr = decorator.callee if isinstance(decorator, Call) else decorator
        if getattr(expr, "name", "") in VALIDATORS:
            return True
    return False
