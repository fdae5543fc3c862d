"""Beginning in old code: baselines, comments that are added, and what concerns changed lines."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from textwrap import dedent

import pytest

from async_db_lint.baseline import Baseline, Known
from async_db_lint.changes import since
from async_db_lint.cli import main
from async_db_lint.config import Config
from async_db_lint.engine import lint
from async_db_lint.fixes.silence import silenced
from tests.projects import DATABASE, written

ECHO = dedent(DATABASE.replace("URL", '"postgresql+asyncpg://db", echo=True'))
URL = 'create_async_engine("postgresql+asyncpg://db", echo=True)'
TWO = f"from sqlalchemy.ext.asyncio import create_async_engine\none = {URL}\ntwo = {URL}\n"
MAIN = """
    from contextlib import asynccontextmanager
    from fastapi import FastAPI
    from db import SessionLocal, engine
    @asynccontextmanager
    async def lifespan(app):
        yield
        {}
    app = FastAPI(lifespan=lifespan)
    def keep(): return SessionLocal()
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def check(*arguments: str) -> int:
    return main(["check", "--root", ".", "--output-format", "concise", *arguments])


# Baselines.


def test_what_is_known_is_not_reported_again_when_its_line_moves(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(root, {"db.py": ECHO})
    assert check("--baseline", "known.json", "--write-baseline") == 0
    assert "1 finding in" in capsys.readouterr().err
    assert check("--baseline", "known.json") == 0
    assert "1 known from the baseline" in capsys.readouterr().out
    written(root, {"db.py": "\n\n# moved" + ECHO})
    assert check("--baseline", "known.json") == 0
    written(root, {"db.py": ECHO + "\nother = create_async_engine(\"postgresql+asyncpg://x\", echo='debug')\n"})
    assert check("--baseline", "known.json") == 1


def test_a_second_one_of_the_same_kind_is_new(root: Path) -> None:
    written(root, {"db.py": TWO.replace("two", "# two")})
    check("--baseline", "known.json", "--write-baseline")
    written(root, {"db.py": TWO})
    found = lint(root, [root], Config(baseline="known.json"))
    assert [item.location.line for item in found.findings] == [3]
    assert [item.location.line for item in found.known] == [2]


def test_what_is_fixed_is_said_and_leaves_the_file(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(root, {"db.py": ECHO, "pyproject.toml": '[tool.async-db-lint]\nbaseline = "known.json"\n'})
    assert check("--write-baseline") == 0
    written(root, {"db.py": ECHO.replace(", echo=True", "")})
    assert check() == 0
    assert "1 of it no longer found: --write-baseline makes it smaller." in capsys.readouterr().out
    assert check("--write-baseline") == 0
    assert json.loads((root / "known.json").read_text())["findings"] == []


def test_what_was_not_checked_stays_in_the_baseline(root: Path) -> None:
    written(root, {"a.py": ECHO, "b.py": ECHO})
    check("--baseline", "known.json", "--write-baseline")
    written(root, {"a.py": ECHO.replace(", echo=True", ""), "b.py": ECHO.replace(", echo=True", "")})
    check("a.py", "--baseline", "known.json", "--write-baseline")
    assert [row["path"] for row in json.loads((root / "known.json").read_text())["findings"]] == ["b.py"]
    check("--baseline", "known.json", "--write-baseline", "--select", "ADB2")
    assert [row["path"] for row in json.loads((root / "known.json").read_text())["findings"]] == ["b.py"]


def test_a_baseline_that_cannot_be_used_is_one_sentence(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(root, {"db.py": ECHO, "bad.json": "[]"})
    assert check("--baseline", "none.json") == 2
    assert check("--baseline", "bad.json") == 2
    assert check("--write-baseline") == 2
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(":")[0] for line in lines] == ["error"] * 3
    assert "--write-baseline makes it" in lines[0]


def test_a_baseline_is_written_as_it_is_read() -> None:
    known = Baseline(((Known("a.py", "ADB1", 'x "y"\n'), 2), (Known("ü.py", "ADB1", "z"), 1)))
    rows = json.loads(known.to_json())["findings"]
    assert [(row["path"], row["count"]) for row in rows] == [("a.py", 2), ("ü.py", 1)]
    assert known.to_json().count("\n") == 4


# Comments.


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"x = 1\n", b"x = 1  # noqa: ADB1\n"),
        (b"x = 1  \r\ny\r\n", b"x = 1  # noqa: ADB1\r\ny\r\n"),
        (b"x = 1", b"x = 1  # noqa: ADB1"),
        (b"\xef\xbb\xbfx = 1\n", b"\xef\xbb\xbfx = 1  # noqa: ADB1\n"),
        (b"x = 1  # why\n", b"x = 1  # why  # noqa: ADB1\n"),
        (b"x = 1  # noqa: E501 # why\n", b"x = 1  # noqa: E501, ADB1 # why\n"),
        (b"x = 1  # noqa:E501,\n", b"x = 1  # noqa:E501, ADB1,\n"),
    ],
)
def test_a_comment_is_added_at_the_end_of_its_line(before: bytes, after: bytes) -> None:
    assert silenced(before, {1: ["ADB1"]}) == after


