"""Whether a finding is suppressed by a comment in its own file."""

from __future__ import annotations

from textwrap import dedent

import pytest

from async_db_lint.quiet.suppressed import Suppressions
from async_db_lint.read.sources import Sources
from tests.quiet.findings import at

FILES = {
    "noqa.py": b"x  # noqa: ADB104\ny\n",
    "ours.py": b"x  # adb: ignore[ADB104]\ny\n",
    "both.py": b"x  # adb: ignore[ADB104]  # noqa: ADB104\n",
    "faulty.py": b"x  # adb: ignore: ADB104\n",
    "plain.py": b"x\n",
}


def suppressions(honours_noqa: bool = True) -> Suppressions:
    return Suppressions(Sources(FILES), str, honours_noqa)


@pytest.mark.parametrize(
    ("path", "line", "code", "wanted"),
    [
        ("noqa.py", 1, "ADB104", True),
        ("noqa.py", 2, "ADB104", False),
        ("noqa.py", 1, "ADB301", False),
        ("ours.py", 1, "ADB104", True),
        ("ours.py", 2, "ADB104", False),
        ("ours.py", 1, "ADB301", False),
        ("faulty.py", 1, "ADB104", False),
        ("plain.py", 1, "ADB104", False),
        ("missing.py", 1, "ADB104", False),
    ],
)
def test_a_finding_is_suppressed_by_a_comment_for_its_line_and_code(
    path: str, line: int, code: str, wanted: bool
) -> None:
    assert suppressions().is_suppressed(at(line, code, path)) is wanted


@pytest.mark.parametrize(("path", "wanted"), [("noqa.py", False), ("ours.py", True), ("both.py", True)])
def test_where_the_host_handles_noqa_only_our_own_comments_suppress(path: str, wanted: bool) -> None:
    assert suppressions(honours_noqa=False).is_suppressed(at(1, path=path)) is wanted


@pytest.mark.parametrize("honours_noqa", [True, False])
@pytest.mark.parametrize(("path", "wanted"), [("noqa.py", True), ("ours.py", False), ("both.py", True)])
def test_a_noqa_is_known_whoever_handles_it(path: str, wanted: bool, honours_noqa: bool) -> None:
    assert suppressions(honours_noqa).is_noqa(at(1, path=path)) is wanted


def test_a_noqa_is_none_for_another_line_or_code() -> None:
    assert not suppressions().is_noqa(at(2, path="noqa.py"))
    assert not suppressions().is_noqa(at(1, "ADB301", "noqa.py"))


def test_findings_are_divided_in_their_order() -> None:
    findings = [at(1, path="plain.py"), at(1, path="noqa.py"), at(2, path="noqa.py"), at(1, path="ours.py")]
    assert suppressions().divided(findings) == ([findings[0], findings[2]], [findings[1], findings[3]])
    assert suppressions().divided([]) == ([], [])


def test_the_suppressions_of_a_file_are_read_once() -> None:
    found = suppressions()
    assert [item.codes for item in found.in_file("noqa.py")] == [("ADB104",)]
    assert found.in_file("noqa.py") is found.in_file("noqa.py")
    assert list(found.in_file("plain.py")) == []


def test_a_rules_name_ends_what_its_code_has_begun() -> None:
    text = """
        # adb: off[ADB104]
        # adb: on[echo-enabled]
        x
    """
    names = {"echo-enabled": "ADB104"}
    found = Suppressions(Sources({"app.py": dedent(text).encode()}), lambda name: names.get(name, name))
    assert [found.is_suppressed(at(line)) for line in (1, 2, 3, 4)] == [False, True, True, False]
