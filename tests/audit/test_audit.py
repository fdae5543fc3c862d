"""The audit: every item passes with evidence on the reference application, and fails on what breaks it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from textwrap import dedent, indent
from xml.etree import ElementTree

import pytest
from markdown_it import MarkdownIt

from async_db_lint.audit.audit import Audit, audit
from async_db_lint.audit.checklist import ITEMS, Outcome, codes_of
from async_db_lint.audit.facts import Standing
from async_db_lint.commands.cli import main
from async_db_lint.read.source import Source
from async_db_lint.report.audit import as_html, as_json, as_markdown, as_text
from async_db_lint.report.audit.drawing import drawing
from async_db_lint.report.audit.graph import graph
from async_db_lint.rule.rule import Rule
from async_db_lint.run.examine import Target
from async_db_lint.run.selection import all_rules
from async_db_lint.settings.config import Config
from tests.projects import DATABASE, written
from tests.report.test_formats import CONTROL, hostile, shown
from tests.rules.test_fixtures import FIXTURES, root_of

ROOT = Path(__file__).parents[2]
GUIDED = [rule for rule in all_rules() if rule.guide]
FORBIDDEN = {"script", "img", "link", "iframe", "object", "embed", "base", "form"}
VOID = {"meta", "path", "rect"}


@cache
def of_bookshop() -> Audit:
    return audit(Target(ROOT, [ROOT / "reference_app"], Config(exclude=("fixtures",))))


def of(root: Path) -> dict[str, Outcome]:
    return {answer.item.key: answer.outcome for answer in audit(Target(root, [root], Config())).answers}


def test_the_reference_application_passes_every_item_with_evidence() -> None:
    found = of_bookshop()
    assert {answer.outcome for answer in found.answers} == {Outcome.PASSED}
    for answer in found.answers:
        assert any(fact.standing is Standing.PROVEN and fact.places for fact in answer.facts), answer.item.key
    assert found.others == ()


def test_what_the_reference_application_is_made_of() -> None:
    found = of_bookshop().inventory
    engines = [engine for engine in found.engines if engine.is_in_application]
    for engine in engines:
        assert (engine.driver, engine.echo, engine.disposals[0].place.path) == (
            "asyncpg",
            None,
            "reference_app/main.py",
        )
    assert [factory.engines for factory in found.factories] == [(engine.place,) for engine in engines]
    assert {item.name: (item.needs, item.routes) for item in found.dependencies} == {
        "get_session": ((), 14),
        "get_readiness_session": ((), 1),
        "get_report_session": ((), 1),
        "catalogue": (("get_session",), 10),
        "ordering": (("get_session",), 4),
        "sales": (("get_report_session",), 1),
    }
    assert len(found.routes) == 19
    assert [route.path for route in found.routes if route.session == "stream"] == ["GET /orders/export.csv"]
    assert dict(found.versions)["sqlalchemy"] == ">=2.0"


def test_every_rule_that_names_the_guide_names_a_line_of_it() -> None:
    lines = {item.guide for item in ITEMS}
    for rule in GUIDED:
        assert set(rule.guide.split("; ")) <= lines, rule.code
    for item in ITEMS:
        assert codes_of(item), item.key


@pytest.mark.parametrize("rule", GUIDED, ids=lambda rule: rule.code)
def test_a_bad_example_fails_its_items_and_the_good_one_does_not(rule: type[Rule], tmp_path: Path) -> None:
    folder = FIXTURES / f"{rule.code}-{rule.name}"
    keys = [item.key for item in ITEMS if rule.code in codes_of(item)]
    bad = of(root_of(folder, "bad", tmp_path))
    assert all(bad[key] is Outcome.FAILED for key in keys)
    for path in tmp_path.glob("*.py"):
        path.unlink()
    good = of(root_of(folder, "good", tmp_path))
    assert all(good[key] is not Outcome.FAILED for key in keys)


PARTS = {
    "database.py": DATABASE.replace("URL", "settings.url"),
    "main.py": """
        from fastapi import FastAPI
        from database import SessionLocal, engine
        app = FastAPI()
        def keep(): return SessionLocal()
    """,
}


def test_what_the_code_does_not_say_is_not_proven(tmp_path: Path) -> None:
    found = audit(Target(written(tmp_path, PARTS), [tmp_path], Config()))
    outcomes = {answer.item.key: answer for answer in found.answers}
    assert outcomes["C1"].outcome is Outcome.OPEN
    assert "not written in the code" in outcomes["C1"].facts[0].text
    assert outcomes["C5"].outcome is Outcome.FAILED
    assert outcomes["M5"].outcome is Outcome.NOT_APPLICABLE
    assert outcomes["M5"].reason == "no route was found"


def test_another_database_is_no_failure(tmp_path: Path) -> None:
    files = {"app.py": DATABASE.replace("URL", '"sqlite+aiosqlite://"')}
    (answer,) = [
        item for item in audit(Target(written(tmp_path, files), [tmp_path], Config())).answers if item.item.key == "C1"
    ]
    assert (answer.outcome, answer.reason) == (Outcome.NOT_APPLICABLE, "`engine` runs on sqlite+aiosqlite")


def test_a_suppressed_finding_leaves_its_item_open(tmp_path: Path) -> None:
    text = DATABASE.replace("URL)", "'postgresql+asyncpg://db', echo=True)  # noqa: ADB106")
    found = audit(Target(written(tmp_path, {"app.py": text}), [tmp_path], Config(select=("ADB1",))))
    (answer,) = [item for item in found.answers if item.item.key == "C7"]
    assert answer.outcome is Outcome.OPEN
    assert any("a comment suppresses ADB106" in fact.text for fact in answer.facts)
    assert len(found.suppressed) == 1


def test_the_configuration_cannot_choose_what_is_asked(tmp_path: Path) -> None:
    root = written(tmp_path, {"app.py": DATABASE.replace("URL", '"postgresql+asyncpg://db", echo=True')})
    config = Config(select=("ADB9",), ignore=("ADB106",), per_file_ignores=(("*", ("ADB106",)),))
    assert {a.item.key: a.outcome for a in audit(Target(root, [root], config)).answers}["C7"] is Outcome.FAILED


def test_a_setting_that_is_off_by_default_is_no_echo(tmp_path: Path) -> None:
    settings = "class Settings(BaseSettings):\n    echo: bool = False\nsettings = Settings()\n"
    database = "from settings import settings\n" + DATABASE.replace("URL", "U, echo=settings.echo").replace(
        "\n    ", "\n"
    )
    root = written(tmp_path, {"settings.py": settings, "database.py": database})
    (answer,) = [item for item in audit(Target(root, [root], Config())).answers if item.item.key == "C7"]
    assert answer.outcome is Outcome.PASSED
    assert answer.facts[0].text == "`engine` has `echo=settings.echo`, which is off by default"


# What is claimed of an application's life.

LIFE = """
    import asyncio, os
    from contextlib import AsyncExitStack, asynccontextmanager
    from fastapi import FastAPI
    from sqlalchemy import text
    from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
    engine = create_async_engine("postgresql+asyncpg://db")
    ENGINES = [engine]
    SessionLocal = async_sessionmaker(engine, expire_on_commit=False)
    def keep(): return SessionLocal()
    async def ask():
        async with SessionLocal() as session:
            await session.execute(text("SELECT 1"))
    async def stop():
        await engine.dispose()
    @asynccontextmanager
    async def lifespan(app):
{}
    app = FastAPI(lifespan=lifespan)
