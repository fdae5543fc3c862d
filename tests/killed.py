"""Fixing that is killed, or finds the disk full: no file may be lost, cut off or half-written.

    python -m tests.killed             # 200 points at which the process is killed, and a full disk
    python -m tests.killed 20          # fewer points

The process kills itself at the n-th thing that it asks of the system after it began to write, as an audit hook
counts them. The full disk is a small file system of its own, which only root can mount.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from async_db_lint.fixes.write import TEMPORARY

COUNT = 60  # files to fix
OLD = (
    b"from sqlalchemy.ext.asyncio import AsyncSession\n\n\nasync def f(s: AsyncSession):\n    await s.add(1)  # "
    + b"x" * 2000
    + b"\n"
)
NEW = OLD.replace(b"await s.add", b"s.add")
HOOK = """
import os, signal, sys
limit = int(os.environ["KILL_AT"])
seen = 0
def hook(event, arguments):
    global seen
    if seen or (event == "open" and ".async-db-lint-" in str(arguments[0])):
        if event in ("open", "os.rename", "os.chmod", "os.chown", "os.scandir", "os.listdir", "os.remove"):
            seen += 1
            if seen == limit:
                os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(hook)
"""
COMMAND = [sys.executable, "-m", "async_db_lint", "check", "--isolated", "--root", ".", "--fix-only"]


def tree(folder: Path) -> Path:
    for number in range(COUNT):
        path = folder / f"part{number % 5}" / f"m{number}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(OLD)
    return folder


def states(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted(folder.rglob("m*.py"))]


def leftovers(folder: Path) -> list[Path]:
    return [path for path in folder.rglob(".*") if TEMPORARY.fullmatch(path.name)]


def killed_at(point: int, folder: Path, hooks: Path) -> int:
    """Kill a run at a point, look at the files, and let another run finish; returns how many were done."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(hooks), *sys.path)), "KILL_AT": str(point)}
    first = subprocess.run(COMMAND, cwd=folder, env=environment, capture_output=True)
    assert first.returncode in (-signal.SIGKILL, 0), first.stderr.decode()
    seen = states(folder)
    assert len(seen) == COUNT
    assert set(seen) <= {OLD, NEW}, f"a file is neither old nor new after {point}"
    again = subprocess.run(COMMAND, cwd=folder, capture_output=True)
    assert again.returncode == 0, again.stderr.decode()
    assert set(states(folder)) == {NEW}
    assert not leftovers(folder), f"left after {point}: {leftovers(folder)}"
    return seen.count(NEW)


def killing(points: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        hooks = Path(name) / "hooks"
        hooks.mkdir()
        (hooks / "sitecustomize.py").write_text(HOOK)
        done = []
        for point in range(1, points + 1):
            folder = Path(name) / f"tree{point}"
            folder.mkdir()
            done.append(killed_at(point, tree(folder), hooks))
        assert min(done) < COUNT, "nothing was killed while it wrote"
        print(f"killed at {points} points, with {min(done)} to {max(done)} of {COUNT} files written: all whole")


def full_disk() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", name], capture_output=True)
        if mounted.returncode:
            print(f"no full disk: {mounted.stderr.decode().strip()}")
            return
        try:
            tree(folder)
            fill(folder / "fill")
            done = subprocess.run(COMMAND, cwd=folder, capture_output=True, text=True)
            assert done.returncode == 2, done.stderr
            assert "No space left on device" in done.stderr
            assert set(states(folder)) <= {OLD, NEW}
            assert not leftovers(folder)
            print(f"full disk: {states(folder).count(NEW)} of {COUNT} files written, all whole, exit 2")
        finally:
            subprocess.run(["umount", name], check=True)


def fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 1024)
        except OSError:
            return


if __name__ == "__main__":
    killing(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
    full_disk()
