"""The configuration: severities, names that the user explains, blocks that are off, and the schema of it all."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from async_db_lint.commands.cli import main
from async_db_lint.report import docs
from async_db_lint.rule.finding import Severity
from async_db_lint.run.examine import Target
from async_db_lint.run.lint import lint
from async_db_lint.run.selection import Selection, severities
from async_db_lint.settings.config import Config, from_table
from async_db_lint.settings.keys import KEYS, ConfigError, schema
from async_db_lint.settings.load import load
from tests.projects import DATABASE, checked, written


def found(root: Path, files: dict[str, str], config: Config) -> list[tuple[str, str, int, str]]:
    report = lint(Target(written(root, files), [root], config))
    assert not report.faults, report.faults[0].trace
    return [(f.code, f.location.path, f.location.line, f.severity.label) for f in report.findings]


# Severities.

ECHO = {"app.py": DATABASE.replace("URL", '"postgresql+asyncpg://db", echo=True')}


def test_a_severity_can_be_chosen_by_code_beginning_and_name() -> None:
    config = Config(severity=(("echo-enabled", "error"), ("ADB1", "advice"), ("ADB104", "warning")))
    levels = severities(config)
    assert levels["ADB106"] is Severity.ERROR
    assert levels["ADB102"] is Severity.ADVICE
    assert levels["ADB104"] is Severity.WARNING
    assert levels["ADB602"] is Severity.ADVICE


def test_a_severity_decides_what_is_selected_by_default(tmp_path: Path) -> None:
    assert found(tmp_path, ECHO, Config()) == [("ADB106", "app.py", 2, "warning")]
    assert found(tmp_path, ECHO, Config(severity=(("ADB106", "error"),))) == [("ADB106", "app.py", 2, "error")]
    assert found(tmp_path, ECHO, Config(severity=(("ADB106", "advice"),))) == []
    codes = {rule.code for rule in Selection.of(Config(severity=(("query-in-route", "warning"),))).rules}
    assert "ADB602" in codes
    assert "ADB601" not in codes


def test_advice_that_is_raised_fails_the_command(tmp_path: Path) -> None:
    written(tmp_path, {**ECHO, "pyproject.toml": '[tool.async-db-lint.severity]\nADB106 = "advice"\n'})
    assert main(["check", str(tmp_path), "--root", str(tmp_path), "-q"]) == 0
    written(tmp_path, {"pyproject.toml": '[tool.async-db-lint.severity]\nADB1 = "error"\n'})
    assert main(["check", str(tmp_path), "--root", str(tmp_path), "-q", "--fail-on", "error"]) == 1


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"severity": {"ADB106": "fatal"}}, "must be one of error, warning, advice, not `fatal`"),
        ({"severity": ["ADB106"]}, "must be a table of rules and severities, not a list"),
        ({"baseline": 3}, "must be a string, not a number"),
        ({"safe-decorator": []}, "did you mean `safe-decorators`?"),
        ({"sesion-dependencies": []}, "did you mean `session-dependencies`?"),
    ],
)
def test_what_is_wrong_is_one_sentence(table: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message.replace("?", r"\?")):
        from_table(table)


def test_a_severity_of_no_rule_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="unknown rule `ADB6O2`; did you mean `ADB602`"):
        checked(tmp_path, severity=(("ADB6O2", "error"),))


# Names that the user explains.

FORGOTTEN = "async def save({}):\n    session.commit()\n"
MARKED = {"app.py": "import sqlalchemy\nfrom sqlalchemy.ext.asyncio import AsyncSession\nfrom lagom import Inject\n"
          + FORGOTTEN.format("session: Inject[AsyncSession]")}  # fmt: skip


def test_a_marker_stands_around_the_injected_type(tmp_path: Path) -> None:
    assert found(tmp_path, MARKED, Config(select=("ADB301",))) == []
    config = Config(select=("ADB301",), injection_markers=("lagom.Inject",))
    assert found(tmp_path, MARKED, config) == [("ADB301", "app.py", 5, "error")]


@pytest.mark.parametrize(
    "parameter",
    [
        "session: Db",
        "session=Depends(Db)",
        "session=Provide[Db]",
        "session=Depends(Provide[Container.db])",
        "session: Annotated[object, Depends(Container.db)]",
    ],
)
def test_a_session_dependency_gives_a_session(parameter: str, tmp_path: Path) -> None:
    head = "import sqlalchemy\nfrom typing import Annotated\nfrom fastapi import Depends\nfrom shop.di import Container, Db, Provide\n"
    files = {"src/shop/di.py": "from frame import *\nDb = made()\n", "src/app.py": head + FORGOTTEN.format(parameter)}
    assert found(tmp_path, files, Config(select=("ADB301",))) == []
    config = Config(select=("ADB301",), session_dependencies=("shop.di.Db", "shop.di.Container.db"))
    assert found(tmp_path, files, config) == [("ADB301", "src/app.py", 6, "error")]


def test_a_name_is_told_by_its_import_and_not_by_its_spelling(tmp_path: Path) -> None:
    files = {"app.py": "import sqlalchemy\nfrom other import Db\n" + FORGOTTEN.format("session: Db")}
    assert found(tmp_path, files, Config(select=("ADB301",), session_dependencies=("shop.di.Db", "b"))) == []
    here = {"shop/di.py": "import sqlalchemy\nDb = made()\n" + FORGOTTEN.format("session: Db")}
    config = Config(select=("ADB301",), session_dependencies=("shop.di.Db",))
    assert found(tmp_path, here, config) == [("ADB301", "shop/di.py", 4, "error")]


def test_a_safe_decorator_leaves_a_function_what_it_is(tmp_path: Path) -> None:
    files = {
        "app.py": """
            from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
            from frame import traced
            factory = async_sessionmaker(URL, expire_on_commit=False)
            @traced("db")
            def open_session():
                return factory()
            async def save():
                session = open_session()
                session.commit()
                await session.close()
        """
    }
    assert found(tmp_path, files, Config(select=("ADB301",))) == []
    config = Config(select=("ADB301",), safe_decorators=("frame.traced",))
    assert found(tmp_path, files, config) == [("ADB301", "app.py", 9, "error")]


# Blocks that are off.

TWO = """
from sqlalchemy.ext.asyncio import create_async_engine
{}
one = create_async_engine("postgresql+asyncpg://db", echo=True)
{}
two = create_async_engine("postgresql+asyncpg://db", echo=True)
"""


@pytest.mark.parametrize(
    ("before", "between", "lines"),
    [
        ("# adb: off[ADB106]", "# adb: on[ADB106]", [5]),
        ("# adb: off[echo-enabled]", "# adb: on", [5]),
        ("# adb: off", "# adb: on", [5]),
        ("# adb: off[ADB106]", "", []),
        ("x = 1  # adb: off[ADB106]", "", [3, 5]),
        ('text = """\n# adb: off\n"""', "", [5, 7]),
    ],
)
def test_a_block_is_off_until_it_is_on(before: str, between: str, lines: list[int], tmp_path: Path) -> None:
    files = {"app.py": TWO.format(before, between)}
    assert [row[2] for row in found(tmp_path, files, Config()) if row[0] == "ADB106"] == lines


