"""As a new user has it: the built wheel in an empty environment, away from this repository.

pytest -m environments
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.environments


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of commands of an environment with nothing but the wheel and flake8."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip"]
    subprocess.run([*pip, "wheel", "-q", "--no-deps", "-w", str(folder), str(ROOT)], check=True)
    subprocess.run([sys.executable, "-m", "venv", str(folder / "venv")], check=True)
    (wheel,) = folder.glob("*.whl")
    subprocess.run([folder / "venv/bin/python", "-m", "pip", "install", "-q", str(wheel), "flake8"], check=True)
    return folder / "venv" / "bin"


def run(command: Path, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    return subprocess.run([str(command), *arguments], cwd=cwd, capture_output=True, text=True, env=clean)


def test_flake8_shows_the_plugin(environment: Path, tmp_path: Path) -> None:
    assert "async-db-lint:" in run(environment / "flake8", "--version", cwd=tmp_path).stdout.replace("\n", "")


def test_an_audit_of_an_unknown_project_is_one_command(environment: Path, tmp_path: Path) -> None:
    done = run(environment / "async-db-lint", "audit", str(ROOT / "reference_app"), cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "12 items: 12 passed." in done.stdout
    page = run(environment / "async-db-lint", "audit", str(ROOT / "reference_app"), "--output", "a.html", cwd=tmp_path)
    assert page.returncode == 0
    assert (tmp_path / "a.html").read_text().startswith("<!doctype html>")


@pytest.mark.parametrize(
    "arguments", [("rule", "ADB104"), ("rules",), ("schema",), ("completion", "zsh"), ("check", ".")]
)
def test_every_command_works_there(environment: Path, arguments: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("print(1)\n")
    done = run(environment / "async-db-lint", *arguments, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


def test_a_rule_shows_its_examples(environment: Path, tmp_path: Path) -> None:
    done = run(environment / "async-db-lint", "rule", "echo-enabled", "--full", cwd=tmp_path)
    assert "```python" in done.stdout
    assert "## Proof" in done.stdout
