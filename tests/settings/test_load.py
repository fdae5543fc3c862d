"""Where settings come from: files that extend others, a file that is named, and tables of folders below the root."""

from __future__ import annotations

from pathlib import Path

import pytest

from async_db_lint.settings.config import Config
from async_db_lint.settings.keys import ConfigError
from async_db_lint.settings.load import load, load_file, load_nested
from tests.projects import checked, written

TABLE = "[tool.async-db-lint]\n"
MISTAKES = """
    from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
    engine = create_async_engine("postgresql+asyncpg://db", echo=True)
    async def save(session: AsyncSession):
        session.commit()
"""


def test_a_file_that_is_extended_says_what_the_other_does_not(tmp_path: Path) -> None:
    files = {
        "project/pyproject.toml": f'{TABLE}extend = "../shared.toml"\nignore = ["ADB301"]\n',
        "shared.toml": 'extend = "more/base.toml"\nignore = ["ADB106"]\nselect = ["ADB1"]\n',
        "more/base.toml": f'[tool.ruff]\n{TABLE}select = ["ADB2"]\nexclude = ["old"]\n',
    }
    found = load(written(tmp_path, files) / "project")
    assert (found.ignore, found.select, found.exclude) == (("ADB301",), ("ADB1",), ("old",))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('extend = "pyproject.toml"', "extends itself"),
        ('extend = "other.toml"', "no such file"),
        ('extend = "a.toml"', "extends itself"),
        ('extend = "odd.toml"', "odd.toml cannot be read"),
        ('extend = "wrong.toml"', "unknown key `slect`"),
        ('extend = "\\u0000"', "no such file"),
        ("extend = 3", "must be a string, not a number"),
    ],
)
def test_a_file_that_cannot_be_extended_is_an_error(text: str, message: str, tmp_path: Path) -> None:
    files = {
        "pyproject.toml": f"{TABLE}{text}\n",
        "a.toml": 'extend = "b.toml"\n',
        "b.toml": 'extend = "a.toml"\n',
        "odd.toml": "select = [",
        "wrong.toml": 'slect = ["ADB1"]',
    }
    with pytest.raises(ConfigError, match=message):
        load(written(tmp_path, files))


@pytest.mark.parametrize("text", ['ignore = ["ADB106"]\n', f'{TABLE}ignore = ["ADB106"]\n'])
def test_a_file_that_is_named_holds_alone(text: str, tmp_path: Path) -> None:
    found = load_file(written(tmp_path, {"lint.toml": text}) / "lint.toml")
    assert (found.ignore, found.has_nested) == (("ADB106",), False)
    assert found.source.endswith("lint.toml")


def test_tables_below_the_root_are_found_by_folder(tmp_path: Path) -> None:
    texts = [
        ("pyproject.toml", f'{TABLE}ignore = ["ADB1"]'),
        ("a/pyproject.toml", f'{TABLE}ignore = ["ADB106"]'),
        ("a/b/pyproject.toml", "[tool.ruff]"),
        ("c/uv.lock", TABLE),
    ]
    assert {folder: config.ignore for folder, config in load_nested(texts, tmp_path).items()} == {"a": ("ADB106",)}
    with pytest.raises(ConfigError, match="is not read"):
        load_nested([("a/pyproject.toml", "[tool.async_db_lint]")], tmp_path)


def found_in(root: Path, config: Config | None = None) -> set[tuple[str, str]]:
    settings = {} if config is None else {"said": config.said, "added": config.added}
    select = () if config is None else config.select
    return {(item.location.path, item.code) for item in checked(root, *select, **settings).findings}


MONOREPO = {
    "one/app.py": MISTAKES,
    "two/app.py": MISTAKES,
    "two/old/app.py": MISTAKES,
    "two/inner/app.py": MISTAKES,
    "two/pyproject.toml": f'{TABLE}ignore = ["ADB106"]\nexclude = ["old"]\nseverity = {{ADB301 = "error"}}\n',
    "two/inner/pyproject.toml": f'{TABLE}select = ["ADB106"]\nper-file-ignores = {{"x.py" = ["ADB106"]}}\n',
}
EXPECTED = {
    ("one/app.py", "ADB106"),
    ("one/app.py", "ADB301"),
    ("two/app.py", "ADB301"),
    ("two/inner/app.py", "ADB106"),
}


def test_the_nearest_table_decides_for_its_folder(tmp_path: Path) -> None:
    root = written(tmp_path, {**MONOREPO, "two/inner/x.py": MISTAKES})
    assert found_in(root) == EXPECTED


def test_the_command_line_decides_for_all_folders(tmp_path: Path) -> None:
    root = written(tmp_path, MONOREPO)
    config = Config(select=("ADB106",), said=frozenset({"select"}))
    assert found_in(root, config) == {("one/app.py", "ADB106"), ("two/inner/app.py", "ADB106")}


def test_a_host_adds_rules_in_all_folders(tmp_path: Path) -> None:
    root = written(tmp_path, MONOREPO)
    assert found_in(root, Config(added=("ADB602",))) == EXPECTED


def test_a_severity_holds_in_its_folder(tmp_path: Path) -> None:
    root = written(tmp_path, {**MONOREPO, "two/pyproject.toml": f'{TABLE}severity = {{ADB106 = "error"}}\n'})
    levels = {item.location.path: item.severity.label for item in checked(root).findings if item.code == "ADB106"}
    assert (levels["one/app.py"], levels["two/app.py"]) == ("warning", "error")


def test_a_rule_that_no_folder_selects_is_not_asked(tmp_path: Path) -> None:
    root = written(tmp_path, {"a/app.py": MISTAKES, "a/pyproject.toml": f'{TABLE}select = ["ADB301"]\n'})
    assert found_in(root, Config(select=("ADB2",))) == {("a/app.py", "ADB301")}
