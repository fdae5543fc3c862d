"""Suppressions that suppress nothing: which are reported, with what message, and how they are taken out."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from async_db_lint.fixes.splice import with_edits
from async_db_lint.quiet.suppression_comments import read
from async_db_lint.read.source import Source
from async_db_lint.rule.change import Safety
from async_db_lint.rule.finding import Finding, Location, Severity
from async_db_lint.run.selection import canonical, find, severities
from async_db_lint.run.unused import Commented, UnusedSearch, without_code
from async_db_lint.settings.config import Config

LEVELS = severities(Config())


def search(*codes: str) -> UnusedSearch:
    """A search with some rules, and that about comments."""
    rules = [rule for code in (*codes, "ADB901") if (rule := find(code)) is not None]
    return UnusedSearch(rules, LEVELS)


def finding(code: str, line: int, path: str = "app.py") -> Finding:
    rule = find(code)
    assert rule is not None
    return Finding(code, rule.name, Severity.ERROR, Location(path, line, 1, line, 2), "it is wrong")


def found(text: str, findings: Sequence[Finding] = (), *codes: str) -> list[Finding]:
    """What is said of the comments in a file, when some rules have run and found something."""
    source = Source("app.py", text.encode())
    file = Commented(source, read(source, canonical))
    return list(search(*(codes or ("ADB106", "ADB107"))).findings(findings, [file]))


def messages(text: str, *findings: Finding) -> list[str]:
    return [item.message for item in found(text, findings)]


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("# noqa: ADB106", "`ADB106` suppresses nothing here"),
        ("# noqa: adb106", "`adb106` suppresses nothing here"),
        ("# noqa: E501, ADB106", "`ADB106` suppresses nothing here"),
        ("# adb: ignore[ADB106]", "`ADB106` suppresses nothing here"),
        ("# adb: ignore[echo-enabled]", "`echo-enabled` suppresses nothing here"),
        ("# adb: ignore[ADB10]", "`ADB10` is not a rule. This suppression does nothing"),
        ("# adb: ignore[echo]", "`echo` is not a rule. This suppression does nothing"),
        ("# noqa: ADB", "this `noqa` names no complete code, so it silences every tool on the line"),
        ("# noqa: adb", "this `noqa` names no complete code, so it silences every tool on the line"),
        ("# noqa: echo-enabled", "this `noqa` names no complete code, so it silences every tool on the line"),
        ("# noqa: ADB # why", "this `noqa` names no complete code, so it silences every tool on the line"),
        ("# adb: mute", "`mute` is not `ignore`, `off` or `on`. This comment does nothing"),
    ],
)
def test_a_comment_that_does_nothing_is_reported(comment: str, message: str) -> None:
    (one,) = found(f"x = 1  {comment}\n")
    assert one.message == message
    assert (one.code, one.severity) == ("ADB901", Severity.WARNING)


@pytest.mark.parametrize(
    "comment",
    [
        "# noqa",
        "# noqa because",
        "# noqa: E501",
        "# noqa: ADB1",
        "# noqa: ADB999",
        "# noqa: ADB202",
        "# noqa: ADB901",
        "# adb: ignore",
        "# adb: ignore[ADB202]",
        "# adb: ignore[expire-on-commit]",
        "# adb: ignore[ADB901]",
    ],
)
def test_a_comment_about_something_else_is_not_reported(comment: str) -> None:
    assert messages(f"x = 1  {comment}\n") == []


@pytest.mark.parametrize("comment", ["# noqa: ADB106", "# adb: ignore[ADB106]", "# adb: ignore[echo-enabled]"])
def test_a_comment_that_covers_a_finding_is_in_use(comment: str) -> None:
    text = f"x = 1\ny = 2  {comment}\n"
    assert messages(text, finding("ADB106", 2)) == []
    assert len(messages(text, finding("ADB106", 1))) == 1
    assert len(messages(text, finding("ADB107", 2))) == 1
    assert len(messages(text, finding("ADB106", 2, "other.py"))) == 1


def test_each_code_is_judged_by_itself() -> None:
    assert messages("x = 1  # noqa: ADB106, ADB107\n", finding("ADB107", 1)) == ["`ADB106` suppresses nothing here"]


def test_a_comment_covers_all_the_lines_of_its_statement() -> None:
    text = 'x = f("""\n""")  # noqa: ADB106\n'
    assert messages(text, finding("ADB106", 1)) == []


def test_lines_that_are_switched_off_are_covered() -> None:
    text = "# adb: off[ADB106]\nx = 1\n# adb: on[ADB106]\ny = 2\n"
    assert messages(text, finding("ADB106", 2)) == []
    assert messages(text, finding("ADB106", 4)) == ["`ADB106` suppresses nothing here"]


def test_a_switch_is_not_taken_out() -> None:
    (one,) = found("# adb: off[ADB106]\nx = 1\n")
    assert one.fix is None


def test_the_comment_is_where_it_is_reported() -> None:
    (one,) = found("y = 1\nx = 'é'  # noqa: ADB106\n")
    assert one.location == Location("app.py", 2, 10, 2, 24)


def test_nothing_is_looked_for_when_the_rule_about_comments_did_not_run() -> None:
    rule = find("ADB106")
    assert rule is not None
    source = Source("app.py", b"x = 1  # noqa: ADB106\n")
    without = UnusedSearch([rule], LEVELS)
    assert without.own is None
    assert list(without.findings([], [Commented(source, read(source))])) == []


def test_the_severity_is_the_configured_one() -> None:
    levels = severities(Config(severity=(("ADB901", "error"),)))
    source = Source("app.py", b"x = 1  # noqa: ADB106\n")
    found = UnusedSearch(search("ADB106").rules, levels).findings([], [Commented(source, read(source))])
    assert [item.severity for item in found] == [Severity.ERROR]


def without(text: str, code: str = "ADB106") -> str | None:
    """A file without a code; None when no fix takes it out."""
    source = Source("app.py", text.encode())
    fix = without_code(source, read(source)[0], code)
    if fix is None:
        return None
    assert fix.safety is Safety.SAFE
    assert fix.title == f"Remove `{code}` from the comment"
    after = with_edits(source.data, fix.edits)
    assert after is not None
    return after.decode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = 1  # noqa: ADB106\ny = 2\n", "x = 1\ny = 2\n"),
        ("x = 1  # noqa: ADB106", "x = 1"),
        ("# noqa: ADB106\nx = 1\n", "x = 1\n"),
        ("x = 1\n    # noqa: ADB106", "x = 1\n"),
        ("x = 1  # noqa: ADB106, E501\n", "x = 1  # noqa: E501\n"),
        ("x = 1  # noqa: E501,ADB106,W1\n", "x = 1  # noqa: E501, W1\n"),
        ("x = 1  # noqa: E501 ADB106\n", "x = 1  # noqa: E501\n"),
        ("x = 1  # adb: ignore[ADB106]\n", "x = 1\n"),
        ("x = 1  # adb: ignore[ADB106, ADB107]\n", "x = 1  # adb: ignore[ADB107]\n"),
        ("x = 1  # noqa: ADB106  # type: ignore\n", "x = 1  # type: ignore\n"),
        ("x = 1  # why # noqa: ADB106\n", "x = 1  # why\n"),
        ("x = 1  # noqa: ADB106 because\n", None),
        ('x = "# noqa: ADB106"\n', None),
        ("x = 'é'  # noqa: ADB106\n", "x = 'é'\n"),
    ],
)
def test_a_code_is_taken_out_with_nothing_else(before: str, after: str | None) -> None:
    assert without(before) == after
