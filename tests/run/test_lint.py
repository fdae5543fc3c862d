"""Files in, a report out: what is reported, suppressed, counted, known from before, and what it cost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from async_db_lint.project.project import Project
from async_db_lint.quiet.baseline import Baseline, known_by
from async_db_lint.read.sources import Sources
from async_db_lint.rule.suspect import Suspects
from async_db_lint.rules.awaiting.missing_await import MissingAwait
from async_db_lint.run.examine import Target, examine
from async_db_lint.run.lint import Report, check, lint
from async_db_lint.settings.config import Config
from async_db_lint.settings.keys import ConfigError
from tests.projects import DATABASE, checked, written

ENGINE = """
    from sqlalchemy.ext.asyncio import create_async_engine
    engine = create_async_engine(URL, echo=True)
"""
ROUTE = """
    from fastapi import FastAPI
    from sqlalchemy import select
    app = FastAPI()
    @app.get("/")
    async def read():
        return select(Book)
"""


def report_on(root: Path, text: str, *select: str, **settings: Any) -> Report:
    return checked(written(root, {"app.py": text}), *select, **settings)


def codes_of(report: Report) -> list[str]:
    return [item.code for item in report.findings]


def test_findings_come_in_order_and_each_once(tmp_path: Path) -> None:
    twice = f"{ENGINE}    other = create_async_engine(URL, echo=True)\n"
    report = checked(written(tmp_path, {"b.py": ENGINE, "a.py": twice}), "ADB106")
    places = [(item.location.path, item.location.line) for item in report.findings]
    assert places == [("a.py", 2), ("a.py", 3), ("b.py", 2)]


def test_only_selected_rules_are_reported(tmp_path: Path) -> None:
    assert codes_of(report_on(tmp_path, ENGINE, "ADB106")) == ["ADB106"]
    assert codes_of(report_on(tmp_path, ENGINE, "ADB107")) == []
    assert report_on(tmp_path, ENGINE, "ADB106").codes == {"ADB106"}


@pytest.mark.parametrize(("select", "advice"), [((), 1), (("ADB1",), 1), (("ADB602",), 0), (("ALL",), 0)])
def test_advice_that_was_not_selected_is_counted(select: tuple[str, ...], advice: int, tmp_path: Path) -> None:
    assert report_on(tmp_path, ROUTE, *select).advice == advice


def test_advice_that_is_suppressed_or_left_out_is_not_counted(tmp_path: Path) -> None:
    quiet = ROUTE.replace("select(Book)", "select(Book)  # noqa: ADB602")
    assert report_on(tmp_path, quiet).advice == 0
    assert report_on(tmp_path, ROUTE, per_file_ignores=(("app.py", ("ADB602",)),)).advice == 0


@pytest.mark.parametrize("comment", ["noqa: ADB106", "noqa", "adb: ignore[echo-enabled]"])
def test_what_a_comment_suppresses_is_kept_apart(comment: str, tmp_path: Path) -> None:
    report = report_on(tmp_path, ENGINE.replace("echo=True)", f"echo=True)  # {comment}"), "ADB106", "ADB901")
    assert report.findings == ()
    assert [item.code for item in report.suppressed] == ["ADB106"]


def test_a_suppression_that_suppresses_nothing_is_reported(tmp_path: Path) -> None:
    idle = ENGINE.replace("echo=True)", "echo=False)  # noqa: ADB106")
    assert codes_of(report_on(tmp_path, idle, "ADB106", "ADB901")) == ["ADB901"]
    assert codes_of(report_on(tmp_path, idle, "ADB106")) == []


def test_a_suppression_is_not_judged_in_a_file_that_is_not_reported_on(tmp_path: Path) -> None:
    idle = ENGINE.replace("echo=True)", "echo=False)  # noqa: ADB106")
    root = written(tmp_path, {"app.py": ENGINE, "other.py": idle})
    report = lint(Target(root, [root / "app.py"], Config(select=("ADB106", "ADB901"))))
    assert codes_of(report) == ["ADB106"]


def test_where_the_host_reads_noqa_only_our_own_comments_count(tmp_path: Path) -> None:
    both = f"{ENGINE.replace('True)', 'True)  # noqa: ADB106')}    other = create_async_engine(URL, echo=True)  # adb: ignore[ADB106]\n"
    root = written(tmp_path, {"app.py": both})
    examined = examine(Target(root, [root], Config(select=("ADB106",))))
    report = check(examined, honours_noqa=False)
    assert [item.location.line for item in report.findings] == [2]
    assert [item.location.line for item in report.suppressed] == [3]


def test_a_rule_that_yields_to_another_is_not_reported_beside_it(tmp_path: Path) -> None:
    text = """
        from sqlalchemy.ext.asyncio import AsyncSession
        async def load(session: AsyncSession):
            return await session.execute(1).all()
    """
    assert codes_of(report_on(tmp_path, text, "ADB301", "ADB303")) == ["ADB303"]
    assert codes_of(report_on(tmp_path, text, "ADB301")) == ["ADB301"]


def test_what_libcst_cannot_read_is_reported_and_counted(tmp_path: Path) -> None:
    deep = f"{'[' * 80}1{']' * 80}"
    report = report_on(tmp_path, ENGINE.replace("URL", deep), "ADB106")
    assert [item.is_confirmed for item in report.findings] == [False]
    assert report.unconfirmed == 1
    assert report_on(tmp_path, ENGINE, "ADB106").unconfirmed == 0


def test_files_are_counted(tmp_path: Path) -> None:
    root = written(tmp_path, {"app.py": ENGINE, "plain.py": "x = 1\n", "other.py": "import sqlalchemy\n"})
    report = lint(Target(root, [root / "app.py", root / "other.py"], Config()))
    assert (report.files, report.parsed) == (2, 2)
    assert report.wanted == {"app.py", "other.py"}
    assert set(report.data) == {"app.py", "other.py", "plain.py"}


@pytest.mark.parametrize(("text", "is_async"), [(ENGINE, True), ("import sqlalchemy\n", False)])
def test_a_report_says_whether_a_project_is_async(text: str, is_async: bool, tmp_path: Path) -> None:
    assert report_on(tmp_path, text).is_async is is_async


def test_the_time_of_each_stage_and_rule_is_reported(tmp_path: Path) -> None:
    seconds = report_on(tmp_path, ENGINE, "ADB106").seconds
    assert {"read", "choose", "parse and index", "link", "confirm", "ADB106"} <= set(seconds)


BASELINE = "baseline.json"


def with_baseline(root: Path, text: str, known: str) -> Report:
    """The report on a text, with what was found in another as its baseline."""
    before = report_on(root, known, "ADB106")
    renewed = Baseline().renewed(before.findings, known_by(Sources(before.data)), before.wanted, before.codes)
    (root / BASELINE).write_text(renewed.to_json())
    return report_on(root, text, "ADB106", baseline=BASELINE)


def test_what_the_baseline_knows_is_not_reported(tmp_path: Path) -> None:
    report = with_baseline(tmp_path, ENGINE, ENGINE)
    assert report.findings == ()
    assert [item.location.line for item in report.known] == [2]
    assert report.fixed == ()


def test_what_the_baseline_does_not_know_is_reported(tmp_path: Path) -> None:
    more = f"{ENGINE}    other = create_async_engine(URL, echo=True)\n"
    report = with_baseline(tmp_path, more, ENGINE)
    assert [item.location.line for item in report.findings] == [3]
    assert [item.location.line for item in report.known] == [2]


def test_what_the_baseline_knows_and_is_gone_is_fixed(tmp_path: Path) -> None:
    report = with_baseline(tmp_path, ENGINE.replace("True", "False"), ENGINE)
    assert [item.code for item in report.fixed] == ["ADB106"]
    assert report.findings == ()
    assert report.known == ()


def test_what_the_baseline_knows_of_a_file_that_is_gone_is_fixed(tmp_path: Path) -> None:
    with_baseline(tmp_path, ENGINE, ENGINE)
    (tmp_path / "app.py").unlink()
    report = checked(written(tmp_path, {"other.py": ENGINE}), "ADB106", baseline=BASELINE)
    assert [item.path for item in report.fixed] == ["app.py"]
    assert [item.location.path for item in report.findings] == ["other.py"]


def test_what_the_baseline_knows_of_a_file_that_was_not_checked_is_not_fixed(tmp_path: Path) -> None:
    with_baseline(tmp_path, ENGINE, ENGINE)
    root = written(tmp_path, {"app.py": ENGINE.replace("True", "False"), "other.py": ENGINE})
    report = lint(Target(root, [root / "other.py"], Config(select=("ADB106",), baseline=BASELINE)))
    assert report.fixed == ()


def test_without_a_baseline_nothing_is_known_from_before(tmp_path: Path) -> None:
    with_baseline(tmp_path, ENGINE, ENGINE)
    report = report_on(tmp_path, ENGINE, "ADB106")
    assert codes_of(report) == ["ADB106"]
    assert report.known == ()
    assert report.fixed == ()


def test_a_baseline_that_is_missing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no baseline"):
        report_on(tmp_path, ENGINE, "ADB106", baseline=BASELINE)


def test_a_rule_that_fails_on_one_file_still_reports_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = MissingAwait.suspects

    def failing(self: MissingAwait, project: Project) -> Suspects:
        for function in project.functions():
            if function.name == "odd":
                raise ValueError(function.name)
        yield from real(self, project)

    monkeypatch.setattr(MissingAwait, "suspects", failing)
    text = DATABASE + "    async def save(session: AsyncSession): session.commit()\n"
    written(tmp_path, {"app.py": text, "odd.py": "import sqlalchemy\ndef odd(): ...\n", "other.py": text})
    report = lint(Target(tmp_path, [tmp_path], Config(select=("ADB301",))))
    assert [item.location.path for item in report.findings] == ["app.py", "other.py"]
    assert [(item.code, item.path, item.line) for item in report.faults] == [("ADB301", "odd.py", 2)]
