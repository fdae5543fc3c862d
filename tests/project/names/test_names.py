"""Where names come from: packages, re-exports, star imports, source roots, and out of the project."""

from __future__ import annotations

from itertools import permutations
from textwrap import dedent

import pytest

from async_db_lint.index.build import index
from async_db_lint.index.scopes import Import
from async_db_lint.project.names.names import MAX_HOPS, Found, LibraryName, Names, Package, Resolution
from tests.projects import project


def names(files: dict[str, str]) -> Names:
    return Names({path: index(path, dedent(text).encode()) for path, text in files.items()})


def resolve(files: dict[str, str], path: str, found: Import) -> Resolution | None:
    known = names(files)
    return known.resolve(known.modules[path], found)


def path_of(target: Resolution | None) -> str:
    assert isinstance(target, Found)
    return target.module.path


FILES = {
    "app/__init__.py": "from .database import engine",
    "app/database.py": "engine = 1",
    "app/main.py": "",
    "app/api/routes.py": "",
    "app/stars.py": "from .database import *",
}


@pytest.mark.parametrize(
    ("path", "found", "wanted"),
    [
        ("app/main.py", Import("database", "engine", 1), "app/database.py"),
        ("app/main.py", Import("app", "engine", 0), "app/database.py"),
        ("app/main.py", Import("app.database", "engine", 0), "app/database.py"),
        ("app/api/routes.py", Import("database", "engine", 2), "app/database.py"),
        ("app/api/routes.py", Import("", "engine", 2), "app/database.py"),
        ("app/main.py", Import("app.stars", "engine", 0), "app/database.py"),
    ],
)
def test_names_of_the_project(path: str, found: Import, wanted: str) -> None:
    assert path_of(resolve(FILES, path, found)) == wanted


def test_modules_and_packages() -> None:
    known = names(FILES)
    main = known.modules["app/main.py"]
    assert known.resolve(main, Import("app.database", None, 0)) is known.modules["app/database.py"]
    assert known.resolve(main, Import("app", None, 0)) == Package("app")
    assert known.resolve(main, Import("app", "api", 0)) == Package("app/api")
    assert known.resolve(main, Import("", "database", 1)) is known.modules["app/database.py"]
    assert known.resolve(known.modules["app/__init__.py"], Import("", "main", 1)) is main


def test_what_is_not_of_the_project_is_of_a_library() -> None:
    found = resolve(FILES, "app/main.py", Import("sqlalchemy.ext.asyncio", "AsyncSession", 0))
    assert found == LibraryName("sqlalchemy.ext.asyncio.AsyncSession")
    assert resolve(FILES, "app/main.py", Import("os.path", None, 0)) == LibraryName("os.path")


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("app/main.py", Import("app.database", "missing", 0)),
        ("app/main.py", Import("app.missing", "engine", 0)),
        ("app/main.py", Import("app.missing", None, 0)),
        ("app/main.py", Import("missing", "engine", 1)),
        ("app/main.py", Import("database", "engine", 2)),
        ("app/main.py", Import("app", "missing", 0)),
        ("app/main.py", Import("app.stars", "missing", 0)),
    ],
)
def test_a_name_that_the_project_lacks_is_unknown(path: str, found: Import) -> None:
    assert resolve(FILES, path, found) is None


# Members.


def test_a_member_of_a_library_is_a_longer_name() -> None:
    assert names({}).member(LibraryName("sqlalchemy"), "func") == LibraryName("sqlalchemy.func")


def test_a_member_of_a_package_is_what_its_init_binds_before_its_module() -> None:
    known = names({"app/__init__.py": "db = 1", "app/db.py": "", "app/other.py": ""})
    assert path_of(known.member(Package("app"), "db")) == "app/__init__.py"
    assert known.member(Package("app"), "other") is known.modules["app/other.py"]
    assert known.member(Package("app"), "missing") is None


def test_a_member_of_a_name_that_is_no_module_is_unknown() -> None:
    known = names({"db.py": "engine = 1"})
    found = known.member(known.modules["db.py"], "engine")
    assert isinstance(found, Found)
    assert known.member(found, "url") is None


