"""Comments that are written for findings: at which lines, in which words, and never in what is no comment."""

from __future__ import annotations

from textwrap import dedent

import pytest

from async_db_lint.quiet.add_noqa import places, with_comments
from async_db_lint.quiet.suppressed import Suppressions
from async_db_lint.read.source import Source
from async_db_lint.read.sources import Sources
from async_db_lint.rule.finding import Finding
from tests.quiet.findings import at


def places_in(text: str, *findings: Finding) -> tuple[dict[int, tuple[str, ...]], list[int]]:
    return places(findings, Source("app.py", dedent(text).lstrip("\n").encode()))


def test_the_codes_of_a_line_are_written_once_and_in_order() -> None:
    text = "x = 1\ny = 2\n"
    findings = [at(1, "ADB301"), at(2, "ADB104"), at(1, "ADB104"), at(1, "ADB301")]
    assert places_in(text, *findings) == ({1: ("ADB104", "ADB301"), 2: ("ADB104",)}, [])


def test_without_findings_nothing_is_written() -> None:
    assert places_in("x = 1  # noqa: E501\n") == ({}, [])


@pytest.mark.parametrize("line", [1, 2, 3])
def test_a_comment_stands_at_the_end_of_the_lines_that_count_as_one(line: int) -> None:
    text = '''
        x = f("""
        a
        """)
    '''
    assert places_in(text, at(line)) == ({3: ("ADB104",)}, [])


def test_a_comment_joins_one_that_is_there() -> None:
    text = '''
        x = f("""
        a
        """, # noqa: E501
        1)
    '''
    assert places_in(text, at(1)) == ({3: ("ADB104",)}, [])


def test_a_noqa_in_a_string_is_the_first_of_its_lines_so_nothing_can_be_done() -> None:
    text = '''
        x = f("""
        # noqa: E501
        """)  # noqa: E502
        y = 1
    '''
    assert places_in(text, at(1), at(4)) == ({4: ("ADB104",)}, [1])


def test_a_noqa_in_a_string_of_another_line_is_no_obstacle() -> None:
    assert places_in("x = '# noqa: E501'\ny = 1\n", at(2)) == ({2: ("ADB104",)}, [])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"x = 1", b"x = 1  # noqa: ADB104"),
        (b"x = 1  \t", b"x = 1  # noqa: ADB104"),
        (b"x = 1  # why", b"x = 1  # why  # noqa: ADB104"),
        (b"x = 1  # noqa: E501", b"x = 1  # noqa: E501, ADB104"),
        (b"x = 1  # NOQA:E501, because", b"x = 1  # NOQA:E501, ADB104, because"),
        (b"x = 1  # noqa: E501 because", b"x = 1  # noqa: E501, ADB104 because"),
    ],
)
def test_a_line_gets_a_comment_or_one_more_code(before: bytes, after: bytes) -> None:
    assert with_comments(before, {1: ("ADB104",)}) == after


def test_several_codes_are_written_with_commas() -> None:
    assert with_comments(b"x = 1", {1: ("ADB104", "ADB301")}) == b"x = 1  # noqa: ADB104, ADB301"


def test_other_lines_and_the_ends_of_lines_stay_as_they_are() -> None:
    data = b"\xef\xbb\xbfa = 1\r\nb = 2 \nc = 3\rd = 4"
    assert with_comments(data, {3: ("ADB104",), 1: ("ADB301",)}) == (
        b"\xef\xbb\xbfa = 1  # noqa: ADB301\r\nb = 2 \nc = 3  # noqa: ADB104\rd = 4"
    )


def test_bytes_in_the_files_own_encoding_stay_as_they_are() -> None:
    data = b"# coding: latin-1\nx = '\xe9'\n"
    assert with_comments(data, {2: ("ADB104",)}) == b"# coding: latin-1\nx = '\xe9'  # noqa: ADB104\n"


@pytest.mark.parametrize("data", [b"x = '''a\nb'''", b"x = '''\n'''"])
def test_what_would_change_a_string_is_not_written(data: bytes) -> None:
    assert with_comments(data, {1: ("ADB104",)}) is None


def test_without_codes_a_file_stays_as_it_is() -> None:
    assert with_comments(b"x = 1 \n", {}) == b"x = 1 \n"


@pytest.mark.parametrize(
    "text",
    [
        "x = f()\n",
        "x = f()  # noqa: E501\n",
        "x = f()  # why\n",
        '''
        x = f("""
        a
        """)
        ''',
        """
        x = 1 + \\
            f()
        """,
    ],
)
def test_what_is_written_suppresses_the_finding(text: str) -> None:
    source = Source("app.py", dedent(text).lstrip("\n").encode())
    codes, impossible = places([at(1)], source)
    changed = with_comments(source.data, codes)
    assert not impossible
    assert changed is not None
    assert Suppressions(Sources({"app.py": changed}), str).is_suppressed(at(1))
