"""How many connections the pools may open, beside what the server allows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from async_db_lint.commands.cli import main

ENGINE = "from sqlalchemy.ext.asyncio import create_async_engine\nengine = create_async_engine('postgresql+asyncpg://h/d'{})\n"
SETTINGS = """
from pydantic import Field
from pydantic_settings import BaseSettings
class Settings(BaseSettings):
    size: int = Field(default=3)
    overflow: int = 4
settings = Settings()
"""


def asked(folder: Path, text: str, capsys: pytest.CaptureFixture[str], *options: str) -> Any:
    (folder / "app.py").write_text(text)
    main(["audit", str(folder), "--root", str(folder), "--exit-zero", "--format", "json", *options])
    return json.loads(capsys.readouterr().out)["connections"]


@pytest.mark.parametrize(
    ("options", "most"),
    [
        ("", 15),
        (", pool_size=20", 30),
        (", pool_size=2, max_overflow=0", 2),
        (", pool_size=settings.size, max_overflow=settings.overflow", 7),
        (", max_overflow=-1", None),
        (", pool_size=0", None),
        (", poolclass=NullPool", None),
        (", pool_size=int(os.environ['SIZE'])", None),
        (", **OPTIONS", None),
    ],
)
def test_a_pool_has_its_size_and_its_overflow(
    tmp_path: Path, options: str, most: int | None, capsys: pytest.CaptureFixture[str]
) -> None:
    found = asked(tmp_path, SETTINGS + ENGINE.format(options), capsys)
    assert (found["engines"], found["unknown"]) == (({"engine": most}, []) if most else ({}, ["engine"]))


def test_processes_and_instances_multiply(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    deployed = ("--workers", "4", "--instances", "2", "--max-connections", "100")
    found = asked(tmp_path, ENGINE.format(""), capsys, *deployed)
    assert (found["in_a_process"], found["everywhere"]) == (15, 120)
    for name in ("a.txt", "a.md", "a.html"):
        main(
            [
                "audit",
                str(tmp_path),
                "--root",
                str(tmp_path),
                "--exit-zero",
                *deployed,
                "--output",
                str(tmp_path / name),
            ]
        )
        assert "120, of 100 that the server allows: too many." in (tmp_path / name).read_text()


def test_engines_of_migrations_do_not_count(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "env.py").write_text("from alembic import context\n" + ENGINE.format(""))
    assert asked(tmp_path, ENGINE.format(", pool_size=1"), capsys)["in_a_process"] == 11


@pytest.mark.parametrize("number", ["0", "-1", "x", "1.5"])
def test_a_number_of_nothing_is_refused(tmp_path: Path, number: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["audit", str(tmp_path), f"--workers={number}"])
    assert "is not a number from 1 on" in capsys.readouterr().err