"""


def life(root: Path, body: str, more: str = "") -> tuple[Outcome, Outcome]:
    """How start and stop are answered for the body of a lifespan."""
    text = LIFE.format(indent(dedent(body), " " * 8)) + indent(dedent(more), " " * 4)
    outcomes = of(written(root, {"app.py": text}))
    return outcomes["C4"], outcomes["C5"]


YES, MAYBE, NO = Outcome.PASSED, Outcome.OPEN, Outcome.FAILED


@pytest.mark.parametrize(
    ("body", "start", "stop"),
    [
        ("await ask()\nyield\nawait stop()", YES, YES),
        ("async with engine.connect():\n    yield\nawait engine.dispose()", YES, YES),
        ("try:\n    await ask()\n    yield\nfinally:\n    await engine.dispose()", YES, YES),
        ("yield\nawait ask()\nawait stop()", MAYBE, YES),
        ("await ask()\nawait stop()\nyield", YES, MAYBE),
        ("asyncio.create_task(ask())\nyield\nawait stop()", MAYBE, YES),
        ("if os.getenv('ASK'):\n    await ask()\nyield\nif os.getenv('STOP'):\n    await stop()", MAYBE, MAYBE),
        ("SessionLocal()\nyield\nawait stop()", MAYBE, YES),
        ("try:\n    await ask()\nexcept OSError:\n    await stop()\nyield", YES, MAYBE),
        ("await ask()\nyield\nfor item in (engine,):\n    await item.dispose()", YES, YES),
        ("await ask()\nyield\nfor item in ENGINES:\n    await item.dispose()", YES, YES),
        ("await ask()\nyield\nfor item in found():\n    await item.dispose()", YES, MAYBE),
        ("await ask()\nyield\nawait asyncio.gather(engine.dispose())", YES, YES),
        ("await ask()\nyield\nasyncio.create_task(engine.dispose())", YES, MAYBE),
        (
            "async with AsyncExitStack() as s:\n    s.push_async_callback(engine.dispose)\n    await ask()\n    yield",
            YES,
            YES,
        ),
        (
            "async with AsyncExitStack() as s:\n    s.push_async_callback(engine.dispose)\nawait ask()\nyield",
            YES,
            MAYBE,
        ),
        ("async with other() as s:\n    s.push_async_callback(engine.dispose)\n    await ask()\n    yield", YES, MAYBE),
    ],
)
def test_what_starts_and_stops_is_claimed_only_where_it_is_certain(
    body: str, start: Outcome, stop: Outcome, tmp_path: Path
) -> None:
    assert life(tmp_path, body) == (start, stop)


def test_the_lifespan_of_a_mounted_application_is_never_run(tmp_path: Path) -> None:
    body = "await ask()\nyield\nawait stop()"
    assert life(tmp_path, body, "\nouter = FastAPI()\nouter.mount('/in', app)\n") == (MAYBE, MAYBE)


def test_one_of_two_applications_does_not_speak_for_both(tmp_path: Path) -> None:
    assert life(tmp_path, "await ask()\nyield\nawait stop()", "\nother = FastAPI()\n") == (MAYBE, MAYBE)


@pytest.mark.parametrize(
    ("code", "closed"),
    [
        (
            "s = SessionLocal()\n    try:\n        await s.commit()\n    finally:\n        await s.close()",
            "in `finally`",
        ),
        ("s = SessionLocal()\n    await s.commit()\n    if s.dirty:\n        await s.close()", ""),
        ("async with SessionLocal() as s:\n        await s.commit()", "opened with `async with`"),
        ("async with SessionLocal.begin() as s:\n        s.add(s)", "opened with `async with`"),
    ],
)
def test_a_session_is_closed_only_where_it_is_certain(code: str, closed: str, tmp_path: Path) -> None:
    text = dedent(LIFE.format("        yield")) + f"async def work():\n    {code}\n"
    found = audit(Target(written(tmp_path, {"app.py": text}), [tmp_path], Config())).inventory
    (session,) = [item for item in found.sessions if item.function == "work"]
    assert closed in session.closed
    assert bool(closed) == bool(session.closed)


VALIDATED = """
    from pydantic import field_validator
    from pydantic_settings import BaseSettings
    from sqlalchemy.engine import make_url
    from sqlalchemy.ext.asyncio import create_async_engine
    class Settings(BaseSettings):
        url: str
        @field_validator("url")
        def check(cls, value):
            url = make_url(value)
            {}
    settings = Settings()
    engine = create_async_engine(settings.url)
