"""The smaller parts: sources, suppressions, versions, URLs, discovery, relevance, roles and the library's tables."""

from __future__ import annotations

import inspect
import os
from importlib import import_module
from pathlib import Path

import pytest

from async_db_lint.index.build import index
from async_db_lint.index.expressions import Name, Span
from async_db_lint.project import roles
from async_db_lint.project.engines.urls import driver_of
from async_db_lint.project.libraries import library
from async_db_lint.project.libraries.library_data import CLASSES
from async_db_lint.project.libraries.versions import Range, from_files, range_of
from async_db_lint.project.names.places import end_of
from async_db_lint.project.names.quoting import quoted
from async_db_lint.quiet import suppression_comments as suppressions
from async_db_lint.read import discovery, relevance
from async_db_lint.read.source import Role, Source
from async_db_lint.read.unreadable import unreadable
from async_db_lint.rule import cst
from async_db_lint.rule.suspect import Shape, Suspect, suspect
from async_db_lint.run.confirm import see
from tests.projects import codes, project

# ------------------------------------------------------------------ source


def test_lines_are_cpythons_and_columns_are_characters() -> None:
    source = Source("a.py", "x = 'é'\r\ny\u2028z\fw\rlast".encode())
    assert source.lines == ("x = 'é'", "y\u2028z\fw", "last")
    assert source.character(1, 7) == 6
    assert source.line(9) == ""


def test_encodings() -> None:
    assert Source("a.py", b"# coding: latin-1\nx = '\xe9'\n").line(2) == "x = 'é'"
    assert Source("a.py", b"\xef\xbb\xbfx = 1\n").line(1) == "x = 1"


# ------------------------------------------------------------------ suppressions


def read(text: str) -> list[tuple[int, int, tuple[str, ...]]]:
    return [(item.first_line, item.last_line, item.codes) for item in suppressions.read(Source("a.py", text.encode()))]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("x  # noqa", (1, 1, ())),
        ("x  # noqa: ADB104", (1, 1, ("ADB104",))),
        ("x  # NOQA:E501,ADB104", (1, 1, ("E501", "ADB104"))),
        ("x  # noqa: ADB", (1, 1, ())),
        ("x  # adb: ignore[ADB104, echo-enabled]", (1, 1, ("ADB104", "echo-enabled"))),
        ("x  # adb: ignore", (1, 1, ())),
        ("x \\\n  + y  # noqa: ADB1", (1, 2, ("ADB1",))),
    ],
)
def test_suppressions(text: str, wanted: tuple[int, int, tuple[str, ...]]) -> None:
    assert read(text) == [wanted]


def test_a_string_over_several_lines_is_one_line_to_flake8() -> None:
    assert read('x = f("""\na\n""")  # noqa: ADB104') == [(1, 3, ("ADB104",))]
    assert read('x = f("a"\n"b")  # noqa: ADB104') == [(2, 2, ("ADB104",))]
    assert read("x = 1  # \\\ny = 2  # noqa: ADB104") == [(2, 2, ("ADB104",))]
    assert read('x = f("""\n# noqa: E501\n""")  # noqa: ADB104') == [(1, 3, ("E501",))]  # the first counts


FAULTY = [
    ("x = 1  # adb: on", "must stand on a line of its own"),
    ("# adb: ignored", "none of `ignore`, `off` and `on`"),
    ("x = 1  # adb: ignore: ADB106", "codes stand in brackets"),
    ("# adb: on[ADB106]", "nothing that this could end is off"),
]


@pytest.mark.parametrize(("text", "fault"), FAULTY)
def test_a_comment_that_does_nothing_says_why(text: str, fault: str) -> None:
    (found,) = suppressions.read(Source("a.py", text.encode()))
    assert fault in found.fault


def test_our_comments_are_comments_and_not_strings() -> None:
    assert read("x = '# adb: ignore'") == []
    assert read('x = """\n# adb: off\n"""') == []
    assert read("x = 1  # adb: ignore [ADB106] on purpose") == [(1, 1, ("ADB106",))]


def test_a_block_ends_code_by_code() -> None:
    text = "# adb: off[ADB104, missing-await] legacy\n1\n# adb: on[ADB301] (end)\n2\n# adb: on\n3\n"
    found = suppressions.read(Source("a.py", text.encode()), lambda name: "ADB301" if name == "missing-await" else name)
    assert [(item.first_line, item.last_line, item.codes) for item in found] == [
        (1, 3, ("missing-await",)),
        (1, 5, ("ADB104",)),
    ]


