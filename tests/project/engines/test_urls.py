"""Database URLs: the driver that an expression names, and no driver where the scheme is not certain."""

from __future__ import annotations

import pytest

from async_db_lint.index.expressions import Name
from async_db_lint.project.engines.urls import driver_of
from async_db_lint.project.names.places import end_of
from tests.projects import project


def scheme_of(text: str) -> str | None:
    """The scheme of the URL that `x` is at the end of a file."""
    known = project(text)
    found = driver_of(known.inference, Name("x"), end_of(known.modules["app.py"]))
    return found.scheme if found else None


@pytest.mark.parametrize(
    ("text", "scheme"),
    [
        ("x = 'postgresql+asyncpg://h/d'", "postgresql+asyncpg"),
        ("h = f()\nx = f'postgresql://{h}/d'", "postgresql"),
        ("x = 'postgresql' + '+asyncpg' + '://h'", "postgresql+asyncpg"),
        ("x = 'postgresql://%s' % h", "postgresql"),
        ("x = 'postgresql://{}'.format(h)", "postgresql"),
        ("x = 'postgresql' .strip() + '://'", "postgresql"),
        ("x = 'postgresql://a' if y else 'postgresql://b'", "postgresql"),
        ("y = 'postgres://h'\nx = y.replace('postgres://', 'postgresql+asyncpg://')", "postgresql+asyncpg"),
        ("def u(): return 'postgresql://h'\nx = u()", "postgresql"),
    ],
)
def test_a_scheme_is_read_from_text_however_it_is_put_together(text: str, scheme: str) -> None:
    assert scheme_of(text) == scheme


@pytest.mark.parametrize(
    ("text", "scheme"),
    [
        ("from sqlalchemy import make_url\nx = str(make_url('postgres://h'))", "postgres"),
        ("from sqlalchemy import make_url\nx = make_url(y).set(drivername='postgresql+asyncpg')", "postgresql+asyncpg"),
        ("from sqlalchemy.engine import URL\nx = URL.create(drivername='postgresql+psycopg2')", "postgresql+psycopg2"),
        ("import os\nx = os.getenv('U', 'postgresql://h')", "postgresql"),
        (
            "from pydantic import PostgresDsn\nx = PostgresDsn.build(scheme='postgresql+asyncpg', host=h)",
            "postgresql+asyncpg",
        ),
    ],
)
def test_a_scheme_is_read_from_what_libraries_build(text: str, scheme: str) -> None:
    assert scheme_of(text) == scheme


@pytest.mark.parametrize(
    ("text", "scheme"),
    [
        (
            """
            class S:
                u: str = 'postgresql://h'
            x = S().u
            """,
            "postgresql",
        ),
        (
            """
            class S:
                @property
                def u(self): return 'postgresql+asyncpg://h'
            x = S().u
            """,
            "postgresql+asyncpg",
        ),
        (
            """
            class S:
                u: str = Field(default='postgresql://h')
            x = S().u.unicode_string()
            """,
            "postgresql",
        ),
        (
            """
            class B:
                u = 'postgres://h'
            class S(B): pass
            x = S.u
            """,
            "postgres",
        ),
        (
            """
            class S:
                def u(self): return 'postgresql://h'
            x = S().u()
            """,
            "postgresql",
        ),
    ],
)
def test_a_scheme_is_read_from_a_class_of_settings(text: str, scheme: str) -> None:
    assert scheme_of(text) == scheme


@pytest.mark.parametrize(
    "text",
    [
        "x = str(y)",
        "import os\nx = os.environ['U']",
        "x = y.replace('postgres://', 'postgresql+asyncpg://')",
        "x = 'postgresql://h'.replace(a, b)",
        "x = 'postgresql://a' if y else 'sqlite://'",
        "x = x",
        "import config\nx = config.URL",
        "from sqlalchemy import URL\nx = URL.create(d)",
        "x = f(1).strip()",
        "x = f'{y}postgresql://'",
        """
        async def u(): return 'postgresql://h'
        async def f():
            x = await u()
        x = f
        """,
        """
        def f(x='postgresql://h'): pass
        y = 1
        x = y
        """,
    ],
)
def test_a_text_that_is_not_certain_has_no_scheme(text: str) -> None:
    assert scheme_of(text) is None


@pytest.mark.parametrize(
    "text",
    [
        """
        class S:
            u: str = 'postgresql://h'
            @field_validator('u')
            def v(cls, u): return u
        x = S().u
        """,
        """
        class S:
            def __init__(self): self.u = 'postgresql://h'
        x = S().u
        """,
        """
        class S:
            u: str
        x = S().u
        """,
        """
        class S:
            def u(self): return 'postgresql://h'
        x = S().u
        """,
        """
        class S:
            class u: pass
        x = S().u
        """,
    ],
)
def test_a_setting_that_is_not_certain_has_no_scheme(text: str) -> None:
    assert scheme_of(text) is None
