"""The command, flake8 and the hook say the same of the same code: every fixture, and a real project.

pytest -m environments
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from async_db_lint.rule.rule import About
from async_db_lint.run.selection import codes_about
from tests.hooked import Repository
from tests.hosts.test_flake8 import FIXTURES, Found, command_line, flake8, rows

NOT_IN_HOSTS = codes_about(About.FILE, About.COMMENT)

REAL = "fractal-server==2.18.5"  # a pinned wheel of the ecosystem's list
HOOK = f"""  - id: async-db-lint-project
    args: [--output-format=concise, --isolated, --select=ALL, --fail-on=advice, "--ignore={",".join(NOT_IN_HOSTS)}"]
"""

pytestmark = pytest.mark.environments


@pytest.fixture(scope="module")
def repository(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return Repository(tmp_path_factory.mktemp("parity") / "project", home, HOOK)


def hooked(found: Repository) -> Found:
    found.git("add", "-A")
    return rows(found.pre_commit("run", "--all-files", "--color", "never").stdout)


def all_three(found: Repository) -> list[Found]:
    of_flake8 = rows(flake8(found.folder, "--adb-advice", "-j", "1", "--disable-noqa", "."))
    return [command_line(found.folder, "--select", "ALL"), of_flake8, hooked(found)]


@pytest.mark.parametrize(
    "folder", [item for item in sorted(FIXTURES.glob("ADB*")) if item.name[:4] != "ADB9"], ids=lambda item: item.name
)
def test_every_fixture_is_reported_the_same(folder: Path, repository: Repository) -> None:
    root = repository.emptied()
    bad = folder / "bad"
    if bad.is_dir():
        shutil.copytree(bad, root / "code")
    else:
        (root / "code").mkdir()
        text = (folder / "bad.py").read_bytes().replace(b"\n", b"\r\n")
        (root / "code" / "bad.py").write_bytes("# über\r\n".encode() + text)
    by_command, by_flake8, by_hook = all_three(repository)
    assert by_command
    assert by_command == by_flake8 == by_hook


def test_a_real_project_is_reported_the_same(repository: Repository, tmp_path: Path) -> None:
    download = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(tmp_path), REAL]
    subprocess.run(download, check=True)
    (wheel,) = tmp_path.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(repository.emptied())
    by_command, by_flake8, by_hook = all_three(repository)
    assert len(by_command) > 3
    assert by_command == by_flake8 == by_hook