def test_a_whole_file() -> None:
    assert read("x\n# flake8: noqa\ny") == [(1, 3, ())]
    assert read("x\n# flake8: noqa: E501 because\ny")[0] == (1, 3, ())


def test_noqa_is_read_as_flake8_reads_it() -> None:
    from flake8.defaults import NOQA_INLINE_REGEXP

    for text in ("# noqa", "# noqa: ADB104,E1", "#noqa", "# noqa:ADB104", "# noqa : ADB104", "# noqa: echo-enabled"):
        ours, theirs = suppressions.NOQA.search(text), NOQA_INLINE_REGEXP.search(text)
        assert (ours and (ours.span(), ours["codes"])) == (theirs and (theirs.span(), theirs["codes"]))


# ------------------------------------------------------------------ versions


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (">=2.0,<2.1", Range((2, 0), (2, 1))),
        ("==1.4.31", Range((1, 4, 31), (1, 4, 31, 1))),
        ("==2.0.*", Range((2, 0), (2, 1))),
        ("~=2.0.4", Range((2, 0, 4), (2, 1))),
        ("^2.0", Range((2, 0), (3,))),
        ("~2.0", Range((2, 0), (2, 1))),
        (">1,<=3", Range((1, 1), (3, 1))),
        ("!=2", Range()),
    ],
)
def test_ranges(text: str, wanted: Range) -> None:
    assert range_of(text) == wanted


def test_versions_of_a_projects_files() -> None:
    pyproject = '[project]\ndependencies = ["SQLAlchemy[asyncio]>=2.0,<2.1", "fastapi>=0.118"]\n'
    found = from_files([("pyproject.toml", pyproject)])
    assert found.of("sqlalchemy") == Range((2, 0), (2, 1))
    assert found.of("fastapi").within("0.118")
    assert found.of("asyncpg") == Range()
    lock = 'name = "sqlalchemy"\nversion = "2.1.9"\n'
    assert from_files([("uv.lock", lock), ("pyproject.toml", pyproject)]).of("sqlalchemy").within("2.1")
    poetry = '[tool.poetry.dependencies]\nsqlalchemy = {extras = ["asyncio"], version = "^2.0"}\nfastapi = "0.100.0"\n'
    assert from_files([("pyproject.toml", poetry)]).of("sqlalchemy") == Range((2, 0), (3,))
    assert from_files([("pyproject.toml", poetry)]).of("fastapi").outside("0.118")
    metadata = "Requires-Dist: SQLAlchemy (<3,>=1.3)\nRequires-Dist: fastapi>=0.118\n"
    assert from_files([("x.dist-info/METADATA", metadata)]).of("sqlalchemy") == Range((1, 3), (3,))
    assert not from_files([("requirements.txt", "SQLAlchemy==1.4.31 # old\n-r x\n")]).is_sqlalchemy_2


# ------------------------------------------------------------------ URLs