def test_a_block_that_suppresses_nothing_is_reported(tmp_path: Path) -> None:
    files = {"app.py": TWO.format("# adb: off[ADB104, ADB106]", "# adb: on")}
    config = Config(select=("ADB1", "ADB901"))
    assert found(tmp_path, files, config) == [("ADB901", "app.py", 2, "warning"), ("ADB106", "app.py", 5, "warning")]
    files = {"app.py": "import sqlalchemy\n# adb: on\n# adb: ignore[ADB106]\n"}
    assert [row[2] for row in found(tmp_path, files, config)] == [2, 3]


# The schema.


def test_the_schema_is_current_and_holds_every_key() -> None:
    assert json.loads(docs.SCHEMA.read_text()) == schema()
    assert set(schema()["properties"]) == set(KEYS)
    jsonschema.Draft7Validator.check_schema(schema())


def test_the_schema_says_what_the_code_says() -> None:
    validator = jsonschema.Draft7Validator(schema())
    readme = docs.README.read_text()
    example = tomllib.loads(readme.partition("```toml\n[tool.async-db-lint]")[2].partition("```")[0].join(
        ("[tool.async-db-lint]", "")))  # fmt: skip
    table = example["tool"]["async-db-lint"]
    validator.validate(table)
    from_table(table)
    wrongs: list[dict[str, Any]] = [{"selct": []}, {"select": "ADB"}, {"severity": {"ADB106": "fatal"}}]
    for wrong in [*wrongs, {"target-versions": {"x": "1"}}]:
        assert not validator.is_valid(wrong)
        with pytest.raises(ConfigError):
            from_table(wrong)


