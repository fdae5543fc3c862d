"""An audit beside an earlier one: what is new, what is gone, what is as it was."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from async_db_lint.commands.cli import main

HEAD = """from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

engine = create_async_engine("postgresql+asyncpg://h/d", echo=True)
SessionLocal = async_sessionmaker(engine, expire_on_commit=False)
"""
JOB = """

async def rename(name):
    async with SessionLocal() as session:
        {}session.commit()
"""


def audited(folder: Path, *options: str) -> int:
    return main(["audit", str(folder), "--root", str(folder), "--exit-zero", *options])


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A project with a mistake, and its audit."""
    (tmp_path / "app.py").write_text(HEAD + JOB.format(""))
    audited(tmp_path, "--output", str(tmp_path / "old.json"))
    return tmp_path / "old.json"


def comparison(old: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    capsys.readouterr()
    audited(old.parent, "--format", "json", "--compare", str(old))
    return json.loads(capsys.readouterr().out)["comparison"]


def test_nothing_has_changed_where_lines_have_only_moved(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = old.parent / "app.py"
    path.write_text('"""A module."""\n\nimport os\n\n' + path.read_text())
    found = comparison(old, capsys)
    assert (found["new"], found["gone"], found["items"]) == ([], [], [])
    assert found["unchanged"] > 1


def test_what_was_mended_is_gone(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (old.parent / "app.py").write_text(HEAD + JOB.format("await "))
    found = comparison(old, capsys)
    assert len(found["gone"]) == 1
    assert "ADB301" in found["gone"][0]
    assert found["new"] == []


def test_what_came_is_new_and_its_item_fails(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (old.parent / "app.py").write_text(HEAD + JOB.format("") + "\n\nsession = SessionLocal()\n")
    found = comparison(old, capsys)
    assert [item["code"] for item in found["new"]] == ["ADB201"]
    assert ("M2", "failed") in [(item["key"], item["now"]) for item in found["items"]]


def test_a_second_one_of_the_same_is_new(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (old.parent / "app.py").write_text(HEAD + JOB.format("") + JOB.format("").replace("rename", "again"))
    assert [item["code"] for item in comparison(old, capsys)["new"]] == ["ADB301"]


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html"])
def test_every_format_says_it(old: Path, name: str) -> None:
    (old.parent / "app.py").write_text(HEAD + JOB.format("await ") + "\n\nsession = SessionLocal()\n")
    audited(old.parent, "--compare", str(old), "--output", str(old.parent / name))
    text = (old.parent / name).read_text()
    assert "1 new, 1 gone" in text
    assert "gone: app.py:9: ADB301" in text.replace("\\", "")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"findings": [1]}', None])
def test_another_file_is_refused_in_one_sentence(
    tmp_path: Path, text: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "app.py").write_text(HEAD)
    if text is not None:
        (tmp_path / "old.json").write_text(text)
    assert audited(tmp_path, "--compare", str(tmp_path / "old.json")) == 2
    assert "old.json: " in capsys.readouterr().err