@pytest.mark.parametrize(
    ("text", "scheme"),
    [
        ("x = 'postgresql+asyncpg://h/d'", "postgresql+asyncpg"),
        ("h = f()\nx = f'postgresql://{h}/d'", "postgresql"),
        ("x = 'postgresql' + '+asyncpg' + '://h'", "postgresql+asyncpg"),
        ("x = 'postgresql://%s' % h", "postgresql"),
        ("x = 'postgresql://{}'.format(h)", "postgresql"),
        ("x = str(y)\n", None),
        ("from sqlalchemy import make_url\nx = str(make_url('postgres://h'))", "postgres"),
        ("from sqlalchemy.engine import URL\nx = URL.create(drivername='postgresql+psycopg2')", "postgresql+psycopg2"),
        ("import os\nx = os.getenv('U', 'postgresql://h')", "postgresql"),
        ("import os\nx = os.environ['U']", None),
        ("from pydantic import PostgresDsn\nx = PostgresDsn.build(scheme='postgresql+asyncpg', host=h)", "postgresql+asyncpg"),
        ("y = 'postgres://h'\nx = y.replace('postgres://', 'postgresql+asyncpg://')", "postgresql+asyncpg"),
        ("x = y.replace('postgres://', 'postgresql+asyncpg://')", None),
        ("x = 'postgresql://a' if y else 'postgresql://b'", "postgresql"),
        ("x = 'postgresql://a' if y else 'sqlite://'", None),
        ("class S:\n    u: str = 'postgresql://h'\nx = S().u", "postgresql"),
        ("class S:\n    @property\n    def u(self): return 'postgresql+asyncpg://h'\nx = S().u", "postgresql+asyncpg"),
        ("class S:\n    u: str = 'postgresql://h'\n    @field_validator('u')\n    def v(cls, u): return u\nx = S().u", None),
        ("class S:\n    u: str = Field(default='postgresql://h')\nx = S().u.unicode_string()", "postgresql"),
        ("def u(): return 'postgresql://h'\nx = u()", "postgresql"),
        ("from sqlalchemy import make_url\nx = make_url(y).set(drivername='postgresql+asyncpg')", "postgresql+asyncpg"),
        ("x = x", None),
        ("async def u(): return 'postgresql://h'\nasync def f():\n    x = await u()\nx = f", None),
        ("import config\nx = config.URL", None),
        ("class S:\n    def __init__(self): self.u = 'postgresql://h'\nx = S().u", None),
        ("class S:\n    u: str\nx = S().u", None),
        ("class B:\n    u = 'postgres://h'\nclass S(B): pass\nx = S.u", "postgres"),
        ("class S:\n    def u(self): return 'postgresql://h'\nx = S().u()", "postgresql"),
        ("class S:\n    def u(self): return 'postgresql://h'\nx = S().u", None),
        ("class S:\n    class u: pass\nx = S().u", None),
        ("from sqlalchemy import URL\nx = URL.create(d)", None),
        ("x = 'postgresql://h'.replace(a, b)", None),
        ("x = 'postgresql' .strip() + '://'", "postgresql"),
        ("x = f(1).strip()", None),
        ("def f(x='postgresql://h'): pass\ny = 1\nx = y", None),
        ("x = f'{y}postgresql://'", None),
    ],
)  # fmt: skip
def test_urls(text: str, scheme: str | None) -> None:
    known = project(text)
    found = driver_of(known.inference, Name("x"), end_of(known.modules["app.py"]))
    assert (found.scheme if found else None) == scheme


# ------------------------------------------------------------------ files


