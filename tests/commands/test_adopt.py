"""Beginning in old code: baselines, comments that are added, and what concerns changed lines."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from async_db_lint.commands.cli import main
from async_db_lint.quiet.add_noqa import with_comments
from async_db_lint.quiet.baseline import Baseline, Known
from async_db_lint.quiet.changed_lines import WHOLE, Changes, changed
from tests.projects import DATABASE, checked, written

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
    found = checked(root, baseline="known.json")
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
    assert "--write-baseline writes one" in lines[0]


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
    assert with_comments(before, {1: ["ADB1"]}) == after


def test_no_comment_goes_into_a_string() -> None:
    assert with_comments(b'x = """\n"""\n', {1: ["ADB1"]}) is None


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
    for wrong in ("nowhere", "--output=x", "HEAD..HEAD", "^HEAD"):
        assert check(f"--diff-base={wrong}") == 2


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


def changes(root: Path, path: str) -> list[tuple[int, int]]:
    return list(Changes(root, "HEAD", {path: (root / path).read_bytes()}).ranges(path))


def test_paths_are_those_below_the_root_when_git_s_is_above(root: Path) -> None:
    git("init", "-q")
    written(root, {"inner/db.py": ECHO})
    git("add", ".")
    git("commit", "-qm", "one")
    written(root, {"inner/db.py": ECHO + "\n# more\n", "inner/new.py": ""})
    assert changes(root / "inner", "db.py") == [(5, 6)]
    assert changes(root / "inner", "new.py") == [*WHOLE]


@pytest.mark.parametrize(
    ("old", "new", "ranges"),
    [
        ("a b c", "a x c", [(2, 2)]),
        ("a b c", "a c", [(1, 2)]),
        ("a b c", "a b c d e", [(4, 5)]),
        ("a b c", "a b c", []),
        ("a", "", [(1, 1)]),
    ],
)
def test_changed_lines(old: str, new: str, ranges: list[tuple[int, int]]) -> None:
    assert list(changed(old.encode().split(b" "), new.encode().split(b" "))) == ranges


def test_a_file_with_any_name_is_compared_with_itself(root: Path) -> None:
    git("init", "-q")
    name = 'n"q\tü.py'
    written(root, {name: "one\n", "other.py": "one\n"})
    git("add", ".")
    git("commit", "-qm", "one")
    written(root, {name: "one\r\n"})
    assert changes(root, name) == []
    written(root, {name: "two\n"})
    assert changes(root, name) == [(1, 1)]


def test_what_another_branch_changed_is_not_ours(root: Path) -> None:
    git("init", "-q", "-b", "main")
    written(root, {"db.py": ECHO})
    git("add", ".")
    git("commit", "-qm", "one")
    git("checkout", "-qb", "mine")
    git("checkout", "-q", "main")
    written(root, {"db.py": ECHO.replace(", echo=True", "")})
    git("commit", "-qam", "two")
    git("checkout", "-q", "mine")
    assert check() == 1
    assert check("--diff-base", "main") == 0


def test_a_disposal_that_is_taken_out_is_reported(root: Path) -> None:
    git("init", "-q")
    files = {
        "db.py": DATABASE.replace("URL", '"postgresql+asyncpg://db"'),
        "main.py": MAIN.format("await engine.dispose()"),
    }
    written(root, files)
    git("add", ".")
    git("commit", "-qm", "one")
    written(root, {"main.py": MAIN.format("pass")})
    assert check("--diff-base", "HEAD") == 1


def test_git_runs_nothing_that_a_repository_names(root: Path) -> None:
    git("init", "-q")
    written(root, {"db.py": ECHO, ".gitattributes": "*.py diff=evil filter=evil\n"})
    git("add", ".")
    git("commit", "-qm", "one")
    for key in ("diff.external", "diff.evil.command", "diff.evil.textconv", "core.fsmonitor", "filter.evil.clean",
                "filter.evil.smudge"):  # fmt: skip
        git("config", key, f"touch {root}/ran; true")
    written(root, {"db.py": "# changed\n" + ECHO})
    assert changes(root, "db.py") == [(1, 2)]
    assert not (root / "ran").exists()


# What cannot be asked for at once.


@pytest.mark.parametrize(
    "arguments",
    [
        ("--add-noqa", "--write-baseline"),
        ("--add-noqa", "--fix"),
        ("--show-settings", "--add-noqa"),
        ("--diff", "--fix-only"),
        ("--write-baseline", "--diff-base", "HEAD"),
        ("--unsafe-fixes",),
        ("-", "--add-noqa"),
        ("-", "--write-baseline"),
    ],
)
def test_options_of_which_one_would_be_ignored_are_refused(
    arguments: tuple[str, ...], root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    written(root, {"db.py": ECHO})
    assert check(*arguments) == 2
    assert capsys.readouterr().err.startswith("error: --")
    assert "noqa" not in (root / "db.py").read_text()


def test_a_failing_rule_leaves_baseline_and_files_alone(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from async_db_lint.rules.engines.echo_enabled import EchoEnabled

    def fail(*_: object) -> None:
        raise RuntimeError("no")

    written(root, {"db.py": ECHO})
    monkeypatch.setattr(EchoEnabled, "suspects", fail)
    assert check("--baseline", "known.json", "--write-baseline") == 2
    assert check("--add-noqa") == 2
    assert not (root / "known.json").exists()


def test_comments_are_added_only_where_it_was_asked_for(root: Path) -> None:
    written(root, {"db.py": DATABASE.replace("URL", '"postgresql+asyncpg://db"'), "main.py": MAIN.format("pass")})
    (root / "again.py").symlink_to(root / "db.py")
    assert check("main.py", "--add-noqa") == 0
    assert "noqa" not in (root / "db.py").read_text()
    assert check("db.py", "again.py", "--add-noqa") == 0
    assert (root / "db.py").read_text().count("noqa") == 1


def test_comments_that_flake8_honours(root: Path) -> None:
    """The same lines are quiet here and there: strings, backslashes and joined strings among them."""
    call = "create_async_engine({}, echo=True)"
    urls = ['"a"\n    "b"', '"""a\nb"""', '"a" \\\n    "b"', 'f"""{\nURL}\n"""', '"a"  # path C:\\\n    ']
    body = "".join(f"e{number} = {call.format(url)}\n" for number, url in enumerate(urls))
    written(root, {"db.py": "from sqlalchemy.ext.asyncio import create_async_engine\n" + body})
    assert check() == 1
    assert check("--add-noqa") == 0
    assert check() == 0
    command = [sys.executable, "-m", "flake8", "--isolated", "--select", "ADB", "db.py"]
    run = subprocess.run(command, capture_output=True, text=True)
    assert (run.stdout, run.stderr) == ("", "")


def test_a_noqa_in_a_string_is_said_and_the_rest_is_done(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = TWO + 'three = create_async_engine("""\n# noqa: E501\n""", echo=True)\n'
    written(root, {"db.py": text})
    assert check("--add-noqa") == 2
    assert "db.py:6: the comment would be inside a string" in capsys.readouterr().err
    assert (root / "db.py").read_text().count("# noqa: ADB106") == 2


