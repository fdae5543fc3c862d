"""How far a URL is read: whole or in part, by default or for certain, where it is written, and where reading stops."""

from __future__ import annotations

from textwrap import dedent

import pytest

from async_db_lint.index.expressions import Name
from async_db_lint.project.engines.urls import (
    ASYNC_DRIVERS,
    MAX_HOPS,
    SYNC_DRIVERS,
    Driver,
    Prefix,
    Reader,
    driver_of,
)
from async_db_lint.project.names.places import end_of
from tests.projects import project

IMPORTS = dedent("""
    import os
    from functools import cached_property
    from os import environ
    from pydantic import Field, PostgresDsn, field_validator
    from pydantic_settings import BaseSettings
    from sqlalchemy import URL, make_url
""")


def prefix(files: dict[str, str] | str, hops: int = 0) -> Prefix | None:
    """What is known of the text that `x` is at the end of `app.py`, after some hops."""
    texts = {"app.py": files} if isinstance(files, str) else files
    found = project({path: IMPORTS + dedent(text) for path, text in texts.items()})
    return Reader(found.inference).prefix(Name("x"), end_of(found.modules["app.py"]), hops)


def known(text: str) -> tuple[str, bool] | None:
    """The beginning of the text that `x` is, and whether that is all of it."""
    found = prefix(text)
    return None if found is None else (found.text, found.is_whole)


def driver(files: dict[str, str] | str) -> Driver:
    """The driver that `x` names at the end of `app.py`."""
    found = project(files)
    made = driver_of(found.inference, Name("x"), end_of(found.modules["app.py"]))
    assert made is not None
    return made


# ------------------------------------------------------------------ drivers


@pytest.mark.parametrize("name", sorted(ASYNC_DRIVERS))
def test_a_driver_works_under_asyncio(name: str) -> None:
    found = driver(f"x = 'postgresql+{name}://h'")
    assert (found.is_async, found.is_sync) == (True, False)


@pytest.mark.parametrize("name", sorted(SYNC_DRIVERS))
def test_a_driver_does_not_work_under_asyncio(name: str) -> None:
    found = driver(f"x = 'postgresql+{name}://h'")
    assert (found.is_async, found.is_sync) == (False, True)


@pytest.mark.parametrize("dialect", ["postgresql", "postgres", "sqlite", "mysql", "mariadb", "oracle", "mssql"])
def test_a_dialects_own_driver_does_not_work_under_asyncio(dialect: str) -> None:
    found = driver(f"x = '{dialect}://h'")
    assert (found.dialect, found.driver, found.is_async, found.is_sync) == (dialect, "", False, True)


@pytest.mark.parametrize("scheme", ["cockroachdb", "postgresql+novel", "https"])
def test_a_scheme_that_nobody_knows_is_neither(scheme: str) -> None:
    found = driver(f"x = '{scheme}://h'")
    assert (found.is_async, found.is_sync) == (False, False)


@pytest.mark.parametrize("text", ["x = 'localhost'", "x = f'sqlite{y}'", "x = y"])
def test_what_has_no_scheme_names_no_driver(text: str) -> None:
    found = project(text)
    assert driver_of(found.inference, Name("x"), end_of(found.modules["app.py"])) is None


def test_a_scheme_is_compared_in_small_letters() -> None:
    assert driver("x = 'PostgreSQL+AsyncPG://h'").driver == "asyncpg"


def test_a_url_knows_the_file_and_the_statement_that_it_is_written_in() -> None:
    config = """
        import os
        URL = 'sqlite://'
    """
    found = driver({"app.py": "from config import URL\nx = URL\n", "config.py": config}).url
    assert (found.scheme, found.path) == ("sqlite", "config.py")
    assert found.statement is not None
    assert found.statement.span.line == 3


def test_a_url_that_no_name_is_bound_to_has_no_statement() -> None:
    assert (
        driver("""
        def f():
            return 'sqlite://'
        x = f()
    """).url.statement
        is None
    )