"""


@pytest.mark.parametrize(
    ("code", "driver"),
    [
        ("url = url.set(drivername='postgresql+asyncpg'); return str(url)", "asyncpg"),
        ("if url.drivername != 'x': raise ValueError\n            if url: url = url.set(drivername='postgresql+asyncpg')\n            return str(url)", "asyncpg"),
        ("if url: url = url.set(drivername='postgresql+asyncpg')\n            return str(url)", None),
        ("print(url.set(drivername='postgresql+asyncpg')); return value", None),
    ],
)  # fmt: skip
def test_a_validator_gives_the_driver_only_where_it_returns_it(code: str, driver: str | None, tmp_path: Path) -> None:
    found = audit(Target(written(tmp_path, {"app.py": VALIDATED.format(code)}), [tmp_path], Config())).inventory
    assert found.engines[0].driver == driver


def test_a_default_is_not_the_url(tmp_path: Path) -> None:
    text = "import os\nfrom sqlalchemy.ext.asyncio import create_async_engine\nengine = create_async_engine({})\n"
    url = 'os.getenv("URL", "postgresql+asyncpg://db")'
    outcomes = [
        of(written(tmp_path, {"app.py": text.format(item)}))["C1"] for item in (url, '"postgresql+asyncpg://x"')
    ]
    assert outcomes == [MAYBE, YES]


def test_what_cannot_be_read_leaves_everything_open(tmp_path: Path) -> None:
    root = written(tmp_path, {"app.py": DATABASE.replace("URL", "url"), "broken.py": "import sqlalchemy\ndef f(:\n"})
    assert set(of(root).values()) <= {MAYBE, NO}


ROUTED = """
    from typing import Annotated
    from fastapi import APIRouter, Depends, FastAPI
    from db import SessionLocal
    async def get_db():
        async with SessionLocal.begin() as session:
            yield session
    async def admin(db=Depends(get_db)): ...
    DB = Depends(get_db)
    router = APIRouter(prefix="/shop", dependencies=[Depends(admin)])
    outer = APIRouter(prefix=VERSION)
    outer.include_router(router, prefix="/api")
    app = FastAPI()
    app.include_router(outer)
    @router.get("/one")
    @router.get("/two")
    async def one(db=DB): ...
    @router.get("/plain")
    async def plain(): ...
    @router.post("/called")
    async def called(): await work()
    async def work():
        async with SessionLocal() as session: ...
