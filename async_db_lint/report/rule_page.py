"""A rule's page and metadata, made from its docstring and its fixtures."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path

from async_db_lint.report.proof import proof
from async_db_lint.rule.change import Safety
from async_db_lint.rule.rule import Rule

HEADINGS = {
    "Happens:": "What happens",
    "Instead:": "What to write instead",
    "Silent:": "When it stays silent",
}


def as_data(rule: type[Rule]) -> dict[str, object]:
    """A rule's metadata and documentation."""
    return {
        "code": rule.code,
        "name": rule.name,
        "severity": rule.severity.label,
        "selected_by_default": rule.severity.label != "advice",
        "guide": rule.guide,
        "fix": None if rule.fix is None else rule.fix.value,
        "yields_to": list(rule.yields_to),
        "summary": rule.title(),
        "documentation": inspect.cleandoc(rule.__doc__ or ""),
    }


def page(rule: type[Rule]) -> str:
    """The Markdown page of a rule."""
    lines = [f"# {rule.code} {rule.name}", "", *_facts(rule), ""]
    lines += _body(inspect.cleandoc(rule.__doc__ or ""))
    lines += proof(fixture_folder(rule), rule.code)
    for title, path in fixtures(rule):
        lines += ["", f"## {title}", "", "```python", path.read_text().strip(), "```"]
    return "\n".join(lines)


def _facts(rule: type[Rule]) -> Iterator[str]:
    shown = "shown by default" if rule.severity.label != "advice" else "shown with `--select ADVICE`"
    yield f"Severity: {rule.severity.label}, {shown}."
    if rule.guide:
        yield f"Guide: {rule.guide}."
    if rule.fix is not None:
        flags = "`--fix`" if rule.fix is Safety.SAFE else "`--fix --unsafe-fixes`: read the result"
        yield f"Fixed, where the code has a shape that is understood, by {flags}."
    if rule.yields_to:
        yield f"Where one of {', '.join(rule.yields_to)} describes the same defect, that one is reported instead."


def _body(documentation: str) -> Iterator[str]:
    for line in documentation.splitlines():
        word = line.partition(" ")[0]
        if word in HEADINGS:
            yield f"## {HEADINGS[word]}"
            yield ""
            rest = line.removeprefix(word).strip()
            yield rest[:1].upper() + rest[1:]
        else:
            yield line


def fixtures(rule: type[Rule]) -> Iterator[tuple[str, Path]]:
    """The rule's bad and good example, where they are one file each."""
    folder = fixture_folder(rule)
    for title, name in (("Reported", "bad"), ("Not reported", "good")):
        single = folder / f"{name}.py"
        if single.is_file():
            yield title, single
        else:
            for path in sorted((folder / name).rglob("*.py")) if (folder / name).is_dir() else ():
                if path.stat().st_size:
                    yield f"{title}: {path.relative_to(folder / name).as_posix()}", path


def fixture_folder(rule: type[Rule]) -> Path:
    """Where the fixtures of a rule are: in the installed package, or beside it in a checkout."""
    package = Path(__file__).parent.parent
    installed = package / "fixtures"
    base = installed if installed.is_dir() else package.parent / "fixtures"
    return base / f"{rule.code}-{rule.name}"
