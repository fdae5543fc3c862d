"""A scratch repository in which the real pre-commit runs our hooks."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

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

    def emptied(self) -> Path:
        """The folder without its Python files."""
        for path in self.folder.iterdir():
            if path.name not in (".git", ".pre-commit-config.yaml"):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        return self.folder

    def commit(self) -> tuple[bool, str]:
        """Commit everything; whether it went through, and what was said."""
        self.git("add", "-A")
        done = self.git("commit", "-m", "change")
        return done.returncode == 0, done.stdout + done.stderr


def clone(folder: Path) -> Path:
    """A clone of this working tree in a folder, as pre-commit wants it: committed, with a tag."""
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
