"""The hooks in the real pre-commit: a commit is stopped, mended and let through.

pytest -m environments
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DATABASE = "from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine\nengine = create_async_engine(URL)\nSessionLocal = async_sessionmaker(engine, expire_on_commit=False)\n"
MAIN = "from contextlib import asynccontextmanager\nfrom fastapi import FastAPI\nfrom sqlalchemy import text\nfrom database import SessionLocal, engine\n\n@asynccontextmanager\nasync def lifespan(app):\n    async with SessionLocal() as session:\n        await session.execute(text('SELECT 1'))\n    yield\n    {}\n\napp = FastAPI(lifespan=lifespan)\n"
RIGHT, WRONG = MAIN.format("await engine.dispose()"), MAIN.format("pass")


class Repository:
    """A scratch repository with our hooks, whose environments are kept for all tests."""

    def __init__(self, folder: Path, home: Path, hooks: str) -> None:
        self.folder = folder
        self.home = home
        folder.mkdir()
        self.git("init", "-q")
        (folder / "database.py").write_text(DATABASE)
        (folder / "main.py").write_text(RIGHT)
        (folder / ".pre-commit-config.yaml").write_text(
            f"repos:\n- repo: {home / 'hooks'}\n  rev: v0\n  hooks:\n{hooks}"
        )
        self.pre_commit("install")

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        who = {f"GIT_{role}_{part}": "a@b.c" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        variables = {**os.environ, **who, "PRE_COMMIT_HOME": str(self.home / "cache"), "PATH": path}
        return subprocess.run(command, cwd=self.folder, env=variables, capture_output=True, text=True)

    def git(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run("git", *arguments)

    def pre_commit(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run(sys.executable, "-m", "pre_commit", *arguments)

    def commit(self) -> tuple[bool, str]:
        """Commit everything; whether it went through, and what was said."""
        self.git("add", "-A")
        done = self.git("commit", "-m", "change")
        return done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone of this working tree, as pre-commit wants it: committed, with a tag."""
    folder = tmp_path_factory.mktemp("home")
    hooks = folder / "hooks"
    hooks.mkdir()
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            (hooks / name).parent.mkdir(parents=True, exist_ok=True)
            (hooks / name).write_bytes((ROOT / name).read_bytes())
    who = ["-c", "user.name=a", "-c", "user.email=a@b.c"]
    for command in (["init", "-q"], ["add", "-A"], [*who, "commit", "-q", "-m", "all"], ["tag", "v0"]):
        subprocess.run(["git", *command], cwd=hooks, check=True, capture_output=True)
    return folder


@pytest.mark.environments
def test_the_project_hook_stops_a_commit_whose_finding_stands_in_another_file(home: Path, tmp_path: Path) -> None:
    found = Repository(tmp_path / "shop", home, "  - id: async-db-lint-project\n")
    went, said = found.commit()
    assert went, said
    (found.folder / "main.py").write_text(WRONG)
    went, said = found.commit()
    assert not went
    assert "database.py:2:10" in said
    assert "ADB104" in said
    (found.folder / "main.py").write_text(RIGHT)
    (found.folder / "notes.txt").write_text("x")
    assert found.commit()[0]


@pytest.mark.environments
def test_the_file_hook_reports_what_concerns_the_changed_files(home: Path, tmp_path: Path) -> None:
    found = Repository(tmp_path / "shop", home, "  - id: async-db-lint\n    exclude: ^legacy/\n")
    assert found.commit()[0]
    (found.folder / "legacy").mkdir()
    (found.folder / "legacy" / "old.py").write_text(
        "from database import SessionLocal\nasync def f():\n    async with SessionLocal() as session:\n        session.commit()\n"
    )
    went, said = found.commit()
    assert went, said  # what pre-commit excludes is not passed on
    (found.folder / "main.py").write_text(WRONG)
    went, said = found.commit()
    assert not went
    assert "ADB104" in said  # its related place, the lifespan, is in the changed file
    assert "ADB301" not in said
    (found.folder / "main.py").write_text(RIGHT)
    (found.folder / "other.py").write_text("x = 1\n")
    assert found.commit()[0]


@pytest.mark.environments
def test_it_can_be_tried_before_it_is_installed(home: Path, tmp_path: Path) -> None:
    found = Repository(tmp_path / "shop", home, "  - id: async-db-lint\n")
    (found.folder / "main.py").write_text(WRONG)
    found.git("add", "-A")
    tried = found.pre_commit("try-repo", str(home / "hooks"), "async-db-lint-project", "--all-files")
    assert tried.returncode == 1
    assert "ADB104" in tried.stdout
