"""Cases for tests of silence: a smallest project in which a rule speaks, and what makes it silent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import dedent

from async_db_lint.rule.finding import Finding
from tests.projects import checked, written

ELSEWHERE = {
    "a test": "tests/{}",
    "a migration": "alembic/versions/{}",
    "a script": "scripts/{}",
}
SERVED = """
    from fastapi import FastAPI
    from {} import *
    app = FastAPI()
"""


@dataclass(frozen=True)
class Case:
    """The files of a project, the rule that is asked, and what is special about them."""

    code: str
    files: dict[str, str]
    why: str = "as it is"

    def __str__(self) -> str:
        return f"{self.code} {self.why}"

    def found(self, root: Path) -> list[Finding]:
        """What the rule finds in the project, written to a folder."""
        report = checked(written(root, self.files), self.code)
        assert not report.project.unreadable, report.project.unreadable
        return list(report.findings)

    def only(self, root: Path) -> Finding:
        """The one thing that the rule finds in the project."""
        (found,) = self.found(root)
        return found

    def but(self, why: str, changes: dict[str, str]) -> Case:
        """The same with other words, wherever the old ones stand; further lines are indented as the first."""
        files = dict(self.files)
        for old, new in changes.items():
            assert any(old in text for text in files.values()), f"{self}: {old!r} is not there"
            files = {path: text.replace(old, _indented(text, old, new)) for path, text in files.items()}
        return replace(self, files=files, why=why)

    def beside(self, why: str, path: str, text: str) -> Case:
        """The same with one more file."""
        return replace(self, files={**self.files, path: dedent(text)}, why=why)

    def on(self, *requirements: str) -> Case:
        """The same in a project that names versions."""
        return self.beside(f"on {', '.join(requirements)}", "requirements.txt", "\n".join((*requirements, "")))

    def served_from(self, path: str, why: str) -> Case:
        """The code of `app.py` in another file, which an application imports."""
        module = path.removesuffix(".py").replace("/", ".")
        others = {name: text for name, text in self.files.items() if name != "app.py"}
        files = {**others, path: self.files["app.py"], "main.py": dedent(SERVED).format(module)}
        return replace(self, files=files, why=why)

    def elsewhere(self, *where: str) -> list[Case]:
        """The code of `app.py` in tests, migrations and scripts, which an application imports all the same."""
        chosen = where or tuple(ELSEWHERE)
        return [self.served_from(ELSEWHERE[name].format("app.py"), f"in {name}") for name in chosen]

    def apart(self) -> Case:
        """The code of `app.py`, without its application, in a file that no other imports."""
        lines = [line for line in self.files["app.py"].split("\n") if not line.startswith(("app = FastAPI", "@app."))]
        files = {**self.files, "app.py": dedent(SERVED).format("other"), "apart.py": "\n".join(lines)}
        return replace(self, files=files, why="in a file that the application does not import")


def case(code: str, text: str, why: str = "as it is") -> Case:
    """A case of one file, `app.py`."""
    return Case(code, {"app.py": dedent(text).lstrip("\n")}, why)


def _indented(text: str, old: str, new: str) -> str:
    """New words; further lines are indented as the line that holds the old words."""
    if "\n" not in new:
        return new
    line = text[: text.find(old)].rpartition("\n")[2]
    before = line[: len(line) - len(line.lstrip())] if line.strip() else line
    first, *others = dedent(new).strip("\n").split("\n")
    return "\n".join([first, *(f"{before}{item}" if item else item for item in others)])