def test_the_module_of_an_init_has_its_neighbours_as_members() -> None:
    known = names({"app/__init__.py": "", "app/db.py": "", "main.py": ""})
    assert known.member(known.modules["app/__init__.py"], "db") is known.modules["app/db.py"]
    assert known.member(known.modules["main.py"], "app") is None


def test_a_name_has_all_the_bindings_of_its_module() -> None:
    found = resolve({"db.py": "x = 1\nx = 2", "a.py": ""}, "a.py", Import("db", "x", 0))
    assert isinstance(found, Found)
    assert len(found.bindings) == 2


def test_a_name_that_is_imported_and_otherwise_bound_is_not_followed() -> None:
    files = {"one.py": "x = 1", "two.py": "from one import x\nx = 2", "a.py": ""}
    assert path_of(resolve(files, "a.py", Import("two", "x", 0))) == "two.py"


def test_of_several_imports_of_a_name_the_last_is_followed() -> None:
    text = """
        try:
            from one import x
        except ImportError:
            from two import x
    """
    files = {"one.py": "x = 1", "two.py": "x = 2", "three.py": text, "a.py": ""}
    assert path_of(resolve(files, "a.py", Import("three", "x", 0))) == "two.py"


# Re-exports and stars.


@pytest.mark.parametrize("text", ["from db import engine as x", "from db import *"])
def test_a_module_gives_what_it_imports(text: str) -> None:
    files = {"db.py": "engine = 1\nx = 2", "mid.py": text, "a.py": ""}
    assert path_of(resolve(files, "a.py", Import("mid", "x", 0))) == "db.py"


def test_a_module_gives_the_modules_that_it_imports() -> None:
    known = names({"db.py": "", "mid.py": "import db as x", "a.py": ""})
    assert known.resolve(known.modules["a.py"], Import("mid", "x", 0)) is known.modules["db.py"]


def test_a_module_gives_what_it_imports_from_its_own_package() -> None:
    files = {"app/__init__.py": "engine = 1", "app/mid.py": "from . import engine", "a.py": ""}
    assert path_of(resolve(files, "a.py", Import("app.mid", "engine", 0))) == "app/__init__.py"


def test_a_module_gives_what_it_imports_from_a_library() -> None:
    files = {"mid.py": "from sqlalchemy import text as t", "a.py": ""}
    assert resolve(files, "a.py", Import("mid", "t", 0)) == LibraryName("sqlalchemy.text")


def test_a_star_of_a_library_brings_nothing_that_is_known() -> None:
    files = {"mid.py": "from sqlalchemy import *", "a.py": ""}
    assert resolve(files, "a.py", Import("mid", "text", 0)) is None


def test_what_a_module_binds_comes_before_what_a_star_brings() -> None:
    files = {"db.py": "x = 1", "mid.py": "x = 2\nfrom db import *", "a.py": ""}
    assert path_of(resolve(files, "a.py", Import("mid", "x", 0))) == "mid.py"


def test_the_first_star_that_brings_a_name_counts() -> None:
    files = {"one.py": "y = 1", "two.py": "x = 1", "three.py": "x = 1", "a.py": ""}
    stars = "from one import *\nfrom {} import *\n"
    assert path_of(resolve({**files, "mid.py": stars.format("two")}, "a.py", Import("mid", "x", 0))) == "two.py"
    assert path_of(resolve({**files, "mid.py": stars.format("three")}, "a.py", Import("mid", "x", 0))) == "three.py"


def test_a_star_of_a_package_brings_what_its_init_binds() -> None:
    files = {"app/__init__.py": "from .db import x", "app/db.py": "x = 1", "mid.py": "from app import *", "a.py": ""}
    assert path_of(resolve(files, "a.py", Import("mid", "x", 0))) == "app/db.py"


