"""What is printed on systems other than this one: paths on other drives, and consoles with another encoding."""

from __future__ import annotations

import ntpath
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from async_db_lint.commands.printed import shown_from
from tests.projects import written

BAD = """
    from sqlalchemy.ext.asyncio import create_async_engine
    engine = create_async_engine("postgresql+asyncpg://db/größe", echo=True, connect_args={"sslmode": "größe"})
"""


def test_a_path_on_another_drive_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    def relpath(path: str | Path) -> str:
        return ntpath.relpath(f"D:{path}", "C:\\work")

    monkeypatch.setattr(os.path, "relpath", relpath)
    assert shown_from(Path("/shop"))("app.py") == str(Path("/shop/app.py"))


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "ascii", "utf-16"])
@pytest.mark.parametrize("output_format", ["junit", "json", "sarif", "gitlab", "full"])
def test_a_file_or_pipe_gets_utf_8_whatever_the_console_has(output_format: str, encoding: str, tmp_path: Path) -> None:
    root = written(tmp_path / "größe", {"app.py": BAD})
    command = [sys.executable, "-m", "async_db_lint", "--output-format", output_format, "--select", "ADB109", str(root)]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, env={**os.environ, "PYTHONIOENCODING": encoding})
    text = run.stdout.decode("utf-8")
    assert run.returncode == 1
    assert "app.py" in text
    if output_format == "junit":
        ElementTree.fromstring(run.stdout)


def test_what_is_remembered_is_utf_8_as_well(tmp_path: Path) -> None:
    root = written(tmp_path / "größe", {"app.py": BAD})
    environment = {name: value for name, value in os.environ.items() if name != "ASYNC_DB_LINT_NO_CACHE"}
    environment |= {"XDG_CACHE_HOME": str(tmp_path / "home"), "PYTHONIOENCODING": "cp1252"}
    command = [sys.executable, "-m", "async_db_lint", str(root)]
    runs = [subprocess.run(command, cwd=tmp_path, capture_output=True, env=environment).stdout for _ in range(2)]
    assert runs[0] == runs[1]
    assert "größe" in runs[0].decode()
