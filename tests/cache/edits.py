"""Edits a copy of a project at random, and compares what is printed with the cache of the state before and without.

    python -m tests.cache.edits FOLDER [COUNT]

A slower check: it runs the whole command twice for each edit. Prints where the two differ, and ends with 1 then.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from async_db_lint.cache.folder import NO_CACHE

COMMAND = [sys.executable, "-m", "async_db_lint", "--select", "ALL", "--output-format", "json", "--exit-zero"]


def printed(root: Path, *more: str) -> str:
    environment = {name: value for name, value in os.environ.items() if name != NO_CACHE}
    environment["XDG_CACHE_HOME"] = str(root.parent / "home")
    run = subprocess.run([*COMMAND, *more], cwd=root, capture_output=True, text=True, env=environment)
    return f"{run.returncode}\n{run.stdout}\n{run.stderr}"


def edited(root: Path, chosen: random.Random) -> str:
    """Change something, and say what: a line away or twice, a file away, copied or moved, or nothing but a time."""
    path = chosen.choice(sorted(root.rglob("*.py")))
    kind = chosen.choice(("line away", "line twice", "touched", "two lines swapped", "copied", "moved", "same text"))
    lines = path.read_text().splitlines(keepends=True)
    number = chosen.randrange(len(lines)) if lines else 0
    if kind == "line away":
        path.write_text("".join(lines[:number] + lines[number + 1 :]))
    elif kind == "line twice":
        path.write_text("".join(lines[: number + 1] + lines[number:]))
    elif kind == "two lines swapped" and len(lines) > 1:
        lines[number - 1], lines[number] = lines[number], lines[number - 1]
        path.write_text("".join(lines))
    elif kind == "touched":
        path.touch()
    elif kind == "copied":
        path.with_name(f"copy_{number}.py").write_text(path.read_text())
    elif kind == "moved":
        path.rename(path.with_name(f"moved_{number}.py"))
    else:
        path.write_text(path.read_text())
    return f"{kind}: {path.relative_to(root)}:{number + 1}"


def main() -> int:
    source, count = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 200
    chosen = random.Random(14)
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "project")
        shutil.copytree(source, root, ignore=shutil.ignore_patterns(".git"))
        printed(root)
        for number in range(count):
            what = edited(root, chosen)
            if printed(root) != printed(root, "--no-cache"):
                wrong += 1
                print(f"{number}: {what}")
    print(f"{count} edits, {wrong} different")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
