"""An audit begins with what its findings do: the worst first, equal ones together, advice counted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from async_db_lint.audit.consequences import consequences
from async_db_lint.commands.cli import main
from async_db_lint.rule.consequence import Consequence
from async_db_lint.rule.finding import Finding, Location, Severity
from async_db_lint.run.selection import all_rules
from tests.projects import written

SHOP = {
    "database.py": """\
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

engine = create_async_engine("postgresql+asyncpg://db/shop", pool_pre_ping=True)
SessionLocal = async_sessionmaker(engine, expire_on_commit=False)


async def one() -> None:
    async with SessionLocal() as session:
        session.commit()


async def two() -> None:
    async with SessionLocal() as session:
        session.commit()
""",
}
ADVICE = """
from fastapi import FastAPI
from sqlalchemy import select

from database import SessionLocal, engine
from models import Book

app = FastAPI()


@app.get("/books")
async def books() -> list[int]:
    async with SessionLocal() as session:
        return list(await session.scalars(select(Book.id)))
"""


def finding(code: str, severity: Severity, line: int, message: str = "is lost") -> Finding:
    return Finding(code, "name", severity, Location("a.py", line, 1, line, 2), message)


def test_the_worst_is_first_and_equal_ones_are_together() -> None:
    found = consequences([
        finding("ADB104", Severity.WARNING, 1),
        finding("ADB602", Severity.ADVICE, 2),
        finding("ADB606", Severity.WARNING, 3),
        finding("ADB301", Severity.ERROR, 4),
        finding("ADB301", Severity.ERROR, 5),
        finding("ADB301", Severity.ERROR, 6, "another"),
    ])  # fmt: skip
    assert [(item.consequence, item.places, item.advice) for item in found] == [
        (Consequence.LOSES_DATA, 4, 0),
        (Consequence.HOLDS_CONNECTIONS, 1, 0),
        (Consequence.COSTS, 0, 1),
    ]
    rows = [(entry.finding.code, [place.line for place in entry.places]) for entry in found[0].entries]
    assert rows == [("ADB301", [4, 5]), ("ADB301", [6]), ("ADB606", [3])]


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
def test_every_rule_says_what_it_is_about(rule: type) -> None:
    assert isinstance(rule.__dict__["consequence"], Consequence)


def test_the_text_begins_with_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = written(tmp_path, SHOP)
    assert main(["audit", str(root)]) == 1
    text = capsys.readouterr().out
    assert "\nloses or falsifies data in 2 places\n    error  ADB301 missing-await: " in text
    assert text.index("loses or falsifies") < text.index("  M1  ")
    assert text.count("ADB301 missing-await: ") == 3  # once above with both places, and each where it belongs


def test_json_markdown_and_page_have_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = written(tmp_path, SHOP)
    main(["audit", str(root), "--format", "json"])
    data = json.loads(capsys.readouterr().out)
    assert [(item["consequence"], item["places"]) for item in data["consequences"]][:1] == [
        ("loses or falsifies data", 2)
    ]
    assert [place["line"] for place in data["consequences"][0]["entries"][0]["places"]] == [9, 14]
    assert data["version"] and data["date"] and data["commit"] is None  # noqa: PT018
    main(["audit", str(root), "--format", "markdown"])
    assert "\n- **loses or falsifies data in 2 places**\n  - error: **ADB301 missing-await**" in capsys.readouterr().out
    main(["audit", str(root), "--format", "html"])
    page = capsys.readouterr().out
    assert '<h2 class="effect">Loses or falsifies data in 2 places</h2>\n<ul><li><a href="#f' in page


def test_advice_fails_no_audit_unless_asked(tmp_path: Path) -> None:
    models = (
        "from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column\n\n\nclass Base(DeclarativeBase): pass\n"
    )
    models += "class Book(Base):\n    __tablename__ = 'book'\n    id: Mapped[int] = mapped_column(primary_key=True)\n"
    lines = SHOP["database.py"].partition("\n\n\nasync def one")[0] + "\n"
    stop = "\n\n@app.on_event('shutdown')\nasync def stop():\n    await engine.dispose()\n"
    root = written(tmp_path, {"database.py": lines, "models.py": models, "main.py": ADVICE + stop})
    found = main(["audit", str(root), "--fail-on", "error"])
    assert (found, main(["audit", str(root), "--fail-on", "advice"])) == (0, 1)
    assert main(["audit", str(root), "--fail-on", "advice", "--exit-zero"]) == 0