@pytest.mark.parametrize(
    "text",
    [
        '{"version": 99, "findings": []}',
        '{"version": 1, "findings": {}}',
        '{"version": 1, "findings": [{"path": 5, "code": "A", "message": "m", "count": 1}]}',
        '{"version": 1, "findings": [{"path": "a", "code": "A", "message": "m", "count": 1e999}]}',
        '{"version": 1, "findings": [{"path": "a", "code": "A", "message": "m", "count": -1}]}',
        "[" * 100_000,
        "<<<<<<< HEAD",
    ],
)
def test_a_broken_baseline_is_one_sentence_and_can_be_replaced(
    text: str, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(root, {"db.py": ECHO, "known.json": text})
    assert check("--baseline", "known.json") == 2
    assert "is not a baseline" in capsys.readouterr().err
    assert check("--baseline", "known.json", "--write-baseline") == 0
    assert check("--baseline", "known.json") == 0


def test_entries_of_files_that_are_gone_leave_the_baseline(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(root, {"a.py": ECHO, "b.py": ECHO})
    check("--baseline", "known.json", "--write-baseline")
    (root / "b.py").unlink()
    check("--baseline", "known.json")
    assert "1 of it no longer found" in capsys.readouterr().out
    check("--baseline", "known.json", "--write-baseline")
    assert [row["path"] for row in json.loads((root / "known.json").read_text())["findings"]] == ["a.py"]


def test_a_part_of_the_project_keeps_what_is_known_of_the_rest(root: Path) -> None:
    files = {"db.py": DATABASE.replace("URL", '"postgresql+asyncpg://db", echo=True'), "main.py": MAIN.format("pass")}
    written(root, files)
    check("--baseline", "known.json", "--write-baseline")
    before = (root / "known.json").read_text()
    check("main.py", "--baseline", "known.json", "--write-baseline")
    assert (root / "known.json").read_text() == before


# Settings.


def test_effective_settings_are_shown(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = '[tool.async-db-lint]\nignore = ["ADB106"]\nseverity = { ADB602 = "error" }\n'
    written(root, {"db.py": ECHO, "pyproject.toml": table, "requirements.txt": "sqlalchemy==2.0.40\n"})
    assert check("--show-settings") == 0
    text = capsys.readouterr().out
    assert "ignore: ADB106\n" in text
    assert "on  error    ADB602 query-in-route\n" in text
    assert "off warning  ADB106 echo-enabled\n" in text
    assert "sqlalchemy: 2.0.40\n" in text
    assert check("--show-settings", "--select", "nothing") == 2


@pytest.mark.parametrize("name", ["app.py", "notes.txt", "setup.cfg"])
def test_a_file_that_is_no_baseline_is_not_written_over(
    name: str, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(root, {"db.py": TWO, name: "precious\n"})
    assert check("--baseline", name, "--write-baseline") == 2
    assert "is not a baseline: it is not replaced" in capsys.readouterr().err
    assert (root / name).read_text() == "precious\n"
