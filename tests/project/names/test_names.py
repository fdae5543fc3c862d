"""Where names come from: packages, re-exports, star imports, source roots, and out of the project."""

from __future__ import annotations

import pytest

from async_db_lint.index.build import index
from async_db_lint.index.scopes import Import
from async_db_lint.project.names.names import Found, LibraryName, Names, Package, Resolution


def names(files: dict[str, str]) -> Names:
    return Names({path: index(path, text.encode()) for path, text in files.items()})


def resolve(files: dict[str, str], path: str, found: Import) -> Resolution | None:
    known = names(files)
    return known.resolve(known.modules[path], found)


def path_of(target: Resolution | None) -> str:
    assert isinstance(target, Found)
    return target.module.path


FILES = {
    "app/__init__.py": "from .database import engine\n",
    "app/database.py": "engine = 1\n",
    "app/main.py": "",
    "app/api/routes.py": "",
    "app/stars.py": "from .database import *\n",
}


@pytest.mark.parametrize(
    ("path", "found", "wanted"),
    [
        ("app/main.py", Import("database", "engine", 1), "app/database.py"),
        ("app/main.py", Import("app", "engine", 0), "app/database.py"),
        ("app/main.py", Import("app.database", "engine", 0), "app/database.py"),
        ("app/api/routes.py", Import("database", "engine", 2), "app/database.py"),
        ("app/main.py", Import("app.stars", "engine", 0), "app/database.py"),
    ],
)
def test_names_of_the_project(path: str, found: Import, wanted: str) -> None:
    assert path_of(resolve(FILES, path, found)) == wanted


def test_modules_and_packages() -> None:
    known = names(FILES)
    main = known.modules["app/main.py"]
    assert known.resolve(main, Import("app.database", None, 0)) is known.modules["app/database.py"]
    assert known.resolve(main, Import("app", "api", 0)) == Package("app/api")
    assert known.resolve(main, Import("", "database", 1)) is known.modules["app/database.py"]
    assert known.resolve(known.modules["app/__init__.py"], Import("", "main", 1)) is main


def test_what_is_not_of_the_project_is_of_a_library() -> None:
    found = resolve(FILES, "app/main.py", Import("sqlalchemy.ext.asyncio", "AsyncSession", 0))
    assert found == LibraryName("sqlalchemy.ext.asyncio.AsyncSession")


def test_a_name_that_the_project_lacks_is_unknown() -> None:
    assert resolve(FILES, "app/main.py", Import("app.database", "missing", 0)) is None
    assert resolve(FILES, "app/main.py", Import("app.missing", "engine", 0)) is None


def test_the_nearest_root_counts() -> None:
    files = {
        "one/app/db.py": "engine = 1\n",
        "one/app/main.py": "",
        "two/app/db.py": "engine = 2\n",
        "two/app/main.py": "",
    }
    assert path_of(resolve(files, "two/app/main.py", Import("app.db", "engine", 0))) == "two/app/db.py"


def test_src_layout_and_a_lone_root_elsewhere() -> None:
    files = {"src/shop/db.py": "engine = 1\n", "tests/test_db.py": "", "lib/tools/x.py": "y = 1\n"}
    assert path_of(resolve(files, "tests/test_db.py", Import("shop.db", "engine", 0))) == "src/shop/db.py"
    assert path_of(resolve(files, "tests/test_db.py", Import("tools.x", "y", 0))) == "lib/tools/x.py"


def test_a_sibling_named_like_a_library_is_not_the_library_in_a_package() -> None:
    files = {"app/__init__.py": "", "app/requests.py": "get = 1\n", "app/main.py": ""}
    assert resolve(files, "app/main.py", Import("requests", "get", 0)) == LibraryName("requests.get")


def test_circles_of_re_exports_end() -> None:
    files = {"a.py": "from b import x\n", "b.py": "from a import x\n", "c.py": ""}
    assert resolve(files, "c.py", Import("a", "x", 0)) is None
    stars = {"a.py": "from b import *\n", "b.py": "from a import *\n", "c.py": ""}
    assert resolve(stars, "c.py", Import("a", "x", 0)) is None


def test_a_folder_named_like_the_package_in_it_does_not_hide_it() -> None:
    files = {"packages/shared/shared/db.py": "engine = 1\n", "packages/shared/setup.py": "", "packages/api/main.py": ""}
    found = resolve(files, "packages/api/main.py", Import("shared.db", "engine", 0))
    assert path_of(found) == "packages/shared/shared/db.py"


def test_a_folder_named_like_a_library_is_not_the_library() -> None:
    files = {"app/infrastructure/sqlalchemy/db.py": "", "app/infrastructure/main.py": ""}
    found = resolve(files, "app/infrastructure/main.py", Import("sqlalchemy", "text", 0))
    assert found == LibraryName("sqlalchemy.text")


def test_files_that_are_not_indexed_still_make_packages() -> None:
    modules = {path: index(path, b"") for path in ("app/main.py", "app/time/x.py")}
    known = Names(modules, ["app/__init__.py", "app/settings.py"])
    assert known.resolve(modules["app/main.py"], Import("time", "sleep", 0)) == LibraryName("time.sleep")
    assert known.resolve(modules["app/main.py"], Import("app.settings", "x", 0)) is None


def test_a_root_that_is_a_package_is_imported_by_its_own_name() -> None:
    files = {
        "__init__.py": "",
        "database.py": "engine = 1",
        "main.py": "import shop\nfrom shop.database import engine\nfrom shop import database\nimport other.database",
    }
    modules = {path: index(path, text.encode()) for path, text in files.items()}
    known = Names(modules, (), "shop")
    package, engine, database, other = modules["main.py"].imports
    assert known.resolve(modules["main.py"], package) is modules["__init__.py"]
    assert isinstance(known.resolve(modules["main.py"], engine), Found)
    assert known.resolve(modules["main.py"], database) is modules["database.py"]
    assert known.resolve(modules["main.py"], other) == LibraryName("other.database")