@pytest.mark.parametrize(
    "files",
    [
        {"a.py": "from b import x", "b.py": "from a import x"},
        {"a.py": "from b import *", "b.py": "from a import *"},
        {"a.py": "from a import x"},
        {"a.py": "from a import *"},
        {"a.py": "from b import x", "b.py": "from c import x", "c.py": "from a import x"},
    ],
)
def test_circles_of_re_exports_end(files: dict[str, str]) -> None:
    assert resolve({**files, "z.py": ""}, "z.py", Import("a", "x", 0)) is None


def test_a_circle_of_stars_hides_nothing_that_is_bound_in_it() -> None:
    files = {"a.py": "from b import *", "b.py": "from a import *\nx = 1", "z.py": ""}
    assert path_of(resolve(files, "z.py", Import("a", "x", 0))) == "b.py"


def test_a_circle_gives_the_same_answers_in_any_order_of_questions() -> None:
    files = {"a.py": "from b import x, y", "b.py": "from c import x\nfrom a import y", "c.py": "x = 1\nfrom b import y"}
    for order in permutations(["a", "b", "c"]):
        known = names({**files, "z.py": ""})
        main = known.modules["z.py"]
        assert [path_of(known.resolve(main, Import(name, "x", 0))) for name in order] == ["c.py"] * 3
        assert [known.resolve(main, Import(name, "y", 0)) for name in order] == [None] * 3


def chain(length: int) -> dict[str, str]:
    """Files of which each imports `x` from the next; the last binds it."""
    files = {f"m{number}.py": f"from m{number + 1} import x" for number in range(length)}
    return {**files, f"m{length}.py": "x = 1", "z.py": ""}


def test_a_short_chain_of_re_exports_is_followed_and_an_endless_one_is_not() -> None:
    assert path_of(resolve(chain(4), "z.py", Import("m0", "x", 0))) == "m4.py"
    assert resolve(chain(MAX_HOPS + 1), "z.py", Import("m0", "x", 0)) is None


@pytest.mark.parametrize("is_backwards", [False, True])
def test_where_a_chain_is_cut_short_does_not_depend_on_what_was_asked_before(is_backwards: bool) -> None:
    files = chain(MAX_HOPS + 1)
    starts = sorted((Import(f"m{number}", "x", 0) for number in range(MAX_HOPS + 2)), reverse=is_backwards)
    known = names(files)
    found = {item: known.resolve(known.modules["z.py"], item) is None for item in starts}
    assert found == {item: resolve(files, "z.py", item) is None for item in starts}
    assert set(found.values()) == {True, False}


# Roots.


def test_the_nearest_root_counts() -> None:
    files = {
        "one/app/db.py": "engine = 1",
        "one/app/main.py": "",
        "two/app/db.py": "engine = 2",
        "two/app/main.py": "",
    }
    assert path_of(resolve(files, "two/app/main.py", Import("app.db", "engine", 0))) == "two/app/db.py"


def test_a_lone_root_elsewhere_is_found_and_one_of_several_is_not() -> None:
    files = {"one/shop/db.py": "engine = 1", "tests/test_db.py": ""}
    wanted = Import("shop.db", "engine", 0)
    assert path_of(resolve(files, "tests/test_db.py", wanted)) == "one/shop/db.py"
    several = {**files, "two/shop/db.py": "engine = 1"}
    assert resolve(several, "tests/test_db.py", wanted) == LibraryName("shop.db.engine")


def test_of_several_roots_elsewhere_the_one_named_src_counts() -> None:
    files = {"api/shop/db.py": "engine = 1", "src/shop/db.py": "engine = 1", "tests/test_db.py": ""}
    assert path_of(resolve(files, "tests/test_db.py", Import("shop.db", "engine", 0))) == "src/shop/db.py"


def test_a_root_elsewhere_lies_outside_of_packages() -> None:
    files = {"one/__init__.py": "", "one/shop/db.py": "engine = 1", "tests/test_db.py": ""}
    assert resolve(files, "tests/test_db.py", Import("shop.db", "engine", 0)) == LibraryName("shop.db.engine")


