"""What no project should hold: the command says what is wrong in one sentence and exits with 2, or goes on."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.projects import written

LOST = """
    from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
    SessionLocal = async_sessionmaker(create_async_engine("postgresql+asyncpg://localhost/shop"), expire_on_commit=False)
    async def save(session: AsyncSession):
        session.commit()
"""
HEAD = "from sqlalchemy.ext.asyncio import AsyncSession\n"


def check(root: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "async_db_lint", "check", "--root", str(root), "--output-format", "concise"]
    return subprocess.run([*command, *options, "."], cwd=root, capture_output=True, text=True, timeout=30)


PYPROJECT = "[tool.async-db-lint]\n{}\n"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (PYPROJECT.format("select = " + "[" * 900 + "]" * 900), "it is nested too deeply"),
        (PYPROJECT.format("select = " + "9" * 5000), "a number has too many digits"),
        (PYPROJECT.format("select = ["), "Invalid value"),
        (PYPROJECT.format("select = 'é'").encode("latin-1"), "codec can't decode"),
    ],
    ids=["deep", "digits", "syntax", "codec"],
)
def test_settings_that_cannot_be_read_are_one_sentence(text: str | bytes, reason: str, tmp_path: Path) -> None:
    written(tmp_path, {"app.py": LOST})
    (tmp_path / "pyproject.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
    run = check(tmp_path)
    assert run.returncode == 2
    assert run.stderr.startswith("error: pyproject.toml cannot be read: ")
    assert reason in run.stderr
    assert run.stderr.count("\n") == 1


@pytest.mark.parametrize("name", ["pyproject.toml", "requirements.txt", "alembic.ini", ".gitignore", "poetry.lock"])
@pytest.mark.parametrize("kind", ["pipe", "zero", "folder", "dangling"])
def test_settings_that_are_no_files_stop_nothing(name: str, kind: str, tmp_path: Path) -> None:
    written(tmp_path, {"app.py": LOST})
    path = tmp_path / name
    match kind:
        case "pipe":
            os.mkfifo(path)
        case "zero":
            path.symlink_to("/dev/zero")
        case "folder":
            path.mkdir()
        case "dangling":
            path.symlink_to("nowhere")
    run = check(tmp_path)
    assert (run.returncode, run.stderr) == (1, "")
    assert "ADB301" in run.stdout


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("requirements.txt", "sqlalchemy==" + "9" * 5000),
        ("requirements.txt", "sqlalchemy>=2." + "0." * 5000),
        ("pyproject.toml", '[project]\ndependencies = ["fastapi>=' + "1" * 5000 + '"]'),
        ("uv.lock", 'name = "sqlalchemy"\nversion = "' + "2" * 5000 + '"\n'),
    ],
)
def test_versions_with_thousands_of_digits_are_none(name: str, text: str, tmp_path: Path) -> None:
    written(tmp_path, {"app.py": LOST})
    (tmp_path / name).write_text(text)
    assert check(tmp_path).returncode == 1


@pytest.mark.parametrize("codec", ["utf-16", "utf-32-le", "idna", "punycode", "undefined", "rot13", "nothing", "utf-7"])
def test_a_file_with_an_odd_codec_costs_that_file_only(codec: str, tmp_path: Path) -> None:
    written(tmp_path, {"app.py": LOST, "odd.py": f"# coding: {codec}\nimport sqlalchemy\n"})
    run = check(tmp_path)
    assert (run.returncode, run.stderr) == (1, "")
    assert "app.py:4:5: ADB301" in run.stdout
    assert {line.partition(":")[0] for line in run.stdout.splitlines() if "ADB900" in line} <= {"odd.py"}


SLOW = {
    "unclosed imports": "import sqlalchemy\n" + "from a import (\n" * 40_000,
    "dots": "import sqlalchemy\nfrom " + "." * 32_000 + "\n",
    "noqa": HEAD + "x = 1  # " + "noqa: " * 16_000 + "\n",
    "probe": HEAD + "from sqlalchemy import text\nq = text('select 1" + " " * 40_000 + "x')\n",
    "type": "import sqlalchemy\ntype " + "x" * 60_000 + "\n",
    "except": "import sqlalchemy\ntry: pass\nexcept " + "x." * 30_000 + "\n",
    "blank lines": HEAD
    + 'def f():\r\n    """a:'
    + "\r\n" * 60
    + 'x"""\r\nasync def g(s: AsyncSession): s.commit()\r\n',
    "recursive alias": HEAD
    + "J = 'list[J] | dict[str, J]'\nasync def f(x: J, s: AsyncSession): x.commit(); s.commit()\n",
}


@pytest.mark.parametrize("name", SLOW)
def test_no_text_takes_long(name: str, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_bytes(SLOW[name].encode())
    start = time.perf_counter()
    run = check(tmp_path, "--select", "ALL")
    assert run.returncode in (0, 1)
    assert run.stderr == ""
    assert time.perf_counter() - start < 10


def test_an_error_that_nobody_expected_exits_like_a_failure_and_not_like_a_finding(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    command = f"cd {folder} && rmdir {folder} && exec {sys.executable} -m async_db_lint check"
    run = subprocess.run(
        ["sh", "-c", command], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(Path.cwd())}
    )
    assert run.returncode == 2
    assert run.stderr.startswith("error: ")
    assert run.stderr.count("\n") == 1


def test_a_disk_that_is_full_keeps_the_audit_of_yesterday(tmp_path: Path) -> None:
    written(tmp_path, {"app.py": LOST, "audit.html": "yesterday"})
    limited = "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096));"
    run = f"{limited} from async_db_lint.commands.cli import main; sys.exit(main(['audit', '--output', 'audit.html', '.']))"
    done = subprocess.run([sys.executable, "-c", run], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 2
    assert "audit.html cannot be written" in done.stderr
    assert (tmp_path / "audit.html").read_text() == "yesterday"