def test_no_comment_goes_into_a_string() -> None:
    assert silenced(b'x = """\n"""\n', {1: ["ADB1"]}) is None


def test_comments_silence_all_that_is_found(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    long = 'e = create_async_engine("postgresql+asyncpg://db" \\\n    "", echo=True, execution_options="""\n""")\n'
    written(root, {"a.py": ECHO, "b.py": TWO, "c.py": TWO.partition("one")[0] + long})
    assert check() == 1
    assert check("--add-noqa") == 0
    assert "Comments added in 3 files." in capsys.readouterr().err
    assert check() == 0
    assert (root / "b.py").read_text().count("  # noqa: ADB106\n") == 2
    assert (root / "c.py").read_text().endswith('"""\n""")  # noqa: ADB106\n')


def test_a_file_that_cannot_be_written_is_an_error_and_stays(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(root, {"a.py": ECHO})
    (root / "again.py").hardlink_to(root / "a.py")
    assert check("--add-noqa") == 2
    assert "has 2 names" in capsys.readouterr().err
    assert "noqa" not in (root / "a.py").read_text()


# Changed lines.


def git(*arguments: str) -> None:
    names = ["-c", "user.name=t", "-c", "user.email=t@t"]
    subprocess.run(["git", *names, *arguments], check=True, capture_output=True)


def test_only_what_concerns_changed_lines_is_reported(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git("init", "-q")
    written(root, {"db.py": TWO, "ü ä.py": ECHO})
    git("add", ".")
    git("commit", "-qm", "one")
    assert check("--diff-base", "HEAD") == 0
    written(root, {"db.py": TWO.replace("two", "three"), "new.py": ECHO, "ü ä.py": "# moved\n" + ECHO})
    capsys.readouterr()
    assert check("--diff-base", "HEAD", "-q") == 1
    assert [line.split(" ADB")[0] for line in capsys.readouterr().out.splitlines()] == ["db.py:3:56:", "new.py:2:57:"]
    assert check("--diff-base", "nowhere") == 2
    assert check("--diff-base=--output=x") == 2


def test_a_finding_in_an_unchanged_file_is_reported_for_a_related_place(root: Path) -> None:
    git("init", "-q")
    written(
        root,
        {
            "db.py": DATABASE.replace("URL", '"postgresql+asyncpg://db"'),
            "main.py": MAIN.format("await engine.dispose()"),
        },
    )
    git("add", ".")
    git("commit", "-qm", "one")
    assert check() == 0
    written(root, {"main.py": MAIN.format("pass").replace("lifespan(app)", "lifespan(_)")})
    assert check("--diff-base", "HEAD") == 1


def test_paths_are_those_below_the_root_when_git_s_is_above(root: Path) -> None:
    git("init", "-q")
    written(root, {"inner/db.py": ECHO})
    git("add", ".")
    git("commit", "-qm", "one")
    written(root, {"inner/db.py": ECHO + "\n# more\n", "inner/new.py": ""})
    assert set(since(root / "inner", "HEAD")) == {"db.py", "new.py"}


def test_git_runs_nothing_that_a_repository_names(root: Path) -> None:
    git("init", "-q")
    written(root, {"db.py": ECHO, ".gitattributes": "*.py diff=evil\n"})
    git("add", ".")
    git("commit", "-qm", "one")
    for key in ("diff.external", "diff.evil.command", "diff.evil.textconv", "core.fsmonitor"):
        git("config", key, f"touch {root}/ran; true")
    written(root, {"db.py": "# changed\n" + ECHO})
    since(root, "HEAD")
    assert not (root / "ran").exists()


# Settings.


def test_settings_in_force_are_shown(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = '[tool.async-db-lint]\nignore = ["ADB106"]\nseverity = { ADB602 = "error" }\n'
    written(root, {"db.py": ECHO, "pyproject.toml": table, "requirements.txt": "sqlalchemy==2.0.40\n"})
    assert check("--show-settings") == 0
    text = capsys.readouterr().out
    assert "ignore: ADB106\n" in text
    assert "on  error    ADB602 query-in-route\n" in text
    assert "off warning  ADB106 echo-enabled\n" in text
    assert "sqlalchemy: 2.0.40\n" in text
    assert check("--show-settings", "--select", "nothing") == 2