def test_walk_leaves_out_what_is_not_the_projects(tmp_path: Path) -> None:
    for path in (
        "a.py",
        ".venv/b.py",
        "node_modules/c.py",
        "own/pyvenv.cfg",
        "own/d.py",
        "out/e.py",
        "f.txt",
        "x.egg-info/g.py",
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("")
    (tmp_path / ".gitignore").write_text("out/\n*_local.py\n!keep_local.py\n")
    (tmp_path / "x_local.py").write_text("")
    (tmp_path / "keep_local.py").write_text("")
    (tmp_path / "link").symlink_to("/usr", target_is_directory=True)
    (tmp_path / "linked.py").symlink_to(tmp_path / "a.py")
    os.mkfifo(tmp_path / "pipe.py")
    assert discovery.walk(tmp_path).files == ("a.py", "keep_local.py")
    assert discovery.walk(tmp_path, ["a.*"]).files == ("keep_local.py",)
    assert discovery.read(tmp_path, "pipe.py") is None
    assert discovery.read(tmp_path, "missing.py") is None


def test_root_is_the_git_top_level(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    assert discovery.find_root(inner) == inner
    (tmp_path / ".git").mkdir()
    assert discovery.find_root(inner) == tmp_path


def test_files_that_import_what_relevant_files_define_are_relevant() -> None:
    files = {
        "shop/db.py": b"from sqlalchemy import text\n",
        "shop/stop.py": b"from .db import engine\n",
        "shop/main.py": b"from shop import (\n    stop,\n)\n",
        "shop/other.py": b"import json\n",
        "shop/slow.py": b"import time\ntime.sleep(1)\n",
    }
    assert relevance.relevant(files) == {"shop/db.py", "shop/stop.py", "shop/main.py", "shop/slow.py"}
    assert relevance.relevant({"a.py": b"import json\n"}) == set()


def test_a_module_of_a_package_named_like_one_of_the_standard_library_makes_nobody_relevant() -> None:
    files = {
        "shop/__init__.py": b"",
        "shop/types.py": b"import sqlalchemy\n",
        "shop/plain.py": b"import types\n",
        "shop/uses.py": b"from shop.types import Money\n",
        "logging.py": b"import sqlalchemy\n",
        "main.py": b"import logging\n",
    }
    assert relevance.relevant(files) == {"shop/types.py", "shop/uses.py", "logging.py", "main.py"}


@pytest.mark.parametrize(
    ("path", "text", "role"),
    [
        ("app/db.py", "", Role.APPLICATION),
        ("tests/helpers.py", "", Role.TEST),
        ("app/conftest.py", "", Role.TEST),
        ("app/db_test.py", "", Role.TEST),
        ("alembic/env.py", "", Role.MIGRATION),
        ("db/run.py", "from alembic import context\n", Role.MIGRATION),
        ("scripts/seed.py", "", Role.SCRIPT),
        ("seed.py", "if __name__ == '__main__':\n    main()\n", Role.SCRIPT),
        (
            "main.py",
            "from fastapi import FastAPI\napp = FastAPI()\nif __name__ == '__main__':\n    run()\n",
            Role.APPLICATION,
        ),
    ],
)
def test_roles(path: str, text: str, role: Role) -> None:
    assert roles.roles({path: index(path, text.encode())}, {})[path] is role


def test_a_file_with_a_main_guard_that_others_import_is_no_script() -> None:
    files = {"db.py": "if __name__ == '__main__':\n    main()\n", "app.py": "from db import engine\n"}
    modules = {path: index(path, text.encode()) for path, text in files.items()}
    assert roles.roles(modules, {})["db.py"] is Role.APPLICATION
    assert roles.roles(modules, {Role.SCRIPT: ("d*.py",)})["db.py"] is Role.SCRIPT


# ------------------------------------------------------------------ the library's tables

MODULES = {
    "sqlalchemy": ("sqlalchemy.ext.asyncio", "sqlalchemy.orm", "sqlalchemy.engine"),
    "sqlmodel": ("sqlmodel.ext.asyncio.session", "sqlmodel"),
    "asyncpg": ("asyncpg", "asyncpg.pool", "asyncpg.transaction", "asyncpg.prepared_stmt"),
}


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_tables_agree_with_the_installed_libraries(name: str) -> None:
    root, _, last = name.partition(".")
    modules = [import_module(module) for module in MODULES[root]]
    cls = next(getattr(module, last) for module in modules if hasattr(module, last))
    for member, (kind, _) in CLASSES[name][1].items():
        found = inspect.getattr_static(cls, member, None)
        if found is not None and not member.startswith("_"):
            is_coroutine = inspect.iscoroutinefunction(inspect.unwrap(found)) if callable(found) else False
            assert is_coroutine == (kind == "coroutine"), f"{name}.{member}"
    for member in dir(cls):
        if not member.startswith("_"):
            assert member in CLASSES[name][1], f"{name}.{member} is not in the table"


def test_a_library_name_is_one_however_it_is_imported() -> None:
    assert library.canonical("sqlalchemy.ext.asyncio.session.AsyncSession") == library.SESSION
    assert library.canonical("fastapi.requests.Request") == "starlette.Request"
    assert library.canonical("psycopg.AsyncConnection.connect") == "psycopg.AsyncConnection.connect"
    assert library.canonical("httpx.get") == "httpx.get"
    assert library.is_coroutine("sqlmodel.AsyncSession.commit")
    assert not library.is_coroutine("sqlalchemy.Session.commit")


# ------------------------------------------------------------------ the eye


def sight_of(text: str, name: str):  # type: ignore[no-untyped-def]
    module = index("a.py", text.encode())
    call = next(call for scope in module.inner() for call in scope.calls if call.method == name)
    seen = see(Source("a.py", text.encode()), suspect(call, ""))
    return None if seen is None else seen.unit.range_of(seen.node)


@pytest.mark.parametrize(
    "text",
    [
        "x = f(1)\n",
        "def g():\n    return (\n        f(1)\n    )\n",
        "if a:\n    b()\nelif f(1):\n    c()\n",
        "try:\n    a()\nexcept f(1):\n    pass\n",
        "match f(1):\n    case 1: pass\n",
        "async def g():\n    async with f(1) as x:  # why\n        pass\n",
        "@f(1)\ndef g(): pass\n",
        "a(); f(1); b()\n",
        "if a: f(1)\n",
        "x = 'é' + f(1)\n",
        "class A(f(1)): pass\n",
        "def g():\n\tx = f(1)\n",
    ],
)
def test_the_node_stands_where_cpython_says(text: str) -> None:
    found = sight_of(text, "f")
    assert found is not None
    line, column, end_line, end_column = found
    assert text.splitlines()[line - 1][column:end_column] == "f(1)"
    assert line == end_line


def test_what_libcst_should_not_be_given_is_not_read() -> None:
    assert sight_of("x = " + "(" * 70 + "f(1)" + ")" * 70 + "\n", "f") is not None  # as an expression alone
    assert sight_of("x = f(" + "[" * 70 + "]" * 70 + ")\n", "f") is None
    assert sight_of("x = f('" + "a" * 70_000 + "')\n", "f") is None


def test_a_place_without_such_a_node_is_not_seen() -> None:
    text = "x = 1\n"
    statement = index("a.py", text.encode()).bindings["x"][0].statement
    nothing: Suspect[cst.Call] = Suspect("a.py", Span(1, 0, 1, 1), "", Shape("Call"), statement)
    assert see(Source("a.py", text.encode()), nothing) is None


# ------------------------------------------------------------------ one defect, one code


def test_one_defect_has_one_code(tmp_path: Path) -> None:
    text = """
        from sqlalchemy.ext.asyncio import AsyncSession
        async def f(session: AsyncSession):
            await session.query(1).all()
            await session.execute(q).scalars()
    """
    assert codes(tmp_path, {"app.py": text}) == [("ADB401", "app.py", 3), ("ADB303", "app.py", 4)]


@pytest.mark.parametrize(
    ("line", "version"),
    [
        ("type X = int", "3.12"),
        ("def f[T](x: T): ...", "3.12"),
        ("except A, B:", "3.14"),
        ("x = t'a'", "3.14"),
    ],
)
def test_syntax_that_is_newer_than_the_interpreter_is_named(
    line: str, version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.version_info", (3, 11, 0))
    found = unreadable("a.py", f"import x\n{line}\n".encode(), SyntaxError("invalid syntax", ("a.py", 2, 5, line)))
    assert (found.line, found.column) == (2, 5)
    assert f"Python {version} syntax" in found.reason


def test_a_merge_conflict_is_named() -> None:
    data = b"import sqlalchemy\n<<<<<<< HEAD\nx = 1\n=======\nx = 2\n>>>>>>> other\n"
    with pytest.raises(SyntaxError) as caught:
        index("a.py", data)
    found = unreadable("a.py", data, caught.value)
    assert (found.line, found.reason) == (2, "invalid syntax (an unresolved merge conflict)")


def test_f_strings_that_are_newer_than_the_interpreter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.version_info", (3, 11, 0))
    found = unreadable("a.py", b"x", SyntaxError("f-string: unmatched '('", ("a.py", 1, 1, "x")))
    assert "Python 3.12 may read it" in found.reason


def test_what_else_can_be_wrong_with_a_file() -> None:
    assert unreadable("a.py", b"", RecursionError()).reason == "nested too deeply to be parsed"
    assert unreadable("a.py", b"", ValueError("null bytes")).reason == "null bytes"
    assert unreadable("a.py", b"x", SyntaxError("bad", ("a.py", 9, 1, ""))).reason == "bad"


def test_code_is_quoted_in_a_few_characters() -> None:
    text = "async def f():\n    (await a.b(1)).c[0].d(lambda: 1)()\n    [1].e()\n"
    calls = [call for scope in index("a.py", text.encode()).inner() for call in scope.calls]
    assert {quoted(call) for call in calls} == {
        "a.b(…)", "(await a.b(…)).c[…].d(…)", "(await a.b(…)).c[…].d(…)()", "….e()"
    }  # fmt: skip


def test_a_psycopg2_connection_in_an_async_route_blocks(tmp_path: Path) -> None:
    text = """
        import psycopg2
        from fastapi import FastAPI
        from sqlalchemy.ext.asyncio import create_async_engine
        from sqlalchemy.orm import Session
        engine = create_async_engine(URL)
        app = FastAPI()
        @app.get("/")
        async def route():
            psycopg2.connect(DSN)
    """
    assert codes(tmp_path, {"app.py": text}, "ADB101", "ADB305") == [("ADB305", "app.py", 9)]


def test_a_root_that_is_a_package_is_imported_by_its_name_or_by_a_dot() -> None:
    engine = b"from sqlalchemy.ext.asyncio import create_async_engine\n"
    inside = {"__init__.py": b"", "db.py": engine, "stop.py": b"from . import db\n"}
    assert relevance.relevant(inside, "shop") == {"db.py", "stop.py"}
    above = {"__init__.py": engine, "stop.py": b"from shop import engine\n", "go.py": b"from . import engine\n"}
    assert relevance.relevant(above, "shop") == {"__init__.py", "stop.py", "go.py"}
