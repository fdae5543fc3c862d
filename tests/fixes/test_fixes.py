"""Fixes: what they make of each bad example, of variants of it, and of code that they must leave alone."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from async_db_lint.commands.cli import main
from async_db_lint.rule.change import Safety
from async_db_lint.run.selection import all_rules
from tests.fixing import ANYWHERE, BOTH, FIXTURES, code_of, copied, run_fixes, texts
from tests.projects import DATABASE, checked, written

Files = dict[str, bytes]
FOLDERS = sorted({path.parent for path in FIXTURES.glob("*/fixed*")})
SAFE = frozenset((Safety.SAFE,))
NO_FIX = re.compile(rb"# expect: ADB\d{3} \(no fix\)")  # marks what no fix is offered for


def without_fix(folder: Path) -> int:
    """How many mistakes of a bad example are marked as having no fix."""
    paths = (folder / "bad").rglob("*.py") if (folder / "bad").is_dir() else [folder / "bad.py"]
    return sum(len(NO_FIX.findall(path.read_bytes())) for path in paths)


def one(root: Path, text: str, *select: str, allowed: frozenset[Safety] = BOTH) -> str:
    """What fixes make of one file."""
    (root / "app.py").write_text(text)
    done = run_fixes(root, *select, allowed=allowed)
    return texts(root, done)["app.py"].decode()


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_bad_example_becomes_the_fixed_one(folder: Path, tmp_path: Path) -> None:
    root = copied(folder, "bad", tmp_path / "bad")
    after = texts(root, run_fixes(root, code_of(folder)))
    kind = folder / "fixed"
    wanted = {path.relative_to(kind).as_posix(): path.read_bytes() for path in kind.rglob("*.py")}
    assert after == (wanted or {"bad.py": (folder / "fixed.py").read_bytes()})


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_fixed_example_passes_and_stays(folder: Path, tmp_path: Path) -> None:
    root = copied(folder, "fixed", tmp_path / "fixed")
    done = run_fixes(root, *([] if code_of(folder) != ANYWHERE else ["ALL"]))
    assert not done.files
    assert [item.code for item in done.report.findings] == [code_of(folder)] * without_fix(folder)


def test_every_bad_example_with_a_fix_has_a_fixed_one(tmp_path: Path) -> None:
    for folder in sorted(FIXTURES.glob("ADB*")):
        root = copied(folder, "bad", tmp_path / folder.name)
        if run_fixes(root, code_of(folder)).files and code_of(folder) != "ADB901":
            assert folder in FOLDERS, folder.name


def test_a_rule_says_of_what_kind_its_fixes_are(tmp_path: Path) -> None:
    for rule in all_rules():
        (folder,) = FIXTURES.glob(f"{rule.code}-*")
        root = copied(folder, "bad", tmp_path / folder.name)
        select = rule.code if rule.code != "ADB901" else "ALL"  # it speaks of rules that run
        applied = [item for item in run_fixes(root, select).applied if item.code == rule.code]
        kinds = {item.fix.safety for item in applied if item.fix is not None}
        assert bool(kinds) == (rule.fix is not None), rule.code
        assert rule.fix is Safety.SAFE or Safety.SAFE not in kinds, rule.code


# Mechanical variants: the same fix, or none.


def with_variant(folder: Path, variant: Any, scratch: Path) -> tuple[Files, Files, Files]:
    """What is usually made of an example; a variant of the example; and what is made of that."""
    plain = copied(folder, "bad", scratch / "plain")
    usual = texts(plain, run_fixes(plain, code_of(folder)))
    varied = copied(folder, "bad", scratch / "varied")
    before: Files = {}
    for file in varied.rglob("*.py"):
        file.write_bytes(variant(file.read_bytes()))
        before[file.relative_to(varied).as_posix()] = file.read_bytes()
    return usual, before, texts(varied, run_fixes(varied, code_of(folder)))


def crlf(data: bytes) -> bytes:
    return data.replace(b"\n", b"\r\n")


def tabs(data: bytes) -> bytes:
    return data.replace(b"    ", b"\t")


def foreign(data: bytes) -> bytes:
    return "# Größe 漢字 🙂\n".encode() + data


def marked(data: bytes) -> bytes:
    return b"\xef\xbb\xbf" + data


def without_end(data: bytes) -> bytes:
    return data.rstrip(b"\n")


def commented(data: bytes) -> bytes:
    ends = (b",", b"(", b"[", b"{", b"\\", b'"""')
    lines = data.split(b"\n")
    return b"\n".join(
        line + b"  # why" if line and not line.endswith(ends) and b'"""' not in line else line for line in lines
    )