def test_the_schema_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out) == schema()


# Completion.


@pytest.mark.parametrize(
    ("typed", "offered"),
    [("aud", {"audit"}), ("check --output-format gi", {"github", "gitlab"}), ("check --write-b", {"--write-baseline"})],
)
def test_a_shell_completes_what_the_command_takes(typed: str, offered: set[str], tmp_path: Path) -> None:
    script = tmp_path / "completion.bash"
    made = [sys.executable, "-m", "async_db_lint", "completion", "bash"]
    script.write_text(subprocess.run(made, capture_output=True, text=True, check=True).stdout)
    words = ["async-db-lint", *typed.split()]
    asked = f"""
        source {script}
        COMP_WORDS=({" ".join(words)}) COMP_CWORD={len(words) - 1} COMP_TYPE=9
        $(complete -p async-db-lint | grep -o -- '-F [^ ]*' | cut -c4-)
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    run = subprocess.run(["bash", "-c", asked], capture_output=True, text=True)
    assert set(run.stdout.split()) == offered, run.stderr


@pytest.mark.parametrize("name", ["../known.json", "/tmp/known.json", "link/known.json"])
def test_a_configured_baseline_stays_in_the_project(name: str, tmp_path: Path) -> None:
    root = written(tmp_path / "shop", {"pyproject.toml": f'[tool.async-db-lint]\nbaseline = "{name}"\n'})
    (root / "link").symlink_to(tmp_path, target_is_directory=True)
    with pytest.raises(ConfigError, match="`baseline` leads out of the project"):
        load(root)


@pytest.mark.parametrize("name", ["known.json", "inner/known.json", "inner/../known.json"])
def test_a_baseline_may_be_anywhere_in_the_project(name: str, tmp_path: Path) -> None:
    root = written(tmp_path, {"pyproject.toml": f'[tool.async-db-lint]\nbaseline = "{name}"\n'})
    assert load(root).baseline == name


@pytest.mark.parametrize("name", ["async_db_lint", "asyncdblint", "async-db-linter", "Async-DB-Lint"])
def test_a_table_with_almost_the_right_name_is_an_error(name: str, tmp_path: Path) -> None:
    written(tmp_path, {"pyproject.toml": f'[tool.{name}]\nselect = ["ADB1"]\n'})
    with pytest.raises(ConfigError, match=rf"\[tool.{name}\] is not read: the table is called"):
        load(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        '[project]\ndependencies = ["async-db-lint"]\n',
        "[tool.other]\nasync_db_lint = 1\n",
        "# async_db_lint\n",
        "tool = 1\n# async-db-lint\n",
    ],
)
def test_the_name_may_stand_elsewhere(text: str, tmp_path: Path) -> None:
    written(tmp_path, {"pyproject.toml": text})
    assert load(tmp_path) == Config()
