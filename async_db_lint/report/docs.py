"""What is generated for `docs/`: a page for each rule, their list, the words of rules, the configuration's schema.

`python -m async_db_lint.report.docs` writes them.
"""

from __future__ import annotations

import json
from pathlib import Path

from async_db_lint.report.rule_page import page
from async_db_lint.report.words import word_list
from async_db_lint.run.selection import all_rules
from async_db_lint.settings.keys import schema

FOLDER = Path(__file__).parent.parent.parent / "docs" / "rules"
SCHEMA = FOLDER.parent / "configuration.schema.json"
README = FOLDER.parent.parent / "README.md"
WRITING = FOLDER.parent / "writing-rules.md"


def pages() -> dict[str, str]:
    """Every page by its file's name."""
    found = {f"{rule.code}-{rule.name}.md": page(rule) + "\n" for rule in all_rules()}
    return {"README.md": "# Rules\n\n" + table("") + "\n", **found}


def table(base: str) -> str:
    """The rules as a Markdown table, with links to their pages below a folder."""
    rows = ["| code | name | severity | fix | what it finds |", "| --- | --- | --- | --- | --- |"]
    for rule in all_rules():
        fix = "" if rule.fix is None else rule.fix.value
        link = f"[{rule.code}]({base}{rule.code}-{rule.name}.md)"
        rows.append(f"| {link} | {rule.name} | {rule.severity.label} | {fix} | {rule.title()} |")
    return "\n".join(rows)


def readme(text: str) -> str:
    """The README with a current table of rules."""
    return _filled(text, "rules", table("docs/rules/"))


def writing(text: str) -> str:
    """The page about writing rules with a current list of words."""
    return _filled(text, "words", word_list())


def _filled(text: str, subject: str, generated: str) -> str:
    """A text with the part between two marks replaced."""
    start, end = f"<!-- {subject}: generated -->\n", f"<!-- end of {subject} -->"
    before, _, rest = text.partition(start)
    after = rest.partition(end)[2]
    return f"{before}{start}{generated}\n{end}{after}"


def write() -> None:
    """Write what is generated; remove pages of rules that are gone."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = pages()
    for path in FOLDER.glob("*.md"):
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (FOLDER / name).write_text(text)
    SCHEMA.write_text(json.dumps(schema(), indent=2) + "\n")
    README.write_text(readme(README.read_text()))
    WRITING.write_text(writing(WRITING.read_text()))


if __name__ == "__main__":
    write()
