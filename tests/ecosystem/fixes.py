"""Makes every fix in pinned packages, and looks at what has become of them.

    python -m tests.ecosystem.fixes            # all packages
    python -m tests.ecosystem.fixes FOLDER …   # other projects, copied first

Every changed file must compile; the patch that `--diff` prints, applied by git, must give what `--fix` has
written, so that no byte changes that was not reported; a second run must change nothing; what was fixed must not
be found again.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.ecosystem.run import CACHE, packages, unpacked

COMMAND = [sys.executable, "-m", "async_db_lint", "check", "--isolated", "--root", ".", "--select", "ALL"]


def run(folder: Path, *options: str) -> bytes:
    done = subprocess.run([*COMMAND, *options], cwd=folder, capture_output=True)
    assert done.returncode in (0, 1), done.stderr.decode()
    return done.stdout


def fixable(folder: Path) -> Counter[tuple[str, str, str]]:
    rows = json.loads(run(folder, "--output-format", "json"))
    return Counter((row["path"], row["code"], row["message"]) for row in rows if row["fix"] is not None)


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.py") if path.is_file()}


def look_at(name: str, source: Path, work: Path) -> None:
    fixed, patched = work / "fixed", work / "patched"
    for target in (fixed, patched):
        shutil.copytree(source, target, symlinks=True, ignore=shutil.ignore_patterns(".git"))
    before, known = files(fixed), fixable(fixed)
    patch = run(patched, "--diff", "--unsafe-fixes")
    run(fixed, "--fix-only", "--unsafe-fixes")
    after = files(fixed)
    changed = [path for path in after if after[path] != before.get(path)]
    for path in changed:
        compile(after[path], path, "exec", dont_inherit=True)
    if patch:
        subprocess.run(["git", "apply", "--whitespace=nowarn", "-"], cwd=patched, input=patch, check=True)
    assert files(patched) == after, "the patch is not what was written"
    run(fixed, "--fix-only", "--unsafe-fixes")
    assert files(fixed) == after, "a second run changed something"
    left = fixable(fixed)
    assert not left, f"found again: {left}"
    print(f"{name}: {sum(known.values())} fixes in {len(changed)} files", flush=True)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        cache = Path(name)
        given = [(Path(item).name, Path(item)) for item in sys.argv[1:]]
        for number, (title, source) in enumerate(given or [(item, unpacked(item, CACHE)) for item in packages()]):
            look_at(title, source.resolve(), cache / f"work{number}")


if __name__ == "__main__":
    main()