def test_a_near_root_that_lacks_the_module_gives_way_to_one_that_has_it() -> None:
    files = {"tests/shop/test_db.py": "", "src/shop/db.py": "engine = 1"}
    assert path_of(resolve(files, "tests/shop/test_db.py", Import("shop.db", "engine", 0))) == "src/shop/db.py"


def test_a_root_above_that_has_the_module_comes_before_those_elsewhere() -> None:
    files = {
        "app/shop/__init__.py": "",
        "app/main.py": "",
        "shop/db.py": "engine = 1",
        "other/shop/db.py": "engine = 1",
    }
    assert path_of(resolve(files, "app/main.py", Import("shop.db", "engine", 0))) == "shop/db.py"


def test_a_near_root_that_lacks_the_module_leaves_it_unknown_where_no_other_has_it() -> None:
    files = {"app/shop/__init__.py": "", "app/main.py": ""}
    assert resolve(files, "app/main.py", Import("shop.db", "engine", 0)) is None


def test_a_folder_named_like_the_package_in_it_does_not_hide_it() -> None:
    files = {"packages/shared/shared/db.py": "engine = 1", "packages/shared/setup.py": "", "packages/api/main.py": ""}
    found = resolve(files, "packages/api/main.py", Import("shared.db", "engine", 0))
    assert path_of(found) == "packages/shared/shared/db.py"


# Libraries.


@pytest.mark.parametrize(
    ("files", "found", "wanted"),
    [
        ({"app/__init__.py": "", "app/requests.py": "get = 1"}, Import("requests", "get", 0), "requests.get"),
        ({"app/sqlalchemy/db.py": ""}, Import("sqlalchemy", "text", 0), "sqlalchemy.text"),
        ({"app/__init__.py": "", "app/time.py": "sleep = 1"}, Import("time", "sleep", 0), "time.sleep"),
        ({"other/time.py": "sleep = 1"}, Import("time", "sleep", 0), "time.sleep"),
        ({"other/redis/x.py": ""}, Import("redis.x", "y", 0), "redis.x.y"),
    ],
)
def test_a_folder_or_file_inside_that_is_named_like_a_library_is_not_the_library(
    files: dict[str, str], found: Import, wanted: str
) -> None:
    assert resolve({**files, "app/main.py": ""}, "app/main.py", found) == LibraryName(wanted)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("sqlalchemy/db.py", Import("sqlalchemy.db", "x", 0)),
        ("src/redis/db.py", Import("redis.db", "x", 0)),
        ("time.py", Import("time", "x", 0)),
        ("app/time.py", Import("time", "x", 0)),
        ("app/types/db.py", Import("types.db", "x", 0)),
    ],
)
def test_one_at_the_top_or_beside_a_file_outside_of_packages_is_meant(path: str, found: Import) -> None:
    assert path_of(resolve({path: "x = 1", "app/main.py": ""}, "app/main.py", found)) == path


def test_files_that_are_not_indexed_still_make_packages() -> None:
    modules = {path: index(path, b"") for path in ("app/main.py", "app/time/x.py")}
    known = Names(modules, ["app/__init__.py", "app/settings.py"])
    assert known.resolve(modules["app/main.py"], Import("time", "sleep", 0)) == LibraryName("time.sleep")
    assert known.resolve(modules["app/main.py"], Import("app.settings", "x", 0)) is None


# A root that is a package.


def test_a_root_that_is_a_package_is_imported_by_its_own_name() -> None:
    main = """
        import shop
        from shop.database import engine
        from shop import database
        import other.database
    """
    files = {"__init__.py": "", "database.py": "engine = 1", "main.py": main}
    modules = {path: index(path, dedent(text).encode()) for path, text in files.items()}
    known = Names(modules, (), "shop")
    package, engine, database, other = modules["main.py"].imports
    assert known.resolve(modules["main.py"], package) is modules["__init__.py"]
    assert isinstance(known.resolve(modules["main.py"], engine), Found)
    assert known.resolve(modules["main.py"], database) is modules["database.py"]
    assert known.resolve(modules["main.py"], other) == LibraryName("other.database")


