"""Which project a command is about, wherever it is run, and from where the paths are that forges are given."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from async_db_lint.commands.cli import main
from tests.projects import written

BAD = """
    import os
    from sqlalchemy.ext.asyncio import create_async_engine
    engine = create_async_engine(os.environ["DATABASE_URL"], echo=True)
"""
SETTINGS = '[tool.async-db-lint]\nignore = ["ADB106"]\n'


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    files = {
        "one/app/db.py": BAD,
        "one/pyproject.toml": SETTINGS,
        "two/app/db.py": BAD,
        "broken.py": "import asyncpg\n(",
    }
    return written(tmp_path, files)


def checked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[str]]:
    status = main(["check", "--output-format", "json", *arguments])
    output = capsys.readouterr().out
    return status, [row["path"] for row in json.loads(output)] if output.startswith("[") else []


@pytest.mark.parametrize("inside", ["", "one", "two/app", ".."])
def test_the_path_names_the_project(
    inside: str, workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(workspace / inside)
    assert checked(capsys, str(workspace / "one"))[0] == 0
    assert checked(capsys, str(workspace / "one" / "app" / "db.py"))[0] == 0
    status, paths = checked(capsys, str(workspace / "two"))
    assert (status, len(paths)) == (1, 1)  # and not the broken file beside


def test_a_root_is_what_is_checked(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(workspace)
    assert checked(capsys, "--root", "two") == (1, ["two/app/db.py"])
    assert checked(capsys, "--root", "one") == (0, [])
    assert checked(capsys, "--root", "one", "--isolated") == (1, ["one/app/db.py"])
    assert checked(capsys, "--root", "two", "--config", "one/pyproject.toml") == (0, [])


def test_paths_of_several_projects_are_checked_together(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(workspace)
    assert checked(capsys, "one", "two") == (1, ["two/app/db.py"])  # the table of `one` holds there


@pytest.mark.parametrize("path", ["/", "~"])
def test_neither_a_home_folder_nor_all_files_are_a_project(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert main(["check", str(tmp_path) if path == "~" else path]) == 2
    assert "not a project; name the project's folder" in capsys.readouterr().err


PATHS = {
    "github": r"file=([^,]+),",
    "gitlab": r'"path": "([^"]+)"',
    "sarif": r'"uri": "([^"]+)"',
    "rdjson": r'"path": "([^"]+)"',
}


@pytest.mark.parametrize("output_format", PATHS)
@pytest.mark.parametrize("inside", ["", "server", "server/app"])
def test_forges_are_given_paths_from_the_top_of_the_repository(
    output_format: str,
    inside: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    lifespan = """
        from contextlib import asynccontextmanager
        from fastapi import FastAPI
        from app import db
        @asynccontextmanager
        async def lifespan(app):
            async with db.engine.connect():
                yield
        app = FastAPI(lifespan=lifespan)
    """
    written(tmp_path, {"server/app/db.py": BAD, "server/app/main.py": lifespan, "server/app/__init__.py": ""})
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path / inside)
    main(["check", "--output-format", output_format, "--root", str(tmp_path / "server"), "--select", "ADB104,ADB106"])
    found = set(re.findall(PATHS[output_format], capsys.readouterr().out))
    related = {"server/app/main.py"} if output_format in ("sarif", "rdjson") else set()
    assert found == {"server/app/db.py", *related}