VARIANTS = [crlf, tabs, foreign, marked, without_end, commented]


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.__name__)
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_variants_get_the_same_fix_or_none(folder: Path, variant: Any, tmp_path: Path) -> None:
    usual, before, after = with_variant(folder, variant, tmp_path)
    for path, data in after.items():
        ast.parse(data)
        if variant is commented:  # a comment may stand in the way of a fix; none is lost
            assert data.count(b"# why") >= before[path].count(b"# why")
            continue
        assert data == variant(usual[path]), path


# Variants after which another fix may be right, or none: what is there must be the old or the expected line.

RENAMED = {"create_async_engine": "make_engine", "async_sessionmaker": "factory_of", "AsyncSession": "Work",
           "select": "choose", "text": "sql", "FastAPI": "Api", "sessionmaker": "makes"}  # fmt: skip


def aliased(data: bytes) -> bytes:
    """Every imported name of the libraries under another one."""
    text = data.decode()
    head = re.compile(r"^(from (?:sqlalchemy|fastapi)[\w.]* import )(.*)$", re.MULTILINE)
    taken = {name for match in head.finditer(text) for name in match[2].split(", ")} & RENAMED.keys()
    imports = head.sub(lambda match: match[1] + ", ".join(
        f"{name} as {RENAMED[name]}" if name in taken else name for name in match[2].split(", ")), text)  # fmt: skip
    lines = [
        line
        if head.match(line)
        else re.sub(rf"\b({'|'.join(taken)})\b(?!=)", lambda m: RENAMED[m[1]], line)
        if taken
        else line
        for line in imports.split("\n")
    ]
    return "\n".join(lines).encode()


def nested(data: bytes) -> bytes:
    """Everything below the imports in a block."""
    lines = data.decode().split("\n")
    last = max((number for number, line in enumerate(lines) if line.startswith(("import ", "from "))), default=-1)
    body = [f"    {line}" if line else line for line in lines[last + 1 :]]
    return "\n".join([*lines[: last + 1], "if True:", *body, "    pass", ""]).encode()


def decorated(data: bytes) -> bytes:
    """Every function under a decorator that changes nothing."""
    text = re.sub(r"^( *)(async def|def) ", r"\1@typing.no_type_check\n\1\2 ", data.decode(), flags=re.MULTILINE)
    return ("import typing\n" + text).encode()


def by_first_name(line: bytes) -> str:
    """A line without its indentation, aliases taken back: a fix imports what it needs by its own name."""
    text = line.decode().strip()
    for name, alias in RENAMED.items():
        text = re.sub(rf"\b{alias}\b", name, text)
    return text


@pytest.mark.parametrize("variant", [aliased, nested, decorated], ids=lambda variant: variant.__name__)
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_other_shapes_get_the_expected_lines_or_keep_their_own(folder: Path, variant: Any, tmp_path: Path) -> None:
    usual, before, after = with_variant(folder, variant, tmp_path)
    for path, data in after.items():
        compile(data, path, "exec", dont_inherit=True)
        known = {by_first_name(line) for text in (before[path], variant(usual[path])) for line in text.splitlines()}
        odd = [line for line in data.splitlines() if by_first_name(line) not in known and not line.startswith(b"from ")]
        assert odd == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("async def f(s: AsyncSession): s.commit()", "async def f(s: AsyncSession): await s.commit()"),
        ("async def f(s: AsyncSession): x = 1; await s.add(x)", "async def f(s: AsyncSession): x = 1; s.add(x)"),
        ("async def f():\n    with S() as s: s.add(1)", "async def f():\n    async with S() as s: s.add(1)"),
        ("async def f():\n    s = S(); await s.flush()", "async def f():\n    s = S(); await s.flush()"),
        ("class A:\n    async def f(self, s: AsyncSession): await s.add(1)", "class A:\n    async def f(self, s: AsyncSession): s.add(1)"),
    ],
)  # fmt: skip
def test_one_line_bodies(before: str, after: str, tmp_path: Path) -> None:
    head = f"{HEAD}S = async_sessionmaker(URL, expire_on_commit=False)\n"
    assert one(tmp_path, f"{head}{before}\n", "ADB2", "ADB3") == f"{head}{after}\n"