def test_a_root_that_is_a_package_may_have_an_init_that_is_not_indexed() -> None:
    modules = {"main.py": index("main.py", b"")}
    found = Names(modules, ["__init__.py"], "shop").resolve(modules["main.py"], Import("shop", None, 0))
    assert found == Package("")


def test_a_root_without_an_init_is_no_package() -> None:
    modules = {path: index(path, b"engine = 1") for path in ("main.py", "database.py")}
    found = Names(modules, (), "shop").resolve(modules["main.py"], Import("shop.database", "engine", 0))
    assert found == LibraryName("shop.database.engine")


# Who imports whom.


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("import app.database", {"app/database.py"}),
        ("from app.database import engine", {"app/database.py"}),
        ("from app.database import missing", {"app/database.py"}),
        ("from app import database", {"app/__init__.py", "app/database.py"}),
        ("from app import engine", {"app/__init__.py"}),
        ("from app import *", {"app/__init__.py"}),
        ("from .database import *", {"app/database.py"}),
        ("from . import api", {"app/__init__.py"}),
        ("def f():\n    import app.stars", {"app/stars.py"}),
        ("import sqlalchemy", set()),
        ("import app.missing", set()),
        ("from app.api import routes", {"app/api/routes.py"}),
        ("", set()),
    ],
)
def test_a_module_imports_modules_and_the_packages_on_the_way(text: str, wanted: set[str]) -> None:
    known = names({**FILES, "app/main.py": text})
    assert {module.path for module in known.imported(known.modules["app/main.py"])} == wanted


@pytest.mark.parametrize(
    ("path", "text", "wanted"),
    [
        ("shop/main.py", "from shop.closing import stop", ["shop/closing", "shop/closing/stop"]),
        ("shop/main.py", "from . import closing", ["shop", "shop/closing"]),
        ("shop/main.py", "from .closing import stop", ["shop/closing", "shop/closing/stop"]),
        ("shop/inner/main.py", "from ..closing import stop", ["shop/closing", "shop/closing/stop"]),
        ("shop/main.py", "import shop.closing", ["shop/closing"]),
        ("main.py", "import shop.closing as closing", ["shop/closing"]),
        ("shop/main.py", "from sqlalchemy import text", []),
    ],
)
def test_an_import_names_paths_whether_they_are_read_or_not(path: str, text: str, wanted: list[str]) -> None:
    found = project({"shop/__init__.py": "", path: text})
    module = found.modules[path]
    paths = {name.rstrip("/") for name in found.names.paths(module, module.imports[0])}
    assert sorted(paths) == wanted


def starred(count: int, *extra: str) -> dict[str, str]:
    """Files that all import everything from each other."""
    every = range(count)
    files = {f"m{here}.py": "".join(f"from m{other} import *\n" for other in every if other != here) for here in every}
    return {**files, f"m{count - 1}.py": files[f"m{count - 1}.py"] + "".join(extra), "z.py": ""}


@pytest.mark.parametrize("count", [2, 5, 30])
def test_files_that_star_import_each_other_are_each_looked_at_once(count: int) -> None:
    files = starred(count, "x = 1\n")
    assert path_of(resolve(files, "z.py", Import("m0", "x", 0))) == f"m{count - 1}.py"
    assert resolve(files, "z.py", Import("m0", "missing", 0)) is None


def test_modules_that_import_one_name_from_each_other_have_it_from_nowhere() -> None:
    files = {"a.py": "from b import x", "b.py": "from c import x", "c.py": "from a import x", "z.py": ""}
    assert resolve(files, "z.py", Import("a", "x", 0)) is None


def test_a_name_and_another_by_which_it_is_exported_are_two() -> None:
    files = {"a.py": "from b import y as x", "b.py": "from a import z as y\n", "z.py": ""}
    files["a.py"] += "\nz = 1"
    assert path_of(resolve(files, "z.py", Import("a", "x", 0))) == "a.py"


def test_re_exports_are_followed_as_far_as_the_readme_says() -> None:
    assert path_of(resolve(chain(MAX_HOPS), "z.py", Import("m0", "x", 0))) == f"m{MAX_HOPS}.py"
