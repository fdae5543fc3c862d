"""Runs the application's own tests on each mutant that changes what it does, and notes those that they pass.

    python -m tests.mutants.survivors            # those that are not noted yet
    python -m tests.mutants.survivors ADB204     # of one rule
    python -m tests.mutants.survivors all        # all of them: some ten minutes

Twice each: as pytest is configured by default, and with warnings as errors, as in this repository. Two run at a
time. `survivors.json` and the README's sentence are written after each, so a run that is stopped loses nothing.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from reference_app.embedded import server
from tests.mutants.mutants import APPLICATION, ROOT, Mutant, mutants

NOTES = Path(__file__).with_name("survivors.json")
README = ROOT / "README.md"
# Not the application's: what starts its server, and what lints it.
LEFT_OUT = shutil.ignore_patterns("__pycache__", "test_embedded.py", "test_lint.py")
OUTCOMES = {"default": [], "warnings as errors": ["-W", "error"]}
SECONDS = 180
START, END = "<!-- mutants: generated -->\n", "<!-- end of mutants -->"

Notes = dict[str, list[str]]  # a mutant's name, and under which outcomes it passes the application's tests


def name_of(mutant: Mutant) -> str:
    return f"{mutant.code}: {mutant.name}"


def behaving() -> list[Mutant]:
    """The mutants that change what the application does."""
    return [mutant for mutant in mutants() if mutant.behaves]


def noted() -> Notes:
    found: Notes = json.loads(NOTES.read_text())
    return found


def sentence(notes: Mapping[str, list[str]]) -> str:
    """The README's sentence."""
    every = list(mutants())
    default, strict = (sum(outcome in passed for passed in notes.values()) for outcome in OUTCOMES)
    return (
        f"The same application broken in {len(every)} ways is reported each time, with the right code at the right\n"
        f"place and nothing else. {len(notes)} of them change what the application does. {default} of those pass the\n"
        f"application's own tests, and {strict} still pass when every warning is an error.\n"
    )


def readme(text: str, notes: Mapping[str, list[str]]) -> str:
    """The README with its sentence made anew."""
    before, _, rest = text.partition(START)
    return f"{before}{START}{sentence(notes)}{END}{rest.partition(END)[2]}"


def write(notes: Notes) -> None:
    """Write what is known; mutants that are gone leave it."""
    known = {name_of(mutant): notes[name_of(mutant)] for mutant in behaving() if name_of(mutant) in notes}
    NOTES.write_text(json.dumps(known, indent=1, ensure_ascii=False) + "\n")
    README.write_text(readme(README.read_text(), known))


def passed(mutant: Mutant, url: str) -> list[str]:
    """The outcomes under which a mutant passes the application's tests."""
    return [name for name, options in OUTCOMES.items() if tested(mutant.files(), options, url)]


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


def chosen(wanted: str, notes: Notes) -> list[Mutant]:
    """The mutants to run: those of a code, all, or those that are not noted yet."""
    if re.fullmatch(r"ADB\d{3}", wanted):
        return [mutant for mutant in behaving() if mutant.code == wanted]
    return [mutant for mutant in behaving() if wanted == "all" or name_of(mutant) not in notes]


def main() -> None:
    notes = noted()
    todo = chosen(" ".join(sys.argv[1:]), notes)
    with server() as url, ThreadPoolExecutor(2) as pool:
        assert tested({}, OUTCOMES["warnings as errors"], url), "the application fails its own tests"
        for mutant, outcomes in zip(todo, pool.map(lambda item: passed(item, url), todo), strict=True):
            notes[name_of(mutant)] = outcomes
            print(f"{name_of(mutant)}: {'passes with ' + ' and '.join(outcomes) if outcomes else 'fails'}", flush=True)
            write(notes)
    write(notes)


if __name__ == "__main__":
    main()