@pytest.mark.parametrize("variant", [crlf, tabs, marked, without_end], ids=lambda variant: variant.__name__)
def test_the_end_of_lines_and_of_files_is_kept(variant: Any, tmp_path: Path) -> None:
    text = "from sqlalchemy.ext.asyncio import create_async_engine\n\nengine = create_async_engine(URL, echo=True)\n"
    (tmp_path / "app.py").write_bytes(variant(text.encode()))
    done = run_fixes(tmp_path, "ADB106")
    assert done.files["app.py"].after == variant(text.replace(", echo=True", "").encode())


def test_lines_are_not_put_into_a_file_that_ends_them_in_two_ways(tmp_path: Path) -> None:
    text = "from sqlalchemy.ext.asyncio import create_async_engine\r\ne = create_async_engine(\n    URL,\n    echo=True,\n)\n"
    (tmp_path / "app.py").write_bytes(text.encode())
    assert not run_fixes(tmp_path, "ADB106").files
    (tmp_path / "app.py").write_bytes(text.replace("\n    ", "").encode())
    assert (
        run_fixes(tmp_path, "ADB106").files["app.py"].after
        == text.replace("\n    ", "").replace("echo=True,", "").encode()
    )


# Single fixes.

HEAD = "from sqlalchemy import text\nfrom sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine\n"


def engine(arguments: str) -> str:
    return f"{HEAD}e = create_async_engine({arguments})\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("URL, echo=True", "URL"),
        ("URL, echo=True, pool_size=3", "URL, pool_size=3"),
        ("URL, pool_size=3, echo=True,", "URL, pool_size=3,"),
        ("\n    URL,\n    echo=True,\n", "\n    URL,\n"),
        ("\n    URL,\n    echo=True,\n    pool_size=3,\n", "\n    URL,\n    pool_size=3,\n"),
        ("\n    URL, echo=True\n", "\n    URL\n"),
        ("URL, echo=True,  # log SQL\n    pool_size=3", "URL, echo=True,  # log SQL\n    pool_size=3"),
        ("url=URL, echo=True", "url=URL"),
    ],
)
def test_an_argument_goes_in_the_style_of_the_call(before: str, after: str, tmp_path: Path) -> None:
    assert one(tmp_path, engine(before), "ADB106") == engine(after)


def factory(arguments: str) -> str:
    return f"{HEAD}S = async_sessionmaker({arguments})\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "expire_on_commit=False"),
        ("e", "e, expire_on_commit=False"),
        ("e,", "e, expire_on_commit=False,"),
        ("\n    e,\n    class_=AsyncSession,\n", "\n    e,\n    class_=AsyncSession,\n    expire_on_commit=False,\n"),
        ("\n    e,\n", "\n    e,\n    expire_on_commit=False,\n"),
        ("\n    e\n", "\n    e,\n    expire_on_commit=False\n"),
        ("e, expire_on_commit=True", "e, expire_on_commit=False"),
        ("\n    e,  # why\n", "\n    e,  # why\n"),
    ],
)
def test_an_argument_comes_in_the_style_of_the_call(before: str, after: str, tmp_path: Path) -> None:
    assert one(tmp_path, factory(before), "ADB202") == factory(after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("s.commit()", "await s.commit()"),
        ("x = s.execute(q).all()", "x = (await s.execute(q)).all()"),
        ("return s.execute(q).scalars().all()", "return (await s.execute(q)).scalars().all()"),
        ("x = s.scalar(q) + 1", "x = (await s.scalar(q)) + 1"),
        ("x = [s.execute(q).all() for q in l]", "x = [s.execute(q).all() for q in l]"),
        ("f = lambda: s.execute(q).all()", "f = lambda: s.execute(q).all()"),
        ("s.commit(); s.close()", "await s.commit(); await s.close()"),
        ("if True: s.commit()", "if True: await s.commit()"),
    ],
)
def test_await_is_put_where_it_may_stand(before: str, after: str, tmp_path: Path) -> None:
    text = HEAD + "async def f(s: AsyncSession, l, q):\n    {}\n"
    assert one(tmp_path, text.format(before), "ADB301") == text.format(after)


