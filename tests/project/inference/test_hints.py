"""What a user says of names: sessions, markers and decorators that the code does not explain."""

from __future__ import annotations

from textwrap import dedent

import pytest

from async_db_lint.project.inference.hints import dotted, is_named, is_session
from async_db_lint.project.inference.protocol import Hints
from async_db_lint.project.names.places import place_of
from tests.project.inference.parts import bound, call, end, hinted
from tests.projects import project

FILES = {
    "src/shop/db.py": "def get(): pass\nclass Holder: pass\n",
    "src/shop/again.py": "from .db import get\n",
    "src/shop/__init__.py": """
        from . import db
        from .db import get as made
        here = made
    """,
    "src/shop/api/deep.py": "from ..db import get\nfrom .. import again\n",
}


def names(text: str, path: str = "src/shop/app.py", head: str = "") -> list[str]:
    """The dotted names of an expression at the end of a file."""
    found = project({**FILES, path: f"{dedent(FILES.get(path, ''))}{head}\nx = {text}\n"})
    return list(dotted(found.inference, bound(found, path=path), end(found, path)))


@pytest.mark.parametrize(
    ("head", "text", "wanted"),
    [
        ("from kit import get", "get", ["kit.get", "kit.get"]),
        ("from kit import get as own", "own", ["kit.get", "kit.get"]),
        ("import kit", "kit.get", ["kit.get", "kit.get"]),
        ("import kit.deep", "kit.deep.get", ["kit.deep.get", "kit.deep.get"]),
        ("import kit.deep as d", "d.get", ["kit.deep.get", "kit.deep.get"]),
        ("from shop.db import get", "get", ["shop.db.get"]),
        ("from .db import get", "get", ["src.shop.db.get"]),
        ("from . import db", "db.get", ["src.shop.db.get"]),
        ("def get(): pass", "get", ["src.shop.app.get"]),
        ("class Own: pass", "Own.get.deep", ["src.shop.app.Own.get.deep"]),
        ("", "get", []),
        ("", "1", []),
        ("from kit import get", "get()", []),
        ("from kit import get", "get().deep", []),
    ],
)
def test_a_name_is_spelled_as_it_is_imported_and_as_it_is_defined(head: str, text: str, wanted: list[str]) -> None:
    assert names(text, head=head) == wanted


@pytest.mark.parametrize(
    ("path", "text", "wanted"),
    [
        ("src/shop/api/deep.py", "get", ["src.shop.db.get"]),
        ("src/shop/api/deep.py", "again.get", ["src.shop.again.get"]),
        ("src/shop/again.py", "get", ["src.shop.db.get"]),
    ],
)
def test_leading_dots_leave_the_folder_of_the_file(path: str, text: str, wanted: list[str]) -> None:
    assert names(text, path) == wanted


@pytest.mark.parametrize("path", ["src/shop/app.py", "src/shop/__init__.py"])
def test_a_package_is_named_by_its_folder(path: str) -> None:
    [found] = names("Own", path, "class Own: pass")
    assert found == {"src/shop/app.py": "src.shop.app.Own", "src/shop/__init__.py": "src.shop.Own"}[path]


@pytest.mark.parametrize(
    "text",
    [
        "def f(get): look(get)",
        """
        def f():
            get = 1
            look(get)
        """,
    ],
)
def test_what_a_function_binds_has_no_dotted_name(text: str) -> None:
    found = project(f"from kit import get\n{dedent(text)}\n")
    look = call(found, "look")
    assert list(dotted(found.inference, look.positional[0], place_of(look))) == []


@pytest.mark.parametrize("text", ["def f(): look(get)", "look(get)"])
def test_an_import_is_seen_from_a_function(text: str) -> None:
    found = project(f"from kit import get\n{dedent(text)}\n")
    look = call(found, "look")
    assert set(dotted(found.inference, look.positional[0], place_of(look))) == {"kit.get"}


def test_both_imports_of_a_name_count() -> None:
    head = """
try:
    from kit import get
except ImportError:
    from tool import get
"""
    assert set(names("get", head=head)) == {"kit.get", "tool.get"}


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"src.shop.app.Own"}, True),
        ({"shop.app.Own"}, True),
        ({"app.Own"}, True),
        ({"Own"}, True),
        ({"other.Own", "shop.app.Own"}, True),
        ({"pp.Own"}, False),
        ({"deep.src.shop.app.Own"}, False),
        ({"shop.app.Other"}, False),
        (set(), False),
    ],
    ids=str,
)
def test_folders_at_the_front_of_a_name_may_be_left_out(given: set[str], wanted: bool) -> None:
    found = project({"src/shop/app.py": "class Own: pass\nx = Own\n"})
    place = end(found, "src/shop/app.py")
    assert is_named(found.inference, bound(found, path="src/shop/app.py"), place, frozenset(given)) is wanted


HEAD = "import kit\nfrom kit import Db"


def session(text: str, *declared: str) -> bool:
    """Whether an expression is said to give a session when some names are declared."""
    found = hinted(Hints(sessions=frozenset(declared)), HEAD, f"x = {text}")
    return is_session(found.inference, bound(found), end(found))


@pytest.mark.parametrize(
    "text",
    [
        "Db",
        "kit.Db",
        "Provide[Db]",
        "Provide[kit.Db]",
        "inject(Db)",
        "inject(1, kit.Db)",
        "Db()",
        "Provide[inject(Db)]",
    ],
)
def test_a_declared_name_is_a_session_also_inside_a_provider(text: str) -> None:
    assert session(text, "kit.Db")
    assert not session(text, "kit.Other")
    assert not session(text)


@pytest.mark.parametrize("text", ["Db[int]", "inject(key=Db)", "1", "[Db]", "Db.other", "lambda: Db", "unknown"])
def test_elsewhere_a_declared_name_says_nothing(text: str) -> None:
    assert not session(text, "kit.Db")


def test_nothing_is_said_to_be_no_session() -> None:
    found = hinted(Hints(sessions=frozenset({"kit.Db"})))
    assert not is_session(found.inference, None, end(found))
