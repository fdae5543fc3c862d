"""The suspects of each rule: one that fails costs nobody else's."""

from __future__ import annotations

import gc

from async_db_lint.index.expressions import Span
from async_db_lint.project.project import Project
from async_db_lint.rule.finding import Severity
from async_db_lint.rule.rule import Rule
from async_db_lint.rule.suspect import Suspects, suspect_file
from async_db_lint.run.ask_rules import Suspected, suspected
from async_db_lint.run.stopwatch import Stopwatch
from tests.projects import project

WHERE = Span(1, 0, 1, 1)


class Calm(Rule):
    """It suspects every file."""

    code = "ADB998"
    name = "calm"
    severity = Severity.ERROR

    def suspects(self, project: Project) -> Suspects:
        for path in project.modules:
            yield suspect_file(path, WHERE, "calm")


class Failing(Rule):
    """It suspects one file, and fails at the next."""

    code = "ADB999"
    name = "failing"
    severity = Severity.ERROR

    def suspects(self, project: Project) -> Suspects:
        assert not gc.isenabled()
        yield suspect_file("first.py", WHERE, "failing")
        raise ValueError("no such thing")


PROJECT = project({"a.py": "x = 1\n", "b.py": "y = 2\n"})


def found(*rules: type[Rule]) -> list[Suspected]:
    return list(suspected(PROJECT, rules, Stopwatch(), lambda stage, done, total: None))


def test_each_rule_gives_its_suspects_in_order() -> None:
    rows = found(Failing, Calm)
    assert [row.rule for row in rows] == [Failing, Calm]
    assert [item.path for item in rows[1].suspects] == ["a.py", "b.py"]
    assert rows[1].fault is None


def test_a_rule_that_fails_keeps_what_it_has_suspected_before() -> None:
    row, other = found(Failing, Calm)
    assert [item.path for item in row.suspects] == ["first.py"]
    assert row.fault is not None
    assert (row.fault.code, row.fault.path, row.fault.error) == ("ADB999", "", "ValueError: no such thing")
    assert len(other.suspects) == 2


def test_no_rules_have_no_suspects() -> None:
    assert found() == []


def test_the_time_of_each_rule_is_measured_and_progress_is_told() -> None:
    watch = Stopwatch()
    told: list[tuple[str, int, int]] = []
    suspected(PROJECT, [Calm, Failing], watch, lambda *step: told.append(step))
    assert set(watch.seconds) == {"ADB998", "ADB999"}
    assert told == [("checking", 0, 2), ("checking", 1, 2)]


def test_cycles_are_collected_again_afterwards() -> None:
    assert gc.isenabled()
    found(Failing)
    assert gc.isenabled()