"""


def test_routes_and_what_is_called_before_them(tmp_path: Path) -> None:
    root = written(tmp_path, {"db.py": DATABASE.replace("URL", "url"), "app.py": ROUTED})
    found = audit(Target(root, [root], Config())).inventory
    assert {item.name: item.routes for item in found.dependencies} == {"get_db": 4, "admin": 4}
    assert [(item.path, item.session) for item in found.routes] == [
        ("GET …/api/shop/one", "dependency"),
        ("GET …/api/shop/two", "dependency"),
        ("GET …/api/shop/plain", "none"),
        ("POST …/api/shop/called", "called"),
    ]


ANSWERED = """
    from fastapi import FastAPI
    from pydantic import BaseModel
    from sqlalchemy import ForeignKey, select
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, selectinload
    from db import AsyncSession, SessionLocal
    class Base(DeclarativeBase): ...
    class Author(Base):
        __tablename__ = "author"
        id: Mapped[int] = mapped_column(primary_key=True)
        books: Mapped[list["Book"]] = relationship()
    class Book(Base):
        __tablename__ = "book"
        id: Mapped[int] = mapped_column(primary_key=True)
        author_id: Mapped[int] = mapped_column(ForeignKey("author.id"))
    class BookOut(BaseModel):
        id: int
    class AuthorOut(BaseModel):
        books: list[BookOut]
    async def get_db():
        async with SessionLocal() as session:
            yield session
    Db = Annotated[AsyncSession, Depends(get_db)]
    app = FastAPI()
    @app.get("/with", response_model=list[AuthorOut])
    async def with_books(db: Db):
        return (await db.scalars(select(Author).options(selectinload(Author.books)))).all()
    @app.get("/without", response_model=AuthorOut)
    async def without_books(db: Db):
        return (await db.scalars(select(Author))).first()
    @app.get("/perhaps", response_model=AuthorOut)
    async def perhaps(db: Db):
        return (await db.scalars(select(Author).options(*OPTIONS))).first()
    @app.get("/book", response_model=BookOut)
    async def book(db: Db):
        return await db.get(Book, 1)
    @app.get("/number")
    async def number(db: Db) -> int:
        return 1
