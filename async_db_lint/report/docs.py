"""What is generated for `docs/`: a page for each rule, their list, the schema of the configuration.

`python -m async_db_lint.report.docs` writes them.
"""

from __future__ import annotations

import json
from pathlib import Path

from async_db_lint.report.rule_page import page
from async_db_lint.run.selection import all_rules
from async_db_lint.settings.keys import schema

FOLDER = Path(__file__).parent.parent.parent / "docs" / "rules"
SCHEMA = FOLDER.parent / "configuration.schema.json"
README = FOLDER.parent.parent / "README.md"
START, END = "<!-- rules: generated -->\n", "<!-- end of rules -->"


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
    """The README with its table of rules made anew."""
    before, _, rest = text.partition(START)
    after = rest.partition(END)[2]
    return f"{before}{START}{table('docs/rules/')}\n{END}{after}"


def write() -> None:
    """Write the pages and the README's table; remove pages of rules that are gone."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = pages()
    for path in FOLDER.glob("*.md"):
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (FOLDER / name).write_text(text)
    SCHEMA.write_text(json.dumps(schema(), indent=2) + "\n")
    README.write_text(readme(README.read_text()))


if __name__ == "__main__":
    write()
