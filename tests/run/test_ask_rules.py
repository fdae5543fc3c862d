"""The suspects of each rule: one that fails costs nobody else's."""

from __future__ import annotations

import gc
from collections.abc import Callable

import pytest

from async_db_lint.index.expressions import Span
from async_db_lint.index.scopes import Function
from async_db_lint.project.project import Project
from async_db_lint.rule.finding import Severity
from async_db_lint.rule.rule import Rule
from async_db_lint.rule.suspect import Suspects, suspect_file
from async_db_lint.run.ask_rules import MOST_LEFT_OUT, Suspected, retried, suspected
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


class Picky(Rule):
    """It suspects every function, and fails at some."""

    code = "ADB997"
    name = "picky"
    severity = Severity.ERROR

    def suspects(self, project: Project) -> Suspects:
        for function in project.functions():
            yield suspect_file(function.path, WHERE, self.named(function))

    def named(self, function: Function) -> str:
        if function.name.startswith("bad"):
            raise ValueError(function.name)
        return function.name


def without(files: dict[str, str], asked: list[frozenset[str]]) -> Callable[[frozenset[str]], Project]:
    def linked(paths: frozenset[str]) -> Project:
        asked.append(paths)
        return project({path: text for path, text in files.items() if path not in paths})

    return linked


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_rule_that_fails_at_a_file_costs_that_file_only(count: int) -> None:
    bad = {f"bad{number}.py": f"def bad{number}(): ...\n" for number in range(count)}
    files = {"a.py": "def first(): ...\n", **bad, "z.py": "def last(): ...\n"}
    [item] = suspected(project(files), [Picky], Stopwatch(), lambda stage, done, total: None)
    asked: list[frozenset[str]] = []
    again = retried(item, without(files, asked))
    assert [item.path for item in again.suspects] == ["a.py", "z.py"]
    assert (again.fault.path if again.fault else None) == ("bad0.py" if count else None)
    assert asked == [frozenset(list(bad)[: number + 1]) for number in range(count)]


def test_a_rule_that_fails_everywhere_is_not_asked_forever() -> None:
    files = {f"{number}.py": "def bad(): ...\n" for number in range(MOST_LEFT_OUT + 5)}
    [item] = suspected(project(files), [Picky], Stopwatch(), lambda stage, done, total: None)
    asked: list[frozenset[str]] = []
    assert retried(item, without(files, asked)).suspects == ()
    assert len(asked) == MOST_LEFT_OUT


def test_a_rule_that_fails_nowhere_in_particular_is_asked_once() -> None:
    [item] = found(Failing)
    asked: list[frozenset[str]] = []
    assert retried(item, without({}, asked)) == item
    assert asked == []