"""


def test_a_route_says_whether_what_its_response_reads_is_loaded(tmp_path: Path) -> None:
    imports = "from typing import Annotated\nfrom fastapi import Depends\n"
    root = written(tmp_path, {"db.py": DATABASE.replace("URL", "url"), "app.py": imports + dedent(ANSWERED)})
    found = audit(Target(root, [root], Config()))
    assert {item.name: item.response for item in found.inventory.routes} == {
        "with_books": "loaded",
        "without_books": "not loaded",
        "perhaps": "not known",
        "book": "loaded",
        "number": "",
    }
    text = as_text.render(found, shown)
    assert "Responses made of mapped objects" in text


def test_dependencies_of_the_same_name_are_told_apart(tmp_path: Path) -> None:
    app = """
        from fastapi import Depends, FastAPI
        from db import SessionLocal
        from other import get_db as theirs
        async def get_db():
            async with SessionLocal() as session:
                yield session
        app = FastAPI()
        @app.get("/a")
        async def a(db=Depends(get_db)): ...
        @app.get("/b")
        async def b(db=Depends(theirs)): ...
    """
    other = "from db import SessionLocal\nasync def get_db():\n    async with SessionLocal() as s:\n        yield s\n"
    root = written(tmp_path, {"db.py": DATABASE.replace("URL", "url"), "app.py": app, "other.py": other})
    found = audit(Target(root, [root], Config()))
    assert [item.name for item in found.inventory.dependencies] == ["get_db in app.py", "get_db in other.py"]
    assert len(graph(found.inventory).edges) == 5


# The formats.


class Reader(HTMLParser):
    """Checks that tags are closed in order, and keeps tags, addresses and text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.links: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]
        assert not any(name.startswith("on") for name, _ in attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def html_of(found: Audit) -> str:
    return as_html.render(found, shown, lambda path: Source(path, (ROOT / path).read_bytes()))


def spoiled() -> Audit:
    """An audit with names and messages that are made to break out."""
    findings = tuple(hostile(400))
    found = of_bookshop()
    answer = replace(found.answers[0], findings=findings[:200], outcome=Outcome.FAILED, reason=findings[5].message)
    engine = replace(found.inventory.engines[0], name=findings[0].message, driver=findings[1].message)
    route = replace(found.inventory.routes[0], name=findings[2].message, path=findings[3].message)
    made_of = replace(found.inventory, engines=(engine,), routes=(route,))
    return replace(found, name=findings[4].message, answers=(answer, *found.answers[1:]), others=findings[200:],
                   inventory=made_of)  # fmt: skip


def test_the_page_needs_nothing_else() -> None:
    reader = Reader()
    reader.feed(html_of(of_bookshop()))
    assert reader.open == []
    assert reader.links == []
    assert not FORBIDDEN & set(reader.tags)
    assert reader.text.count("passed") >= len(ITEMS)
    for item in ITEMS:
        assert item.title.replace("`", "") in reader.text


def test_a_page_shows_each_finding_once_with_its_source_and_remedy() -> None:
    folder = FIXTURES / "ADB104-engine-not-disposed" / "bad"
    text = as_html.render(
        audit(Target(folder, [folder], Config())), shown, lambda path: Source(path, (folder / path).read_bytes())
    )
    assert text.count('id="f1"') == 1
    assert text.count('href="#f1"') == 2  # from what it does, and from the second item that it fails
    assert "<b>create_async_engine(DATABASE_URL)</b>" in text
    assert "<strong>Instead:</strong> <code>await engine.dispose()</code> where the application stops" in text


def test_a_page_shows_no_password(tmp_path: Path) -> None:
    line = '"postgresql+asyncpg://shop:hunter2@db/shop", echo=True'
    root = written(tmp_path, {"app.py": DATABASE.replace("URL", line)})
    text = as_html.render(
        audit(Target(root, [root], Config())), shown, lambda path: Source(path, (root / path).read_bytes())
    )
    assert "hunter2" not in text
    assert "shop:…@db" in text


def test_nothing_breaks_out_of_a_page() -> None:
    reader = Reader()
    text = as_html.render(spoiled(), shown, lambda path: Source(path, b"<b>\x1b[31m</b>\n" * 12))
    reader.feed(text)
    assert reader.open == []
    assert reader.tags.count("details") == len(ITEMS) + 1
    assert not FORBIDDEN & set(reader.tags)
    assert not CONTROL.search(text)
    ElementTree.fromstring(text[text.index("<svg") : text.index("</svg>") + 6])


def test_nothing_breaks_out_of_the_other_formats() -> None:
    found = spoiled()
    assert len(json.loads(as_json.render(found, shown))["others"]) == 200
    text = as_text.render(found, shown)
    assert not CONTROL.search(text)
    marked = as_markdown.render(found, shown)
    assert not CONTROL.search(marked)
    tokens = MarkdownIt("commonmark").enable("table").parse(marked)
    inner = [child for token in tokens for child in token.children or ()]
    assert {child.type for child in inner} <= {
        "text",
        "code_inline",
        "strong_open",
        "strong_close",
        "softbreak",
        "text_special",
    }
    assert [token.content.strip() for token in tokens if token.type == "html_block"] == [
        "<details><summary>What the project is made of</summary>",
        "</details>",
    ]


def test_the_drawing_is_well_formed_and_says_itself_in_words() -> None:
    svg = drawing(graph(of_bookshop().inventory), ())
    tree = ElementTree.fromstring(svg)
    title = next(iter(tree)).text or ""
    assert "engine to SessionLocal; readiness_engine to ReadinessSession" in title
    assert svg.count('class="node"') == 20


def columns(found: Audit) -> Iterator[list[str]]:
    for column in graph(found.inventory).columns:
        yield [node.title for node in column]


def test_the_way_goes_from_engines_to_routes() -> None:
    assert list(columns(of_bookshop())) == [
        ["engine", "readiness_engine", "reporting_engine"],
        ["SessionLocal", "ReadinessSession", "ReportSession"],
        ["get_session", "3 functions", "get_readiness_session", "get_report_session", "1 function"],
        ["catalogue", "ordering", "sales"],
        ["10 routes", "4 routes", "1 route", "1 route", "2 routes", "1 route"],
    ]


# The command.


def test_the_name_of_the_file_chooses_the_format(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, start in (("a.html", "<!doctype html>"), ("a.md", "## Audit"), ("a.json", "{"), ("a.txt", "Audit of")):
        assert main(["audit", str(ROOT / "reference_app"), "--output", str(tmp_path / name)]) == 0
        assert (tmp_path / name).read_text().startswith(start)
    assert main(["audit", str(ROOT / "reference_app"), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["project"] == "reference_app"


def test_the_status_says_whether_an_item_failed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = FIXTURES / "ADB106-echo-enabled"
    root = str(root_of(folder, "bad", tmp_path))
    assert main(["audit", root]) == 1
    assert main(["audit", root, "--exit-zero"]) == 0
    assert main(["audit", str(tmp_path / "nowhere")]) == 2
    assert main(["audit", root, "--output", str(tmp_path / "no" / "such" / "a.html")]) == 2
    errors = capsys.readouterr().err
    assert "nowhere" in errors
    assert "cannot be written" in errors


def test_an_empty_folder_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", str(tmp_path)]) == 2
    assert "no Python files of the project" in capsys.readouterr().err
    written(tmp_path, {"app.py": "x = 1\n"})
    assert main(["audit", str(tmp_path)]) == 0
    assert "No async engine or session in 1 file: there is nothing to audit." in capsys.readouterr().out


def test_paths_are_the_project_s_when_it_is_elsewhere(tmp_path: Path) -> None:
    folder = FIXTURES / "ADB106-echo-enabled"
    root = root_of(folder, "bad", tmp_path)
    elsewhere = tmp_path.parent / "elsewhere"
    elsewhere.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "async_db_lint", "audit", str(root)]
    run = subprocess.run(command, cwd=elsewhere, capture_output=True, text=True)
    assert " bad.py:" in run.stdout


LIFESPAN = """
    from contextlib import asynccontextmanager
    from fastapi import FastAPI
    from sqlalchemy.ext.asyncio import create_async_engine
    {import_}
    engine = create_async_engine("postgresql+asyncpg://localhost/shop")
    @asynccontextmanager
    async def lifespan(app):
        yield
        await engine.dispose()
    app = FastAPI(lifespan=lifespan)
"""


@pytest.mark.parametrize(
    ("import_", "outcome"),
    [("import shop.old", Outcome.OPEN), ("from shop import old", Outcome.OPEN), ("", Outcome.PASSED)],
)
@pytest.mark.parametrize("way", ["excluded", "ignored"])
def test_nothing_passes_while_code_that_is_imported_was_left_out(
    way: str, import_: str, outcome: Outcome, tmp_path: Path
) -> None:
    files = {
        "shop/__init__.py": "",
        "shop/main.py": LIFESPAN.replace("{import_}", import_),
        "shop/old.py": "LATE = 1\n",
    }
    written(tmp_path, {**files, ".gitignore": "old.py\n"} if way == "ignored" else files)
    config = Config(exclude=("old.py",) if way == "excluded" else ())
    answers = {item.item.key: item for item in audit(Target(tmp_path, [tmp_path], config)).answers}
    assert answers["C5"].outcome is outcome
    texts = [fact.text for fact in answers["C5"].facts]
    assert ("imported, and left out of the project: `shop/old.py`" in texts) is (outcome is Outcome.OPEN)


# What passes only where the evidence would not exist otherwise.

OFF = 'engine = create_async_engine("postgresql+asyncpg://db", echo=False)'
KEPT = "SessionLocal = async_sessionmaker(engine, expire_on_commit=False)"


@pytest.mark.parametrize(
    ("more", "key", "outcome"),
    [
        ("", "C7", YES),
        ("engine.echo = False", "C7", YES),
        ("engine.echo = settings.echo", "C7", MAYBE),
        ("if DEBUG:\n    engine.echo = True", "C7", MAYBE),
        ("found().echo = True", "C7", MAYBE),
        ("def later(): engine.echo = True", "C7", MAYBE),  # nothing runs it
        ("logging.getLogger('sqlalchemy.engine').setLevel(LEVEL)", "C7", MAYBE),
        ("other = create_async_engine('postgresql+asyncpg://b')\nother.echo = X", "C7", MAYBE),
        ("", "C2", YES),
        ("SessionLocal.configure(bind=engine)", "C2", YES),
        ("SessionLocal.configure(expire_on_commit=False)", "C2", YES),
        ("SessionLocal.configure(expire_on_commit=True)", "C2", NO),
        ("SessionLocal.configure(expire_on_commit=X)", "C2", MAYBE),
        ("SessionLocal.configure(**OPTIONS)", "C2", MAYBE),
        ("", "M1", YES),
        ("other = create_async_engine('postgresql+psycopg://b')", "M1", YES),
        ("other = create_async_engine(URL)", "M1", MAYBE),
        ("other = create_async_engine('postgresql+unheard://b')", "M1", MAYBE),
        ("other = create_async_engine('postgresql+psycopg2://b')", "M1", NO),
        ("other = create_async_engine('postgresql+psycopg2://b')", "C1", NO),
    ],
)
def test_nothing_passes_that_something_else_undoes(more: str, key: str, outcome: Outcome, tmp_path: Path) -> None:
    imports = (
        "import logging\nfrom sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine\n"
        "def found(): return UNKNOWN\n"
    )
    assert of(written(tmp_path, {"app.py": f"{imports}{OFF}\n{KEPT}\n{more}\n"}))[key] is outcome


WRITING = """
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
class Orders:
    def __init__(self, session: AsyncSession): self.session = session
    def put(self, order): self.session.add(order)
    async def count(self): return await self.session.execute(text("UPDATE orders SET n = 1"))
class Other:
    def __init__(self, session: AsyncSession):
        self.orders = Orders(session)
        self.session = session
    async def place(self, order):
        {}
"""


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        ("return order", YES),
        ("self.orders.put(order)\n        await self.session.execute(text('UPDATE lines SET n = 1'))", MAYBE),
        ("self.session.add(order)\n        await self.orders.count()", MAYBE),
        ("await self.orders.count()", YES),
    ],
)
def test_raw_sql_beside_writes_of_other_functions_is_mixed(body: str, outcome: Outcome, tmp_path: Path) -> None:
    assert of(written(tmp_path, {"app.py": WRITING.format(body)}))["M4"] is outcome
