"""Fixes each mutant that has a fix, compares it with the application, and runs the application's tests.

    python -m tests.mutants.fixed             # takes some ten minutes
    python -m tests.mutants.fixed dispose     # only mutants with this in their name
    python -m tests.mutants.fixed --quick     # without the application's tests

The lines in which a fixed mutant differs from the application are printed: they are to be read.
"""

from __future__ import annotations

import difflib
import shutil
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from reference_app.embedded import server
from tests.fixing import run_fixes
from tests.mutants.mutants import APPLICATION, Mutant, mutants
from tests.mutants.survivors import tested


def fixed_files(mutant: Mutant) -> dict[str, str] | None:
    """The files of a mutant after its fix; None when nothing was fixed."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / APPLICATION.name
        shutil.copytree(APPLICATION, folder, ignore=shutil.ignore_patterns("__pycache__"))
        for path, text in mutant.files().items():
            (folder / path).write_text(text)
        done = run_fixes(Path(name), mutant.code)
        if not done.files:
            return None
        changed = {path: item.after.decode() for path, item in done.files.items()}
        return {**mutant.files(), **{path.partition("/")[2]: text for path, text in changed.items()}}


def difference(files: dict[str, str]) -> list[str]:
    """The lines in which some files differ from the application's."""
    found: list[str] = []
    for path, text in sorted(files.items()):
        original = (APPLICATION / path).read_text() if (APPLICATION / path).exists() else ""
        rows = difflib.unified_diff(original.splitlines(), text.splitlines(), path, path, lineterm="", n=0)
        found += [row for row in rows if not row.startswith(("---", "@@"))]
    return found


def main() -> None:
    is_quick = "--quick" in sys.argv
    wanted = " ".join(item for item in sys.argv[1:] if not item.startswith("--"))
    fixed = [(mutant, fixed_files(mutant)) for mutant in mutants() if wanted in mutant.name]
    chosen = [(mutant, files) for mutant, files in fixed if files is not None]
    for mutant, files in chosen:
        print(f"{mutant.code}: {mutant.name}", *(f"    {row}" for row in difference(files)), sep="\n", flush=True)
    if is_quick:
        print(f"{len(chosen)} of {len(fixed)} mutants have a fix")
        return
    with server() as url, ThreadPoolExecutor(2) as pool:
        verdicts = list(pool.map(lambda item: tested(item[1], ["-W", "error"], url), chosen))
    failed = [mutant.name for (mutant, _), passed in zip(chosen, verdicts, strict=True) if not passed]
    print(
        f"{len(chosen)} of {len(fixed)} mutants have a fix; {len(chosen) - len(failed)} then pass all tests",
        *failed,
        sep="\n",
    )


if __name__ == "__main__":
    main()