# ------------------------------------------------------------------ how much is known


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("x = 'sqlite://'", "sqlite://"),
        ("x = f'sqlite://'", "sqlite://"),
        ("y = 'lite'\nx = f'sq{y}://'", "sqlite://"),
        ("x = 'sq' + 'lite' + '://'", "sqlite://"),
        ("x = 'sqlite://' or None", "sqlite://"),
        ("x = None or 'sqlite://'", "sqlite://"),
        ("x = str('sqlite://')", "sqlite://"),
        ("x = PostgresDsn('postgresql://h')", "postgresql://h"),
        ("x = make_url(name_or_url='sqlite://')", "sqlite://"),
        ("x = 'a://a://a'.replace('a', 'b')", "b://a://a"),
        ("x = 'a'.replace('a', 'sqlite://')", "sqlite://"),
        ("x = 'sqlite://'.rstrip().__str__()", "sqlite://"),
    ],
)
def test_a_text_is_known_to_its_end(text: str, wanted: str) -> None:
    assert known(text) == (wanted, True)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("x = f'sqlite://{y}'", "sqlite://"),
        ("x = f'sqlite://{y}/z'", "sqlite://"),
        ("x = 'sqlite://' + y", "sqlite://"),
        ("x = 'sqlite://' + y + 'z'", "sqlite://"),
        ("x = f'{f\"sqlite://{y}\"}/z'", "sqlite://"),
        ("x = 'sqlite://%s/z' % y", "sqlite://"),
        ("x = 'sqlite://{}/z'.format(y)", "sqlite://"),
        ("x = 'sqlite://a' if y else 'sqlite://b'", "sqlite://a"),
        (
            """
            if y:
                x = 'sqlite://a'
            else:
                x = 'sqlite://b'
        """,
            "sqlite://b",
        ),
        ("x = URL.create('sqlite')", "sqlite://"),
        ("x = URL.create(drivername='sqlite', host=y)", "sqlite://"),
        ("x = make_url(y).set(drivername='sqlite')", "sqlite://"),
        ("x = PostgresDsn.build(scheme='sqlite')", "sqlite://"),
        ("x = f'a://{y}'.replace('a', 'b')", "b://"),
    ],
)
def test_a_text_is_known_in_its_beginning(text: str, wanted: str) -> None:
    assert known(text) == (wanted, False)


@pytest.mark.parametrize(
    "text",
    [
        "x = 1",
        "x = None",
        "x = b'sqlite://'",
        "x = y + 'sqlite://'",
        "x = y % 'sqlite://'",
        "x = f'{y}'",
        "x = 'sqlite://' * 2",
        "x = 'sqlite://' or y",
        "x = ['sqlite://'][0]",
        "x = str()",
        "x = make_url()",
        "x = URL.create()",
        "x = URL.create(f'sqlite{y}')",
        "x = PostgresDsn.build(host='h')",
        "x = PostgresDsn.build(scheme=y)",
        "x = make_url(y).set(host='h')",
        "x = make_url(y).set(drivername=f'sqlite{y}')",
        "x = y.set('sqlite')",
        "x = y.format('sqlite://')",
        "x = y()",
        "x = y(scheme='sqlite')",
        "x = make_url(y).update(drivername='sqlite')",
        "x = 'sqlite://'.upper()",
        "x = 'sqlite://'.replace('sqlite')",
        "x = 'sqlite://'.replace(y, 'b')",
        "x = 'sqlite://'.replace('sqlite', y)",
        "x = 'sqlite://'.replace('sqlite', f'b{y}')",
        "x = f'a{y}'.replace('a', 'sqlite://')",
        "x = missing",
        "def x(): return 'sqlite://'",
        "def f(): yield 'sqlite://'\nx = f()",
        "class x: url = 'sqlite://'",
        "x = os.path",
        "x = URL.url",
        "x = y.url",
        "for x in ['sqlite://']: pass",
    ],
)
def test_nothing_is_known_of_a_text(text: str) -> None:
    assert known(text) is None


def test_a_parameter_is_not_its_default() -> None:
    found = project("def f(x='sqlite://'): ...\n")
    assert Reader(found.inference).prefix(Name("x"), end_of(next(found.functions())), 0) is None


def test_a_text_is_awaited_out_of_a_coroutine() -> None:
    assert known("async def f(): return 'sqlite://'\nx = await f()") == ("sqlite://", True)


