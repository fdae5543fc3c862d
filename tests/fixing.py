"""What the fixes make of the bad examples: `python -m tests.fixing` writes it beside them.

The comments that say what is expected are taken out first: a fix would have to keep them.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path

from async_db_lint.rule.change import Safety
from async_db_lint.run.examine import Target, examine
from async_db_lint.run.rounds import Fixed, fixed
from async_db_lint.run.selection import all_rules
from async_db_lint.settings.config import Config

FIXTURES = Path(__file__).parent.parent / "fixtures"
EXPECT = re.compile(rb"[ \t]*# expect: [A-Z0-9, ]+(?:\(no fix\))?")
BOTH = frozenset(Safety)
ANYWHERE = "ADB112"  # advice on nearly every engine that an example makes: of interest in its own examples alone


def copied(folder: Path, kind: str, target: Path) -> Path:
    """A copy of an example without its expectations; the folder that is its root."""
    target.mkdir(parents=True, exist_ok=True)
    if (folder / kind).is_dir():
        shutil.copytree(folder / kind, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(folder / f"{kind}.py", target / f"{kind}.py")
    for path in target.rglob("*.py"):
        path.write_bytes(EXPECT.sub(b"", path.read_bytes()))
    return target


def run_fixes(root: Path, *select: str, allowed: frozenset[Safety] = BOTH) -> Fixed:
    """A project with its fixes made, in memory."""
    done = fixed(
        examine(
            Target(root, [root], Config(select=select or ("ALL",), ignore=() if ANYWHERE in select else (ANYWHERE,)))
        ),
        allowed,
    )
    assert not done.report.faults, done.report.faults[0].trace
    return done


def texts(root: Path, done: Fixed) -> dict[str, bytes]:
    """Every file of a project after its fixes, by path."""
    found = {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*.py")}
    return {**found, **{path: item.after for path, item in done.files.items()}}


def code_of(folder: Path) -> str:
    """The rule that a fixture is about."""
    return folder.name[:6]


def write() -> None:
    """Write `fixed` beside each bad example of which a fix changes something."""
    for folder in sorted(FIXTURES.glob("ADB*")):
        with tempfile.TemporaryDirectory() as name:
            root = copied(folder, "bad", Path(name) / "bad")
            done = run_fixes(root, code_of(folder))
            if not done.files:
                continue
            after = texts(root, done)
        if (folder / "bad").is_dir():
            shutil.rmtree(folder / "fixed", ignore_errors=True)
            for path, data in after.items():
                (folder / "fixed" / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / "fixed" / path).write_bytes(data)
        else:
            (folder / "fixed.py").write_bytes(after["bad.py"])
        print(f"{folder.name}: {len(done.applied)} fixes")


if __name__ == "__main__":
    assert all_rules()
    write()