URLS = [
    ("'postgresql://h'", "'postgresql+asyncpg://h'"),
    ('r"postgres://h"', 'r"postgresql+asyncpg://h"'),
    ("f'postgresql://{h}/d'", "f'postgresql+asyncpg://{h}/d'"),
    ("'postgresql://' + host", "'postgresql+asyncpg://' + host"),
    ("'postgresql://'\n    'host'", "'postgresql+asyncpg://'\n    'host'"),
    ('"""postgresql+psycopg2://h"""', '"""postgresql+asyncpg://h"""'),
    ("'sqlite:///x.db'", "'sqlite+aiosqlite:///x.db'"),
    ("'mysql://h'", "'mysql://h'"),
]


@pytest.mark.parametrize(("before", "after"), URLS)
def test_the_driver_is_named_where_the_url_is_written(before: str, after: str, tmp_path: Path) -> None:
    assert one(tmp_path, engine(before), "ADB102") == engine(after)
    text = f"{HEAD}URL = ({{}})\ne = create_async_engine(URL)\n"
    assert one(tmp_path, text.format(before), "ADB102") == text.format(after)


def test_a_url_that_a_synchronous_engine_needs_is_left(tmp_path: Path) -> None:
    text = (
        "from sqlalchemy import create_engine\nfrom sqlalchemy.ext.asyncio import create_async_engine\n"
        "URL = 'postgresql://h'\none = create_engine(URL)\ntwo = create_async_engine(URL)\n"
    )
    assert one(tmp_path, text, "ADB102") == text


QUERY = "{}from sqlalchemy.ext.asyncio import AsyncSession\nfrom sqlalchemy.orm import DeclarativeBase\n\n\nclass B(DeclarativeBase):\n    pass\n\n\nclass U(B):\n    pass\n\n\nasync def f(s: AsyncSession):\n    {}\n"
CHAINS = [
    ("return s.query(U).filter(U.id == 1).first()", "return (await s.scalars(select(U).where(U.id == 1).limit(1))).first()", "select"),
    ("return await s.query(U).all()", "return (await s.scalars(select(U))).all()", "select"),
    ("return s.query(U.id, U.name).order_by(U.id).all()", "return (await s.execute(select(U.id, U.name).order_by(U.id))).all()", "select"),
    ("return s.query(U).get(1).name", "return (await s.get(U, 1)).name", ""),
    ("return s.query(U).filter_by(name='x').one_or_none()", "return (await s.scalars(select(U).filter_by(name='x'))).one_or_none()", "select"),
    ("return s.query(U.id).scalar()", "return (await s.execute(select(U.id))).scalar_one_or_none()", "select"),
    ("return s.query(U).count()", "return await s.scalar(select(func.count()).select_from(select(U).subquery()))", "func, select"),
    ("s.query(U).filter(U.id == 1).delete()", "await s.execute(delete(U).where(U.id == 1))", "delete"),
    ("n = s.query(U).delete(synchronize_session=False)", "n = (await s.execute(delete(U).execution_options(synchronize_session=False))).rowcount", "delete"),
    ("s.query(U).filter(U.id == 1).update({U.name: 'x'})", "await s.execute(update(U).where(U.id == 1).values({U.name: 'x'}))", "update"),
    ("return s.query(U).options(joinedload(U.b)).all()", "return (await s.scalars(select(U).options(joinedload(U.b)))).unique().all()", "select"),
    ("return s.query(U).join(U.b).all()", "return (await s.scalars(select(U).join(U.b))).unique().all()", "select"),
]  # fmt: skip
UNKNOWN = [
    "return s.query(U)",
    "return s.query(self.model).all()",
    "return s.query(aliased(U)).all()",
    "s.query(U).update(values={U.name: 'x'})",
    "return s.query(x).all()",
    "return s.query(U).from_self().all()",
    "return [u for u in s.query(U)]",
    "return s.query(U).first",
    "return (\n        s.query(U)  # those\n        .all()\n    )",
]


@pytest.mark.parametrize(("before", "after", "names"), CHAINS)
def test_a_chain_on_query_is_written_with_select(before: str, after: str, names: str, tmp_path: Path) -> None:
    imports = f"from sqlalchemy import {names}\n" if names else ""
    assert one(tmp_path, QUERY.format("", before), "ADB401") == QUERY.format(imports, after)


@pytest.mark.parametrize("text", UNKNOWN)
def test_a_chain_that_is_not_understood_is_left(text: str, tmp_path: Path) -> None:
    assert one(tmp_path, QUERY.format("", text), "ADB401") == QUERY.format("", text)