def test_a_text_is_read_in_the_file_that_a_module_stands_for() -> None:
    found = prefix({"app.py": "import config\nx = config.U\n", "config.py": "U = 'sqlite://'\n"})
    assert found is not None
    assert found.text == "sqlite://"


# ------------------------------------------------------------------ the environment


@pytest.mark.parametrize(
    "text",
    [
        "x = os.getenv('U', 'sqlite://')",
        "x = os.getenv('U', default='sqlite://')",
        "x = os.environ.get('U', 'sqlite://')",
        "x = environ.get('U', 'sqlite://')",
        "x = os.getenv('U', 'sqlite') + '://'",
        "x = 'sqlite' + os.getenv('U', '://')",
        "x = f\"{os.getenv('U', 'sqlite://')}{y}\"",
        "x = f\"{os.getenv('U', 'sqlite')}://{y}\"",
        """
            class S(BaseSettings):
                u: str = 'sqlite://'
            x = S().u
        """,
        """
            class B(BaseSettings): ...
            class S(B):
                u: str = Field('sqlite://')
            x = S().u
        """,
    ],
)
def test_the_environment_may_say_otherwise(text: str) -> None:
    found = prefix(text)
    assert found is not None
    assert (found.scheme, found.is_default) == ("sqlite", True)


@pytest.mark.parametrize(
    "text",
    [
        "x = 'sqlite://'",
        "x = f'sqlite://{y}'",
        """
            class S:
                u: str = 'sqlite://'
            x = S().u
        """,
        """
            class S(BaseSettings):
                @property
                def u(self): return 'sqlite://'
            x = S().u
        """,
        """
            class S(BaseSettings):
                def u(self): return 'sqlite://'
            x = S().u()
        """,
    ],
)
def test_the_environment_has_no_say(text: str) -> None:
    found = prefix(text)
    assert found is not None
    assert (found.scheme, found.is_default) == ("sqlite", False)


@pytest.mark.parametrize("text", ["x = os.getenv('U')", "x = os.getenv('U', y)", "x = os.environ.get('U')"])
def test_the_environment_alone_says_nothing(text: str) -> None:
    assert known(text) is None


# ------------------------------------------------------------------ settings

FIELDS = {
    "a field that the constructor leaves alone": """
        class S:
            u = 'sqlite://'
            def __init__(self): self.other = 1
        x = S().u
    """,
    "a field of a base beside a library's": """
        class B:
            u = 'sqlite://'
        class S(BaseSettings, B): ...
        x = S().u
    """,
    "a default by position": """
        class S:
            u: str = Field('sqlite://')
        x = S().u
    """,
    "a field that is read when the class is made": """
        class S:
            u = os.getenv('U', 'sqlite://')
        x = S().u
    """,
    "the last of two": """
        class S:
            u = 'mysql://'
            u = 'sqlite://'
        x = S().u
    """,
    "a cached property": """
        class S:
            @cached_property
            def u(self): return 'sqlite://'
        x = S().u
    """,
    "a property of two returns": """
        class S:
            @property
            def u(self):
                if self.v: return 'sqlite://a'
                return 'sqlite://b'
        x = S().u
    """,
    "a property of a field": """
        class S:
            scheme = 'sqlite'
            @property
            def u(self): return f'{self.scheme}://{self.host}'
        x = S().u
    """,
    "a field over the base's": """
        class B:
            u = 'mysql://'
        class S(B):
            u = 'sqlite://'
        x = S().u
    """,
    "a field beside a method that is no validator": """
        class S:
            u = 'sqlite://'
            @staticmethod
            def v(): ...
            @decorated('u')
            def w(self): ...
        x = S().u
    """,
    "a call of a method of two returns": """
        class S:
            def u(self):
                if self.v: return 'sqlite://a'
                return 'sqlite://b'
        x = S().u()
    """,
}
NO_FIELDS = {
    "a field that the constructor assigns too": """
        class S:
            u = 'sqlite://'
            def __init__(self): self.u = read()
        x = S().u
    """,
    "a field that a base's method assigns": """
        class B:
            def load(self): self.u = read()
        class S(B): ...
        x = S().u
    """,
    "a class with a validator without fields": """
        class S:
            u = 'sqlite://'
            @model_validator
            def v(self): ...
        x = S().u
    """,
    "a class with a validator of a module": """
        import pydantic
        class S:
            u = 'sqlite://'
            @pydantic.field_validator('u')
            def v(cls, value): ...
        x = S().u
    """,
    "a class whose base has an older validator": """
        class B:
            u = 'sqlite://'
            @root_validator()
            def v(cls, values): ...
        class S(B): ...
        x = S().u
    """,
    "a field of settings that is not known": """
        class S(BaseSettings):
            u: str = read()
        x = S().u
    """,
    "a field without a default": """
        class S:
            u: str = Field(alias='U')
        x = S().u
    """,
    "a field that the class imports": """
        class S:
            from config import u
        x = S().u
    """,
    "a field that the class lacks": """
        class S:
            v = 'sqlite://'
        x = S().u
    """,
    "a property of two schemes": """
        class S:
            @property
            def u(self):
                if self.v: return 'sqlite://'
                return 'mysql://'
        x = S().u
    """,
    "a property that may be unknown": """
        class S:
            @property
            def u(self):
                if self.v: return self.v
                return 'sqlite://'
        x = S().u
    """,
    "a property that returns nothing": """
        class S:
            @property
            def u(self): return
        x = S().u
    """,
    "an object of another class": """
        class S:
            u = 'sqlite://'
        x = other(S()).u
    """,
}


