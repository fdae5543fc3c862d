"""Whether another file may use a name: by importing it, by a star, or through the module."""

from __future__ import annotations

import pytest

from async_db_lint.index.build import index
from async_db_lint.project.names.exports import Exports
from async_db_lint.project.names.names import Names


def exports(files: dict[str, str]) -> Exports:
    return Exports(Names({path: index(path, text.encode()) for path, text in files.items()}))


def is_exported(text: str, path: str = "shop/main.py") -> bool:
    """Whether a file may use the engine of `shop/db.py`."""
    return exports({"shop/__init__.py": "", "shop/db.py": "engine = 1", path: text}).is_exported("shop/db.py", "engine")


@pytest.mark.parametrize(
    "text",
    [
        "from shop.db import engine",
        "from .db import engine as e",
        "from shop.db import *",
        "import shop.db\nshop.db.engine",
        "from shop import db\ndb.engine",
        "from . import db\ndb.engine",
        "import shop.db as d\ndef f(): return d.engine",
        "from shop import db\nengine = db",
    ],
)
def test_a_file_that_imports_the_module_and_mentions_the_name_may_use_it(text: str) -> None:
    assert is_exported(text)


@pytest.mark.parametrize(
    "text",
    [
        "from shop.db import Base",
        "import shop.db",
        "from shop import db",
        "import shop\nshop.engine",
        "engine = 1\nengine",
        "from other import *",
        "import shop.db\nx = 'engine'",
        "",
    ],
)
def test_a_file_that_does_not_do_both_does_not_use_it(text: str) -> None:
    assert not is_exported(text)


def test_a_file_does_not_export_to_itself() -> None:
    assert not is_exported("from shop.db import engine\nengine", path="shop/db.py")


def test_a_file_that_is_not_indexed_exports_nothing() -> None:
    assert not exports({"main.py": "from db import engine"}).is_exported("db.py", "engine")
