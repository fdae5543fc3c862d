"""How one file imports what another defines: the spelling, the local name, and who reaches whom."""

from __future__ import annotations

from textwrap import dedent

import pytest

from async_db_lint.index.build import index
from async_db_lint.index.scopes import Import
from async_db_lint.project.names.imports import is_bound_once, leads_to, local_name, reaches, spelling_for
from async_db_lint.project.names.names import Names

DB = "shop/db.py"
MAIN = "shop/main.py"


def names(files: dict[str, str]) -> Names:
    return Names({path: index(path, dedent(text).encode()) for path, text in files.items()})


def spelling(files: dict[str, str], user: str = MAIN) -> str | None:
    """How a file would import `shop/db.py`."""
    known = names({"shop/__init__.py": "", DB: "engine = 1", MAIN: "", **files})
    return spelling_for(known, known.modules[user], known.modules[DB])


# The spelling of a module.


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("from shop.db import x", "shop.db"),
        ("from .db import x", ".db"),
        ("from shop.db import *", "shop.db"),
        ("from .db import x\nfrom shop.db import y", ".db"),
        ("def f():\n    from shop.db import x", "shop.db"),
    ],
)
def test_a_file_spells_a_module_as_it_already_does(text: str, wanted: str) -> None:
    assert spelling({MAIN: text, "shop/other.py": "from ..shop.db import x"}) == wanted


def test_a_file_spells_a_module_as_one_in_the_same_folder_does() -> None:
    files = {"api.py": "from shop.db import x", "shop/other.py": "from .db import x"}
    assert spelling(files) == ".db"


def test_a_file_spells_a_module_as_any_file_does_with_an_absolute_name() -> None:
    files = {"shop/api/one.py": "from ..db import x", "shop/web/two.py": "from shop.db import x"}
    assert spelling(files) == "shop.db"


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"shop/other.py": "import shop.db"},
        {"shop/other.py": "from shop import db"},
        {"shop/other.py": "from . import db"},
        {"shop/other.py": "from other.db import x"},
        {"shop/api/one.py": "from ..db import x"},
    ],
    ids=["nobody", "the module itself", "from its package", "by a dot", "another module", "relative, from elsewhere"],
)
def test_a_module_that_nobody_imports_so_has_no_spelling(files: dict[str, str]) -> None:
    assert spelling(files) is None


def test_dots_are_kept() -> None:
    assert spelling({"shop/api/one.py": "from ..db import x", "shop/api/two.py": ""}, "shop/api/two.py") == "..db"


@pytest.mark.parametrize(
    ("item", "wanted"),
    [
        (Import("shop.db", "engine", 0), True),
        (Import("db", "missing", 1), True),
        (Import("shop.db", None, 0), False),
        (Import("shop", "db", 0), False),
        (Import("sqlalchemy", "text", 0), False),
        (Import("", "db", 1), False),
    ],
)
def test_an_import_of_a_name_leads_to_the_module_that_it_names(item: Import, wanted: bool) -> None:
    known = names({"shop/__init__.py": "", DB: "engine = 1", MAIN: ""})
    assert leads_to(known, known.modules[MAIN], item, known.modules[DB]) is wanted


# The local name.


def name_in(text: str, **others: str) -> str | None:
    """The name in a file for the engine of `shop/db.py`."""
    files = {f"shop/{name}.py": other for name, other in others.items()}
    known = names({"shop/__init__.py": "", DB: "engine = 1\nother = 2", MAIN: text, **files})
    return local_name(known, known.modules[MAIN], "engine", known.modules[DB])


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("from shop.db import engine", "engine"),
        ("from .db import engine as e", "e"),
        ("from shop.db import other, engine", "engine"),
    ],
)
def test_a_name_that_is_imported_at_the_top_is_known_there(text: str, wanted: str) -> None:
    assert name_in(text) == wanted


def test_a_name_that_is_imported_through_others_is_known_too() -> None:
    assert name_in("from .base import e", base="from .db import engine as e") == "e"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "engine = 1",
        "from shop.db import other",
        "from shop.db import other as engine",
        "from elsewhere import engine",
        "import shop.db",
        "from shop import db",
        "from shop.db import *",
        "from shop.db import engine\nengine = 1",
        "from shop.db import engine\nfrom shop.db import engine",
        "if x:\n    from shop.db import engine",
        "def f():\n    from shop.db import engine",
        """
        try:
            from shop.db import engine
        except ImportError:
            pass
        """,
        """
        if TYPE_CHECKING:
            from shop.db import engine
        """,
    ],
)
def test_a_name_that_is_not_surely_imported_has_no_local_name(text: str) -> None:
    assert name_in(text) is None


def test_in_its_own_file_a_name_is_itself() -> None:
    known = names({DB: "engine = 1"})
    assert local_name(known, known.modules[DB], "engine", known.modules[DB]) == "engine"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("x = 1", True),
        ("import x", True),
        ("def x(): pass", True),
        ("x = 1\nx = 2", False),
        ("if a: x = 1", False),
        ("with a: x = 1", False),
        ("def f(): x = 1", False),
        ("", False),
    ],
)
def test_a_name_is_bound_once_when_nothing_stands_around_its_only_binding(text: str, wanted: bool) -> None:
    assert is_bound_once(index("a.py", text.encode()), "x") is wanted


# Who reaches whom.


@pytest.mark.parametrize(
    ("end", "wanted"), [("a.py", True), ("b.py", True), ("c.py", True), ("d.py", False), ("e.py", False)]
)
def test_a_module_reaches_what_it_imports_directly_or_through_others(end: str, wanted: bool) -> None:
    known = names({"a.py": "import b", "b.py": "from c import x", "c.py": "x = 1", "d.py": "import a", "e.py": ""})
    assert reaches(known, known.modules["a.py"], known.modules[end]) is wanted


def test_modules_that_import_each_other_in_a_circle_reach_each_other_and_nobody_else() -> None:
    known = names({"a.py": "import b", "b.py": "import a", "c.py": ""})
    assert reaches(known, known.modules["a.py"], known.modules["b.py"])
    assert reaches(known, known.modules["b.py"], known.modules["a.py"])
    assert not reaches(known, known.modules["a.py"], known.modules["c.py"])