@pytest.mark.parametrize("how", FIELDS)
def test_a_setting_is_read_from_its_class(how: str) -> None:
    found = prefix(FIELDS[how])
    assert found is not None
    assert found.scheme == "sqlite"


@pytest.mark.parametrize("how", NO_FIELDS)
def test_a_setting_is_not_read_where_something_else_may_set_it(how: str) -> None:
    assert prefix(NO_FIELDS[how]) is None


# ------------------------------------------------------------------ limits


def chain(length: int) -> str:
    """A text behind as many names, the last of which is `x`."""
    names = [f"v{number}" for number in range(length - 1)] + ["x"]
    lines = [f"{new} = {old}" for old, new in zip(["'sqlite://'", *names], names, strict=False)]
    return "\n".join(lines) + "\n"


def test_as_many_names_are_followed_as_there_may_be_hops() -> None:
    assert known(chain(MAX_HOPS)) == ("sqlite://", True)
    assert known(chain(MAX_HOPS + 1)) is None


FAR = {
    "names": "x = 'sqlite://'",
    "functions": "def f(): return 'sqlite://'\nx = f()",
    "conversions": "x = str('sqlite://')",
    "sums": "x = 'sqlite' + '://'",
    "formats": "x = '{}'.format(1)",
    "awaits": "x = await 'sqlite://'",
    "schemes": "x = URL.create('sqlite')",
    "defaults": "x = os.getenv('U', 'sqlite://')",
    "fields": """
        class S:
            u = 'sqlite://'
        x = S().u
    """,
    "pydantic's fields": """
        class S:
            u = Field('sqlite://')
        x = S().u
    """,
    "methods": "x = 'sqlite://'.strip()",
    "replacements": "y = 'mysql://'\nx = y.replace('mysql', 'sqlite')",
}


@pytest.mark.parametrize("how", FAR)
def test_nothing_is_read_beyond_the_hops(how: str) -> None:
    assert prefix(FAR[how]) is not None
    assert prefix(FAR[how], MAX_HOPS) is None


@pytest.mark.parametrize(
    "text",
    [
        "x = y\ny = x",
        "x = f'{x}://'",
        "x = str(x)",
        "x = x.strip()",
        "x = x.replace('a', 'b')",
        "def f(): return f()\nx = f()",
        """
            def f(): return g()
            def g(): return f()
            x = f()
        """,
        """
            class S:
                @property
                def u(self): return self.u
            x = S().u
        """,
    ],
)
def test_what_is_made_of_itself_is_not_known(text: str) -> None:
    assert prefix(text) is None


@pytest.mark.parametrize("order", [("'sqlite://a'", "'mysql://b'"), ("'mysql://b'", "'sqlite://a'")])
def test_two_schemes_are_no_scheme_in_either_order(order: tuple[str, str]) -> None:
    assert prefix("x = {} if y else {}".format(*order)) is None
