"""The literal that a setting is when nothing sets it, and when that is not known."""

from __future__ import annotations

import pytest

from async_db_lint.index.expressions import Attribute, Literal, Name
from async_db_lint.project.engines.settings import default_of
from async_db_lint.project.names.places import end_of
from tests.projects import project


def default(text: str, name: str = "echo") -> object:
    """The default of an attribute of `settings`; `...` when it is not known."""
    found = project(text)
    known = default_of(found.inference, Attribute(Name("settings"), name), end_of(found.modules["app.py"]))
    return ... if known is None else known.value


KNOWN: dict[str, tuple[str, object]] = {
    "a field": (
        """
        class Settings:
            echo = True
        settings = Settings()
        """,
        True,
    ),
    "an annotated field": (
        """
        class Settings(BaseSettings):
            echo: bool = False
        settings = Settings()
        """,
        False,
    ),
    "the last of two": (
        """
        class Settings:
            echo = True
            echo = 'debug'
        settings = Settings()
        """,
        "debug",
    ),
    "a field with a default by position": (
        """
        class Settings:
            echo: bool = Field(True, alias='ECHO')
        settings = Settings()
        """,
        True,
    ),
    "a field with a default by keyword": (
        """
        class Settings:
            echo: bool = pydantic.Field(alias='ECHO', default=None)
        settings = Settings()
        """,
        None,
    ),
    "a field of a base": (
        """
        class Base:
            echo = True
        class Settings(Base): ...
        settings = Settings()
        """,
        True,
    ),
    "a field that stands over the base's": (
        """
        class Base:
            echo = True
        class Settings(Base):
            echo = False
        settings = Settings()
        """,
        False,
    ),
    "a field of a base that is only annotated anew": (
        """
        class Base:
            echo = True
        class Settings(Base):
            echo: bool
        settings = Settings()
        """,
        True,
    ),
    "a field of a base beside a library's": (
        """
        from pydantic_settings import BaseSettings
        class Base:
            echo = True
        class Settings(BaseSettings, Base): ...
        settings = Settings()
        """,
        True,
    ),
}
UNKNOWN = {
    "an attribute that the class lacks": """
        class Settings:
            other = True
        settings = Settings()
    """,
    "a field without a value": """
        class Settings:
            echo: bool
        settings = Settings()
    """,
    "a computed field": """
        class Settings:
            echo = os.environ['ECHO']
        settings = Settings()
    """,
    "a call other than of a field": """
        class Settings:
            echo = read(True)
        settings = Settings()
    """,
    "a field without a default": """
        class Settings:
            echo: bool = Field(alias='ECHO')
        settings = Settings()
    """,
    "a method": """
        class Settings:
            def echo(self): return True
        settings = Settings()
    """,
    "a computed field over the base's literal": """
        class Base:
            echo = True
        class Settings(Base):
            echo = compute()
        settings = Settings()
    """,
    "an object of nothing that is known": """
        settings = load()
    """,
    "the class itself": """
        class settings:
            echo = True
    """,
    "a library's object": """
        from other import Settings
        settings = Settings()
    """,
    "a module": """
        import app as settings
        echo = True
    """,
}


@pytest.mark.parametrize("how", KNOWN)
def test_the_default_of_a_setting_is_known(how: str) -> None:
    text, wanted = KNOWN[how]
    assert default(text) == wanted


@pytest.mark.parametrize("how", UNKNOWN)
def test_the_default_of_a_setting_is_not_known(how: str) -> None:
    assert default(UNKNOWN[how]) is ...


def test_an_expression_that_is_no_attribute_has_no_default() -> None:
    found = project("""
        class Settings:
            echo = True
        echo = Settings()
    """)
    place = end_of(found.modules["app.py"])
    assert default_of(found.inference, Name("echo"), place) is None
    assert default_of(found.inference, Literal(True), place) is None
