"""Writes the skeleton of a rule, with its fixtures, proof and mutants: what is left to do, each test then says.

    python -m tests.new ADB403 raw-string-execute queries

Takes the code, the name and the family, which is a folder of `async_db_lint/rules`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from textwrap import dedent

from async_db_lint.rule import rule as rule_module
from async_db_lint.run.selection import find

ROOT = Path(__file__).parent.parent
UNWRITTEN = "WRITE:"  # what a skeleton leaves to its author; a test refuses each
PLACES = ("async_db_lint/rules", "fixtures", "tests/proofs", "tests/mutants")

RULE = '''
    """{code}."""

    from __future__ import annotations

    from async_db_lint.rule import *


    class {title}(Rule):
        """WRITE: what is wrong, in one sentence.

        Happens: WRITE: what breaks at run time and when, as the proof measures it.

        Instead: WRITE: the code that does the same right.

        Silent: WRITE: the look-alikes that are left alone; each is a line of the good example.
        """

        code = "{code}"
        name = "{name}"
        severity = Severity.ERROR
        consequence = Consequence.FAILS

        def suspects(self, project: Project) -> Suspects:
            for call in project.calls("WRITE", on=SESSIONS):
                yield suspect(call, "WRITE: the fact, about the user's own names")
'''
EXAMPLE = '''
    """WRITE: {what}."""

    import os

    from sqlalchemy import text
    from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

    engine = create_async_engine(os.environ["DATABASE_URL"])
    SessionLocal = async_sessionmaker(engine, expire_on_commit=False)


    async def run(session: AsyncSession) -> int:
        return await session.scalar(text("SELECT 1")){mark}


    async def main() -> None:
        async with SessionLocal() as session:
            await run(session)
'''
PROOF = """

    def test_{code}_{function}(stage: Stages) -> None:
        found = stage("{code}")

        async def act(scene: Scene) -> str:
            async with scene.module.SessionLocal() as session:
                return await outcome(lambda: scene.module.run(session))

        bad, good = found.both(act)
        found.shows("WRITE: what was measured", bad, good)
        assert bad != good, "WRITE: what the bad example does, and the good one does not"
"""
MUTANT = """\
    Mutant(
        "WRITE: the {number} mistake, as a developer would make it",
        "{code}",
        (Change("main.py", "WRITE: code of the application", "WRITE: the same with the mistake"),),
        ("main.py", "WRITE: what stands in the line that is reported"),
    ),
"""


def unwritten(root: Path = ROOT) -> list[str]:
    """Each line that a skeleton has left to its author, as `path:line: text`."""
    return [
        f"{path.relative_to(root).as_posix()}:{number}: {line.strip()}"
        for place in PLACES
        for path in sorted((root / place).rglob("*.py"))
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if UNWRITTEN in line
    ]


def written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def skeleton(code: str, name: str, family: str, root: Path = ROOT) -> list[Path]:
    """Write the five files of a new rule; returns their paths. Nothing is written over."""
    values = {
        "code": code,
        "name": name,
        "function": name.replace("-", "_"),
        "title": "".join(part.capitalize() for part in name.split("-")),
    }
    fixture = root / "fixtures" / f"{code}-{name}"
    rule = root / "async_db_lint" / "rules" / family / f"{values['function']}.py"
    proofs = root / "tests" / "proofs" / f"test_{family}.py"
    mutants = root / "tests" / "mutants" / f"{family}.py"
    bad = EXAMPLE.format(what="the mistake, and what shows that it is one", mark=f"  # expect: {code}")
    good = EXAMPLE.format(what="the same done right, and every look-alike", mark="")
    return [
        written(rule, dedent(RULE).lstrip().format(**values)),
        written(fixture / "bad.py", dedent(bad).lstrip()),
        written(fixture / "good.py", dedent(good).lstrip()),
        written(proofs, proofs.read_text() + dedent(PROOF).format(**values)),
        written(mutants, with_mutants(mutants.read_text(), code)),
    ]


def with_mutants(text: str, code: str) -> str:
    """A list of mutants with two more at its end."""
    body, end = text.rstrip().rsplit("]", 1)
    more = "".join(MUTANT.format(code=code, number=number) for number in ("first", "second"))
    return f"{body}{more}]{end}\n"


def refusal(code: str, name: str, family: str) -> str:
    """Why a rule cannot be made; empty when it can."""
    families = sorted(path.name for path in (ROOT / "async_db_lint" / "rules").iterdir() if path.is_dir())
    if not rule_module.CODE.fullmatch(code):
        return f"{code} is not a code: a code is ADB and three digits"
    if find(code) or find(name):
        return f"there is a rule {code} or {name} already: `async-db-lint rules` lists them"
    if family not in families:
        return f"{family} is none of the families {', '.join(item for item in families if item[0] != '_')}"
    return ""


def main() -> int:
    if len(sys.argv) != 4:
        print(__doc__, file=sys.stderr)
        return 2
    code, name, family = sys.argv[1:]
    why = refusal(code, name, family)
    if why:
        print(f"error: {why}", file=sys.stderr)
        return 2
    for path in skeleton(code, name, family):
        print(path.relative_to(ROOT))
    print(f"Now: pytest -m quick -k {code}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