def test_an_application_without_a_lifespan_gets_one(tmp_path: Path) -> None:
    written(tmp_path, {
        "shop/__init__.py": "",
        "shop/database.py": DATABASE.replace("URL", '"postgresql+asyncpg://db"'),
        "shop/main.py": """
            import logging

            from fastapi import FastAPI

            from .database import SessionLocal

            log = logging.getLogger(__name__)

            # The application.
            app = FastAPI(title="Shop")


            def keep():
                return SessionLocal()
        """,
    })  # fmt: skip
    after = texts(tmp_path, run_fixes(tmp_path, "ADB104"))["shop/main.py"].decode()
    assert after == (
        "import logging\nfrom collections.abc import AsyncIterator\nfrom contextlib import asynccontextmanager\n\n"
        "from fastapi import FastAPI\n\nfrom .database import SessionLocal, engine\n\n"
        "log = logging.getLogger(__name__)\n\n\n"
        "@asynccontextmanager\nasync def lifespan(app: FastAPI) -> AsyncIterator[None]:\n"
        "    yield\n    await engine.dispose()\n\n\n"
        '# The application.\napp = FastAPI(title="Shop", lifespan=lifespan)\n\n\ndef keep():\n    return SessionLocal()\n'
    )


IMPORTS = [
    ("from sqlalchemy.ext.asyncio import AsyncSession\nfrom sqlalchemy.orm import sessionmaker\n",
     "from sqlalchemy.ext.asyncio import async_sessionmaker\n"),
    ("from sqlalchemy.ext.asyncio import (\n    AsyncSession,\n    create_async_engine,\n)\nfrom sqlalchemy.orm import sessionmaker, joinedload\n",
     "from sqlalchemy.ext.asyncio import (\n    async_sessionmaker,\n    create_async_engine,\n)\nfrom sqlalchemy.orm import joinedload\n"),
    ("from sqlalchemy.orm import sessionmaker  # why\nfrom sqlalchemy.ext.asyncio import AsyncSession\n",
     "from sqlalchemy.orm import sessionmaker  # why\nfrom sqlalchemy.ext.asyncio import async_sessionmaker\n"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after"), IMPORTS)
def test_imports_come_and_go_in_the_style_of_the_file(before: str, after: str, tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("sqlalchemy>=2.0\n")
    text = "{}S = {}\n"
    found = one(
        tmp_path,
        text.format(before, "sessionmaker(URL, class_=AsyncSession, expire_on_commit=False)"),
        "ADB203",
        allowed=SAFE,
    )
    assert found == text.format(after, "async_sessionmaker(URL, expire_on_commit=False)")


def test_a_name_that_another_file_imports_stays(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("sqlalchemy>=2.0\n")
    (tmp_path / "other.py").write_text("from app import sessionmaker\n")
    before = IMPORTS[0][0] + "S = sessionmaker(URL, class_=AsyncSession)\n"
    assert "from sqlalchemy.orm import sessionmaker\n" in one(tmp_path, before, "ADB203")


def test_a_name_that_means_something_else_stands_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("sqlalchemy>=2.0\n")
    before = IMPORTS[0][0] + "def async_sessionmaker(): ...\nS = sessionmaker(URL, class_=AsyncSession)\n"
    assert one(tmp_path, before, "ADB203") == before


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = 1  # noqa: ADB106", "x = 1"),
        ("x = 1  # noqa: E501, ADB106", "x = 1  # noqa: E501"),
        ("x = 1  # noqa: ADB106, ADB104", "x = 1"),
        ("x = 1  # noqa: ADB106  # pylint: disable=x", "x = 1  # pylint: disable=x"),
        ("x = 1  # noqa: ADB106 because", "x = 1  # noqa: ADB106 because"),
        ("x = 1  # adb: ignore[ADB106, missing-await]", "x = 1"),
        ("# noqa: ADB106\nx = 1", "x = 1"),
    ],
)
def test_a_code_that_suppresses_nothing_goes(before: str, after: str, tmp_path: Path) -> None:
    assert one(tmp_path, f"import sqlalchemy\n{before}\n", "ALL", allowed=SAFE) == f"import sqlalchemy\n{after}\n"


def test_unsafe_fixes_are_made_only_when_they_are_wanted(tmp_path: Path) -> None:
    text = HEAD + "async def f(s: AsyncSession):\n    s.commit()\n    await s.add(1)\n"
    assert one(tmp_path, text, "ADB3", allowed=SAFE) == text.replace("await s.add", "s.add")


# What a fix must leave alone: each was made wrongly once.

APP = """
from contextlib import asynccontextmanager
from fastapi import APIRouter, Depends, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
engine = create_async_engine("postgresql+asyncpg://db")
SessionLocal = async_sessionmaker(engine, expire_on_commit=False)
def keep(): return SessionLocal()
"""
SPAN = "@asynccontextmanager\nasync def lifespan(app):\n    {}\napp = FastAPI(lifespan=lifespan)\n"
OPEN = "async def f(x):\n    {}\n"
ALONE = {
    "ADB104": [
        SPAN.format("yield\n    return"),
        SPAN.format("try:\n        yield\n    finally:\n        raise ValueError"),
        SPAN.format("if app:\n        yield\n    else:\n        yield"),
        "app = FastAPI()\n@app.on_event('startup')\ndef start(): ...\n",
    ],
    "ADB603": [
        "app = FastAPI()\n@app.on_event('startup')\nasync def _(): ...\n@app.on_event('shutdown')\nasync def _(): ...\n",
        "app = FastAPI()\n@app.on_event('startup')\nasync def start(): ...\n@app.get('/')\nasync def start(): ...\n",
        "app = FastAPI()\n@app.on_event('startup')\nasync def start(): ...\ndef more(app):\n    @app.on_event('startup')\n    def other(): ...\n",
        "app = FastAPI()\nrouter = APIRouter()\n@router.on_event('startup')\nasync def start(): ...\n",
        "app = FastAPI()\n@app.on_event('startup')\nasync def start(x=1): ...\n",
    ],
    "ADB613": [
        SPAN.format("start = 1\n    yield") + "@app.on_event('startup')\nasync def start(): ...\n",
    ],
    "ADB204": [
        OPEN.format("s, n = SessionLocal(), 1\n    await s.flush()\n    return n"),
        OPEN.format("x.s = s = SessionLocal()\n    await s.flush()"),
        OPEN.format(
            "s = SessionLocal()\n    await s.flush()\n    async def later():\n        await s.flush()\n    x.add(later)"
        ),
        OPEN.format("s = SessionLocal()\n    await s.flush()\n    return await s.stream(x)"),
        OPEN.format("s = SessionLocal()\n    await s.flush()\n    await s.close()\n    await slow(x)"),
        OPEN.format("if x:\n        s = SessionLocal()\n        await s.flush()\n    await s.flush()"),
    ],
    "ADB205": [
        "async def get():\n    for _ in x:\n        async with SessionLocal() as s:\n            return s\nD = Depends(get)\n",
        "async def get():\n    try:\n        async with SessionLocal() as s:\n            return s\n    except OSError:\n        print()\nD = Depends(get)\n",
        "async def get():\n    async with SessionLocal() as s:\n        return s\nD = Depends(get)\nfactories = {'db': get}\n",
        "async def get():\n    async with SessionLocal() as s:\n        return s\nD = Depends(get)\nasync def job():\n    s = await get()\n",
        "session = {}\nasync def get():\n    return SessionLocal(info=session)\nD = Depends(get)\n",
    ],
}


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, texts in ALONE.items() for text in texts])
def test_code_in_which_a_fix_would_do_harm_is_left(code: str, text: str, tmp_path: Path) -> None:
    assert one(tmp_path, APP + text, code) == APP + text
    assert checked(tmp_path, code).findings, "there is nothing to fix"


