"""Runs the application's own tests on each mutant that changes what it does, and lists those that they pass.

    python -m tests.mutants.survivors            # writes survivors.txt; takes some ten minutes
    python -m tests.mutants.survivors dispose    # only mutants with this in their name, printed

Twice: as pytest is configured by default, and with warnings as errors, as in this repository.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from reference_app.embedded import server
from tests.mutants.mutants import APPLICATION, ROOT, Mutant, mutants

LIST = Path(__file__).with_name("survivors.txt")
# Not the application's: what starts its server, and what lints it.
LEFT_OUT = shutil.ignore_patterns("__pycache__", "test_embedded.py", "test_lint.py")
OUTCOMES = {"default": [], "warnings as errors": ["-W", "error"]}
SECONDS = 180


def passes(mutant: Mutant, options: list[str], url: str) -> bool:
    """Whether a mutant passes the application's tests."""
    return tested(mutant.files(), options, url)


def tested(files: dict[str, str], options: list[str], url: str) -> bool:
    """Whether the application passes its tests with some of its files exchanged."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        shutil.copytree(APPLICATION, folder / APPLICATION.name, ignore=LEFT_OUT)
        shutil.copytree(ROOT / "tests" / "reference_app", folder / "tests" / "reference_app", ignore=LEFT_OUT)
        for name in ("__init__.py", "conftest.py", "hooked.py", "scratch.py"):
            shutil.copy(ROOT / "tests" / name, folder / "tests" / name)
        for path, text in files.items():
            (folder / APPLICATION.name / path).write_text(text)
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "--rootdir", scratch, *options]
        variables = {**os.environ, "DATABASE_URL": url, "PYTHONPATH": scratch, "PYTHONDONTWRITEBYTECODE": "1"}
        try:
            run = subprocess.run(
                [*command, "tests"], cwd=folder, env=variables, capture_output=True, text=True, timeout=SECONDS
            )
        except subprocess.TimeoutExpired:
            return False
        return run.returncode == 0


def surviving(chosen: list[Mutant], options: list[str], url: str) -> list[Mutant]:
    """The mutants that pass, of those chosen; two at a time."""
    with ThreadPoolExecutor(2) as pool:
        verdicts = pool.map(lambda mutant: passes(mutant, options, url), chosen)
        return [mutant for mutant, survives in zip(chosen, verdicts, strict=True) if survives]


def main() -> None:
    wanted = " ".join(sys.argv[1:])
    chosen = [mutant for mutant in mutants() if mutant.behaves and wanted in mutant.name]
    lines: list[str] = []
    with server() as url:
        assert passes(Mutant("nothing changed", "", (), ("", "")), OUTCOMES["warnings as errors"], url)
        for name, options in OUTCOMES.items():
            found = surviving(chosen, options, url)
            lines.append(f"# {name}: {len(found)} of {len(chosen)} pass the application's tests")
            lines += [f"{mutant.code}: {mutant.name}" for mutant in found]
    print("\n".join(lines))
    if not wanted:
        LIST.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
