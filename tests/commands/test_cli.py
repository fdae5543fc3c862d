"""The command line as a process: output, exit status, bad input."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ENGINE = "import os\nfrom sqlalchemy.ext.asyncio import create_async_engine\n"
BAD = ENGINE + 'engine = create_async_engine(os.environ["DATABASE_URL"], echo=True)\n'


def run(*arguments: str, cwd: Path, text: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "NO_COLOR": "1"}
    command = [sys.executable, "-m", "async_db_lint", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, input=text, env=environment)


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    (tmp_path / "db.py").write_text(BAD)
    return tmp_path


def test_full_output(bad: Path) -> None:
    found = run(cwd=bad)
    assert found.returncode == 1
    assert found.stdout == (
        "warning[ADB106] echo-enabled: `echo` logs every statement and its parameters, also in production\n"
        " --> db.py:3:58\n"
        "  |\n"
        '3 | engine = create_async_engine(os.environ["DATABASE_URL"], echo=True)\n'
        "  |                                                          ^^^^^^^^^\n"
        "  = help: Leave `echo` out, or let a setting decide that is off in production: `create_async_engine(url,\n"
        "          echo=settings.sql_echo)`. `hide_parameters=True` keeps values out of the log.\n"
        "  = measured: 100 queries write 100 lines or more to the log: yes; done right: no\n"
        "\n"
        "1 warning in 1 file. Can be fixed: 1 by --fix --unsafe-fixes.\n"
    )


def test_concise_output_and_exit_status(bad: Path) -> None:
    found = run("check", "--output-format", "concise", "-q", "db.py", cwd=bad)
    assert found.stdout.startswith("db.py:3:58: ADB106 echo-enabled [warning] `echo` logs")
    assert found.stdout.count("\n") == 1
    assert run("--exit-zero", cwd=bad).returncode == 0
    assert run("--fail-on", "error", cwd=bad).returncode == 0
    assert run("--fail-on", "advice", cwd=bad).returncode == 1


def test_json_output(bad: Path) -> None:
    found = json.loads(run("--output-format", "json", cwd=bad).stdout)
    assert found == [
        {
            "code": "ADB106",
            "name": "echo-enabled",
            "severity": "warning",
            "path": "db.py",
            "line": 3,
            "column": 58,
            "end_line": 3,
            "end_column": 67,
            "message": "`echo` logs every statement and its parameters, also in production",
            "help": "Leave `echo` out, or let a setting decide that is off in production: `create_async_engine(url, "
            "echo=settings.sql_echo)`. `hide_parameters=True` keeps values out of the log.",
            "related": [],
            "fix": {
                "title": "Remove `echo`",
                "safety": "unsafe",
                "edits": [{"path": "db.py", "line": 3, "column": 56, "end_line": 3, "end_column": 67, "text": ""}],
            },
        }
    ]


@pytest.mark.parametrize(
    ("arguments", "codes"),
    [
        (("--select", "ADB2"), []),
        (("--select", "echo-enabled"), ["ADB106"]),
        (("--ignore", "ADB1"), []),
        (("--select", "ADVICE"), ["ADB107"]),
        (("--extend-select", "ADB107"), ["ADB106", "ADB107"]),
        (("--select", "ALL", "--ignore", "ADB106,ADB9"), ["ADB107"]),
    ],
)
def test_selection(bad: Path, arguments: tuple[str, ...], codes: list[str]) -> None:
    (bad / "db.py").write_text(BAD.replace("echo=True", "echo=True, future=True"))
    (bad / "requirements.txt").write_text("sqlalchemy>=2.0\n")
    found = json.loads(run("--output-format", "json", *arguments, cwd=bad).stdout)
    assert [item["code"] for item in found] == codes


def test_advice_is_one_closing_line(bad: Path) -> None:
    (bad / "db.py").write_text(BAD.replace("echo=True", "future=True"))
    (bad / "requirements.txt").write_text("sqlalchemy==2.0.44\n")
    found = run(cwd=bad)
    assert found.returncode == 0
    assert found.stdout == "Nothing found in 1 file. 1 more as advice: --select ADVICE.\n"


def test_standard_input_stands_for_a_file(bad: Path) -> None:
    found = run("-", "--stdin-filename", "db.py", "--output-format", "json", cwd=bad, text=ENGINE)
    assert json.loads(found.stdout) == []
    found = run("-", "--stdin-filename", "other.py", "--output-format", "json", cwd=bad, text=BAD)
    assert [item["path"] for item in json.loads(found.stdout)] == ["other.py"]


def test_project_without_async_database(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("print(1)\n")
    found = run(cwd=tmp_path)
    assert (found.returncode, found.stdout) == (0, "No async engine or session in 1 file: nothing to check.\n")
    (tmp_path / "app.py").unlink()
    found = run(cwd=tmp_path)
    assert found.returncode == 2
    assert found.stderr.endswith(": no Python files, so there is nothing to check\n")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"from sqlalchemy import text\ndef f(:\n", "invalid syntax"),
        (b"# sqlalchemy\nx = '\0'\n", "null byte"),
        (b"# coding: nonsense\nimport sqlalchemy\n", "nonsense"),
        (b"# sqlalchemy\nx = '\xff'\n", "utf-8"),
        (b"# sqlalchemy\nx = " + b"(" * 300 + b")" * 300 + b"\n", "too many nested parentheses"),
        (b"# sqlalchemy\nx = " + b"+1" * 30_000 + b"\n", "nested too deeply"),
        (b"# sqlalchemy\n" + b" " * (2 * 1024 * 1024), "larger than 2 MiB"),
    ],
)
def test_unreadable_file_is_one_finding_and_hides_no_other(bad: Path, data: bytes, reason: str) -> None:
    (bad / "broken.py").write_bytes(data)
    found = run("--output-format", "json", cwd=bad)
    assert found.returncode == 1, found.stderr
    rows = [(item["code"], item["path"]) for item in json.loads(found.stdout)]
    assert rows == [("ADB900", "broken.py"), ("ADB106", "db.py")]
    assert reason in json.loads(found.stdout)[0]["message"]


def test_position_is_cpythons(bad: Path) -> None:
    (bad / "broken.py").write_text("import sqlalchemy\n\ny = $\n")
    found = json.loads(run("--output-format", "json", cwd=bad).stdout)[0]
    with pytest.raises(SyntaxError) as error:
        compile((bad / "broken.py").read_text(), "broken.py", "exec")
    assert (found["line"], found["column"]) == (error.value.lineno, error.value.offset)


def test_an_unreadable_file_that_matters_to_nobody_is_left_alone(bad: Path) -> None:
    (bad / "notes.py").write_text("this is no Python\n")
    assert "ADB900" not in run(cwd=bad).stdout
    assert "ADB900" in run("notes.py", cwd=bad).stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("missing.py",), "error: missing.py"),
        (("--select", "ADB999"), "error: unknown rule `ADB999`"),
        (("--select", "echo-enabeld"), "error: unknown rule `echo-enabeld`; did you mean `echo-enabled`?"),
        (("--root", "missing"), "error: missing: no such folder (--root)"),
        (("rule", "ADB1O4"), "error: unknown rule `ADB1O4`; did you mean `ADB104`?"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(bad: Path, arguments: tuple[str, ...], sentence: str) -> None:
    found = run(*arguments, cwd=bad)
    assert found.returncode == 2
    assert found.stderr.startswith(sentence)
    assert found.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ("selct = ['ADB1']", "unknown key `selct` in [tool.async-db-lint]; did you mean `select`?"),
        ("select = 'ADB1'", "`select` in [tool.async-db-lint] must be a list of strings, not a string"),
        ("per-file-ignores = ['a']", "must be a table of patterns and lists, not a list"),
        ("target-versions = {sqlachemy = '2.0'}", "unknown library `sqlachemy` in `target-versions`"),
        ("target-versions = 2", "must be a table of libraries and versions, not a number"),
        ("select = [", "pyproject.toml cannot be read"),
        ("select = ['ADB999']", "unknown rule `ADB999`"),
    ],
)
def test_bad_configuration_is_one_sentence(bad: Path, table: str, sentence: str) -> None:
    (bad / "pyproject.toml").write_text(f"[tool.async-db-lint]\n{table}\n")
    found = run(cwd=bad)
    assert found.returncode == 2
    assert sentence in found.stderr
    if "ADB999" not in table:
        assert run("--isolated", cwd=bad).returncode == 1


def test_configuration(bad: Path) -> None:
    (bad / "pyproject.toml").write_text("[tool.async-db-lint]\nignore = ['echo-enabled']\n")
    assert run(cwd=bad).returncode == 0
    (bad / "pyproject.toml").write_text("[tool.async-db-lint.per-file-ignores]\n'db.py' = ['ADB1']\n")
    assert run(cwd=bad).returncode == 0
    (bad / "pyproject.toml").write_text("[tool.async-db-lint]\nexclude = ['d*.py']\n")
    assert run("db.py", cwd=bad).returncode == 0
    (bad / "pyproject.toml").write_text("[tool.async-db-lint]\nscript-files = ['db.py']\n")
    assert run(cwd=bad).returncode == 0
    (bad / "pyproject.toml").write_text("[tool.async-db-lint]\ntarget-versions = {sqlalchemy = '2.1'}\n")
    assert run(cwd=bad).returncode == 1


def test_a_rule_that_fails_is_the_tools_own_error(bad: Path) -> None:
    code = (
        "from dataclasses import replace\n"
        "from async_db_lint.rules.engines.echo_enabled import EchoEnabled\n"
        "real = EchoEnabled.suspects\n"
        "def fail(node): raise KeyError('boom')\n"
        "EchoEnabled.suspects = lambda self, project: (replace(item, at=fail) for item in real(self, project))\n"
        "from async_db_lint.commands.cli import main\nraise SystemExit(main(['--extend-select', 'ADB107']))\n"
    )
    (bad / "other.py").write_text(
        ENGINE + "from sqlalchemy.ext.asyncio import async_sessionmaker\nx = async_sessionmaker()\n"
    )
    found = subprocess.run([sys.executable, "-c", code], cwd=bad, capture_output=True, text=True)
    assert found.returncode == 2
    assert "error: rule ADB106 failed at db.py:3: KeyError: 'boom'" in found.stderr
    assert "ADB202" in found.stdout


def test_closed_pipe_is_quiet(bad: Path) -> None:
    text = BAD + "".join(f"e{number} = create_async_engine('x', echo=True)\n" for number in range(400))
    (bad / "db.py").write_text(text)
    shell = f"{sys.executable} -m async_db_lint | head -n 1"
    found = subprocess.run(["sh", "-c", shell], cwd=bad, capture_output=True, text=True)
    assert found.stderr == ""
    assert found.stdout.count("\n") == 1


def test_control_characters_are_escaped(bad: Path) -> None:
    (bad / "a\x1b[31mb.py").write_text(BAD)
    (bad / "c.py").write_text(BAD.replace("os.environ", "'\x1b[31m'"))
    for output_format in ("full", "concise", "json"):
        assert "\x1b" not in run("--output-format", output_format, cwd=bad).stdout


def test_colors(bad: Path) -> None:
    assert "\x1b[1;33mwarning[ADB106]" in run("--color", "always", cwd=bad).stdout
    assert "\x1b" not in run("--color", "auto", cwd=bad).stdout


def test_statistics(bad: Path) -> None:
    found = run("--statistics", cwd=bad).stderr
    assert "1 files to check; 1 relevant ones parsed, 4 lines" in found
    assert "1  ADB106 echo-enabled" in found
    assert "ms  confirm" in found


def test_rule_and_rules(bad: Path) -> None:
    by_code = run("rule", "ADB104", "--full", cwd=bad).stdout
    assert by_code == run("rule", "engine-not-disposed", "--full", cwd=bad).stdout
    for heading in (
        "# ADB104 engine-not-disposed",
        "## What happens",
        "## What to write instead",
        "## Reported: database.py",
    ):
        assert heading in by_code
    assert "ADB106  warning   unsafe  echo-enabled" in run("rules", cwd=bad).stdout
    rows = json.loads(run("rules", "--output-format", "json", cwd=bad).stdout)
    assert {"code", "name", "severity", "summary", "documentation"} <= rows[0].keys()


def test_version_and_help(bad: Path) -> None:
    assert run("--version", cwd=bad).stdout.startswith("async-db-lint 0.")
    assert "--stdin-filename" in run("check", "--help", cwd=bad).stdout


def test_a_change_elsewhere_is_reported_with_its_consequence(tmp_path: Path) -> None:
    (tmp_path / "db.py").write_text(BAD.replace(", echo=True", ""))
    (tmp_path / "main.py").write_text(
        "from contextlib import asynccontextmanager\nfrom fastapi import FastAPI\nimport db\n"
        "@asynccontextmanager\nasync def life(app):\n    await db.engine.connect()\n    yield\napp = FastAPI(lifespan=life)\n"
    )
    found = json.loads(run("main.py", "--output-format", "json", cwd=tmp_path).stdout)
    assert [(item["code"], item["path"]) for item in found] == [("ADB104", "db.py")]
    assert found[0]["related"][0]["path"] == "main.py"


def test_a_path_through_a_link_is_the_file_itself(bad: Path) -> None:
    (bad / ".git").mkdir()
    link = bad.parent / f"{bad.name}-link"
    link.symlink_to(bad, target_is_directory=True)
    elsewhere = bad.parent / f"{bad.name}-elsewhere"
    elsewhere.mkdir()
    for arguments, text in (
        ([f"../{link.name}/db.py"], None),
        (["-", "--stdin-filename", f"../{link.name}/db.py"], BAD),
    ):
        found = run("--root", str(link), "--output-format", "concise", *arguments, cwd=elsewhere, text=text)
        assert "ADB106" in found.stdout


def test_a_file_that_cannot_be_read_is_not_asked_for_its_suppressions(tmp_path: Path) -> None:
    (tmp_path / "db.py").write_text("import sqlalchemy\ndef f(:  # noqa: ADB104\n")
    found = run("--output-format", "concise", "-q", cwd=tmp_path)
    assert [line.split()[1] for line in found.stdout.splitlines()] == ["ADB900"]


def test_a_codec_that_is_none_for_files_is_one_finding(tmp_path: Path) -> None:
    (tmp_path / "db.py").write_text("# coding: rot13\nimport sqlalchemy\n")
    found = run("--output-format", "concise", "-q", cwd=tmp_path)
    assert [line.split()[1] for line in found.stdout.splitlines()] == ["ADB900"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("chek",), "chek: no such command, file or folder; did you mean `check`? (see `async-db-lint --help`)"),
        (("--selct", "ADB1"), "--selct: no such option; did you mean `--select`? (see `async-db-lint check --help`)"),
        (("audit", "--formt=json"), "--formt=json: no such option; did you mean `--format`?"),
        (("--output-format", "sarf"), "argument --output-format: invalid choice: 'sarf'; did you mean `sarif`?"),
        (("completion", "bsh"), "argument shell: invalid choice: 'bsh'; did you mean `bash`?"),
        (("rule", "ADB30"), "unknown rule `ADB30`; there are ADB301, ADB302, ADB303"),
        (("audit", "--output", "x.pdf"), "x.pdf: an audit is written as .html, .htm, .md, .json, .txt;"),
    ],
)
def test_a_misspelt_word_is_answered_with_the_nearest(bad: Path, arguments: tuple[str, ...], sentence: str) -> None:
    found = run(*arguments, cwd=bad)
    assert found.returncode == 2
    assert found.stderr.startswith(f"error: {sentence}"), found.stderr
    assert found.stderr.count("\n") == 1
    assert found.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "start"),
    [
        (("help",), "usage: async-db-lint"),
        (("explain", "ADB301"), "ADB301 missing-await (error, unsafe fix)\n"),
        (("version",), "async-db-lint 0."),
    ],
)
def test_what_other_tools_call_a_command_is_understood(bad: Path, arguments: tuple[str, ...], start: str) -> None:
    found = run(*arguments, cwd=bad)
    assert found.returncode == 0
    assert found.stdout.startswith(start)


def test_a_file_with_the_name_of_a_command_of_others_is_checked(bad: Path) -> None:
    (bad / "db.py").rename(bad / "explain")
    assert "ADB106" in run("explain", cwd=bad).stdout


def test_the_help_has_examples(bad: Path) -> None:
    text = run("--help", cwd=bad).stdout
    assert "audit --output audit.html" in text


@pytest.mark.parametrize(
    ("variables", "is_colored"),
    [
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": ""}, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ({"NO_COLOR": "", "FORCE_COLOR": "3"}, True),
    ],
)
def test_the_environment_decides_about_colours(bad: Path, variables: dict[str, str], is_colored: bool) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR")}
    command = [sys.executable, "-m", "async_db_lint"]
    found = subprocess.run(command, cwd=bad, capture_output=True, text=True, env={**environment, **variables})
    assert ("\x1b[" in found.stdout) is is_colored


def test_the_list_of_rules_says_which_have_a_fix(bad: Path) -> None:
    lines = run("rules", cwd=bad).stdout.splitlines()
    assert any(line.startswith("ADB106  warning   unsafe  echo-enabled ") for line in lines)
    assert any(line.startswith("ADB103  error             sync-engine ") for line in lines)


def test_a_file_that_is_given_a_session_was_something_to_check(tmp_path: Path) -> None:
    text = "from sqlalchemy.ext.asyncio import AsyncSession\n\n\nasync def run(session: AsyncSession):\n"
    (tmp_path / "a.py").write_text(f"{text}    await session.commit()\n")
    assert run(cwd=tmp_path).stdout == "Nothing found in 1 file.\n"