def test_an_import_that_would_be_a_circle_is_not_made(tmp_path: Path) -> None:
    files = {
        "db.py": "from main import URL\n" + APP.partition("from fastapi")[2].partition("\n")[2].replace('"postgresql+asyncpg://db"', "URL"),
        "main.py": "from contextlib import asynccontextmanager\nfrom fastapi import FastAPI\nURL = 'postgresql+asyncpg://x'\n" + SPAN.format("import db\n    yield"),
    }  # fmt: skip
    root = written(tmp_path, files)
    found = checked(root, "ADB104").findings
    assert [item.fix for item in found] == [None]


def test_names_that_are_arguments_elsewhere_stand_in_the_way(tmp_path: Path) -> None:
    text = QUERY.format("from sqlalchemy import select\n", "return s.query(U).all()\n\n\ndef g(select): ...")
    assert one(tmp_path, text, "ADB401") == text


def test_an_import_comes_above_its_first_use(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("sqlalchemy>=2.0\n")
    text = (
        IMPORTS[0][0] + "S = sessionmaker(URL, class_=AsyncSession)\nfrom sqlalchemy.ext.asyncio import AsyncEngine\n"
    )
    after = one(tmp_path, text, "ADB203")
    assert after.index("async_sessionmaker") < after.index("S = ")
    assert "import async_sessionmaker\n" in after


def test_a_star_import_or_an_attribute_keeps_a_name(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("sqlalchemy>=2.0\n")
    for use in ("from app import *\nx: AsyncSession\n", "import app\nx: app.AsyncSession\n"):
        (tmp_path / "other.py").write_text(use)
        assert "AsyncSession" in one(tmp_path, IMPORTS[0][0] + "S = sessionmaker(URL, class_=AsyncSession)\n", "ADB203")


def test_a_factory_that_is_compared_is_changed_only_unsafely(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("sqlalchemy>=2.0\n")
    text = IMPORTS[0][0] + "S = sessionmaker(URL, class_=AsyncSession)\nassert isinstance(S, sessionmaker)\n"
    assert one(tmp_path, text, "ADB203", allowed=SAFE) == text
    assert "async_sessionmaker(URL)" in one(tmp_path, text, "ADB203")


def test_a_chain_whose_end_is_a_coroutine_is_awaited_twice(tmp_path: Path) -> None:
    text = HEAD + "async def f(s: AsyncSession):\n    return {}\n"
    before, after = "await s.connection().execute(1)", "await (await s.connection()).execute(1)"
    assert one(tmp_path, text.format(before), "ADB303") == text.format(after)


def test_a_url_that_asyncpg_or_libpq_gets_too_is_left(tmp_path: Path) -> None:
    text = f"{HEAD}import asyncpg\nURL = 'postgresql://h'\ne = create_async_engine(URL)\nasync def f():\n    await asyncpg.connect(URL)\n"
    assert one(tmp_path, text, "ADB102") == text
    text = engine("'postgresql://h/d?sslmode=require'")
    assert one(tmp_path, text, "ADB102") == text


def test_blocks_are_indented_as_the_file_is_however_deep(tmp_path: Path) -> None:
    text = f"{APP}class A:\n    class B:\n        async def m(self):\n            s = SessionLocal()\n            await s.flush()\n"
    assert one(tmp_path, text, "ADB204").endswith(
        "        async def m(self):\n            async with SessionLocal() as s:\n                await s.flush()\n"
    )


# The command.

BAD = HEAD + "async def f(s: AsyncSession):\n    await s.add(1)\n    s.commit()\n"
GOOD = BAD.replace("await s.add", "s.add")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "app.py").write_text(BAD)
    return tmp_path


def check(*arguments: str) -> int:
    return main(["check", "--root", ".", "--output-format", "concise", *arguments])


def test_fix_writes_and_reports_the_rest(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check("--fix", "--show-fixes") == 1
    seen = capsys.readouterr()
    assert (root / "app.py").read_text() == GOOD
    assert "fixed app.py: ADB302 await-on-sync: Remove `await`" in seen.out
    assert "ADB301" in seen.out
    assert "Fixed 1 finding in 1 file." in seen.err
    assert check("--fix", "--unsafe-fixes") == 0
    assert check("--fix", "--unsafe-fixes") == 0


def test_fix_only_reports_nothing(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check("--fix-only") == 0
    assert capsys.readouterr().out == ""
    assert (root / "app.py").read_text() == GOOD


def test_diff_prints_a_patch_that_applies_and_changes_nothing(root: Path) -> None:
    command = [sys.executable, "-m", "async_db_lint", "check", "--diff", "--unsafe-fixes", "--root", "."]
    for text in (BAD, BAD.rstrip("\n"), BAD.replace("\n", "\r\n"), BAD.replace("s.commit()", "s.commit()  # é\x0c")):
        (root / "app.py").write_bytes(text.encode())
        run = subprocess.run(command, cwd=root, capture_output=True)
        assert run.returncode == 1
        assert (root / "app.py").read_bytes() == text.encode()
        subprocess.run(["git", "apply", "-"], cwd=root, input=run.stdout, check=True)
        assert checked(root, "ADB3").findings == ()
        assert subprocess.run(command, cwd=root, capture_output=True).returncode == 0


def test_standard_input_is_fixed_to_standard_output(root: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "async_db_lint",
        "check",
        "-",
        "--stdin-filename",
        "app.py",
        "--root",
        ".",
        "--fix",
    ]
    run = subprocess.run(command, cwd=root, input=BAD.encode(), capture_output=True)
    assert run.stdout.decode() == GOOD
    assert (root / "app.py").read_text() == BAD


def test_a_fix_that_needs_another_file_is_not_made_for_standard_input(root: Path) -> None:
    main_file = (
        "from contextlib import asynccontextmanager\nfrom fastapi import FastAPI\nfrom app import S\n"
        + SPAN.format("yield")
    )
    written(root, {"main.py": main_file + "def keep(): return S()\n"})
    text = (
        HEAD
        + 'engine = create_async_engine("postgresql+asyncpg://db", echo=True)\nS = async_sessionmaker(engine, expire_on_commit=False)\n'
    )
    command = [sys.executable, "-m", "async_db_lint", "check", "-", "--stdin-filename", "app.py", "--root", "."]
    run = subprocess.run([*command, "--fix", "--unsafe-fixes"], cwd=root, input=text.encode(), capture_output=True)
    assert run.stdout.decode() == text.replace(", echo=True", "")
    assert (root / "main.py").read_text() == main_file + "def keep(): return S()\n"


def test_a_file_that_cannot_be_written_is_an_error_in_one_sentence(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "again.txt").hardlink_to(root / "app.py")
    assert check("--fix") == 2
    assert "app.py has 2 names (hard links), so it was not changed" in capsys.readouterr().err
    assert (root / "app.py").read_text() == BAD


def test_files_that_one_fix_changes_are_written_together_or_not(root: Path) -> None:
    files = {"database.py": "URL = 'postgresql://h'\n", "app.py": "from database import URL\nfrom sqlalchemy.ext.asyncio import create_async_engine, async_sessionmaker\n"
             "engine = create_async_engine(URL)\nS = async_sessionmaker(engine, expire_on_commit=False)\n",
             "main.py": "from fastapi import FastAPI\nfrom app import S\nfrom contextlib import asynccontextmanager\n@asynccontextmanager\nasync def lifespan(app):\n    yield\napp = FastAPI(lifespan=lifespan)\ndef keep(): return S()\n"}  # fmt: skip
    written(root, files)
    (root / "again.txt").hardlink_to(root / "main.py")
    assert check("--fix-only", "--unsafe-fixes") == 2
    assert (root / "main.py").read_text() == files["main.py"]
    assert (root / "database.py").read_text() == "URL = 'postgresql+asyncpg://h'\n"


def test_fixes_are_in_json_and_sarif(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", "--root", ".", "--output-format", "json", "--exit-zero"])
    found = {item["code"]: item["fix"] for item in json.loads(capsys.readouterr().out)}
    assert found["ADB302"]["safety"] == "safe"
    assert found["ADB301"] == {
        "title": "Await it",
        "safety": "unsafe",
        "edits": [{"path": "app.py", "line": 5, "column": 5, "end_line": 5, "end_column": 5, "text": "await "}],
    }
    main(["check", "--root", ".", "--output-format", "sarif", "--exit-zero"])
    (run,) = json.loads(capsys.readouterr().out)["runs"]
    changes = [item["fixes"][0]["artifactChanges"][0] for item in run["results"]]
    assert {change["artifactLocation"]["uri"] for change in changes} == {"app.py"}
    assert [change["replacements"][0]["insertedContent"]["text"] for change in changes] == ["", "await "]


@pytest.mark.parametrize(
    "line",
    ["if c: pass\n    elif s.scalar(c): pass", "match s.scalar(c):\n        case _: pass", "while s.scalar(c): pass"],
)
def test_a_finding_in_a_header_that_is_read_alone_is_reported(line: str, tmp_path: Path) -> None:
    text = f"from sqlalchemy.ext.asyncio import AsyncSession\nasync def f(s: AsyncSession, c):\n    {line}\n"
    report = checked(written(tmp_path, {"app.py": text}), "ADB301")
    assert not report.faults
    assert [item.code for item in report.findings] == ["ADB301"]
