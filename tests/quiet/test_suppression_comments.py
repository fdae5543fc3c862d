"""Suppressions in comments: what each form covers, as flake8 reads `noqa`, and which comments do nothing."""

from __future__ import annotations

from textwrap import dedent

import pytest

from async_db_lint.quiet.suppression_comments import (
    NOQA,
    Suppression,
    by_line,
    codes_in,
    has_any,
    names_ours,
    read,
)
from async_db_lint.read.source import Source
from tests.quiet.findings import NAMES, at


def comments_in(text: str) -> list[Suppression]:
    """The suppressions of a text, with the names of two rules known."""
    codes = {name: code for code, name in NAMES.items()}
    return read(Source("app.py", dedent(text).lstrip("\n").encode()), lambda name: codes.get(name, name))


def rows(text: str) -> list[tuple[int, int, tuple[str, ...]]]:
    """The first and last line of each suppression, and its codes."""
    return [(item.first_line, item.last_line, item.codes) for item in comments_in(text)]


# `noqa`.


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("x  # noqa", (1, 1, ())),
        ("x  # noqa: ADB104", (1, 1, ("ADB104",))),
        ("x  # NOQA:E501,ADB104", (1, 1, ("E501", "ADB104"))),
        ("x  # noqa: E501 ADB104", (1, 1, ("E501", "ADB104"))),
        ("x  # noqa: ADB", (1, 1, ())),
        ("x \\\n  + y  # noqa: ADB1", (1, 2, ("ADB1",))),
    ],
)
def test_a_noqa_is_about_its_line_and_the_codes_that_it_names(
    text: str, wanted: tuple[int, int, tuple[str, ...]]
) -> None:
    assert rows(text) == [wanted]


@pytest.mark.parametrize("text", ["x", "x  # noqa: E501", "x  # why", "noqa = 1", "# flake8"])
def test_a_file_without_a_noqa_for_us_has_no_suppressions(text: str) -> None:
    assert rows(text) == []


def test_a_noqa_of_another_tool_counts_as_the_first_of_its_line_where_there_is_one_for_us() -> None:
    text = '''
        x = f("""
        # noqa: E501
        """)  # noqa: ADB104
    '''
    assert rows(text) == [(1, 3, ("E501",))]


def test_a_string_over_several_lines_is_one_line_to_flake8() -> None:
    text = '''
        x = f("""
        a
        """)  # noqa: ADB104
    '''
    assert rows(text) == [(1, 3, ("ADB104",))]


def test_an_expression_over_several_lines_is_several_lines_to_flake8() -> None:
    assert rows('x = f("a"\n"b")  # noqa: ADB104') == [(2, 2, ("ADB104",))]


def test_a_backslash_in_a_comment_joins_no_lines() -> None:
    assert rows("x = 1  # \\\ny = 2  # noqa: ADB104") == [(2, 2, ("ADB104",))]


def test_a_noqa_says_where_it_stands() -> None:
    (found,) = comments_in("y = 1\nx = 'é'  # noqa: ADB104, E501 because")
    assert (found.line, found.column, found.text) == (2, 9, "# noqa: ADB104, E501")
    assert not found.is_ours
    assert not found.fault


@pytest.mark.parametrize("comment", ["# flake8: noqa", "# flake8=NOQA", "  # flake8: noqa: E501 because"])
def test_a_noqa_for_a_whole_file_covers_all_of_it(comment: str) -> None:
    assert rows(f"x\n{comment}\ny") == [(1, 3, ())]


def test_a_noqa_for_a_whole_file_stands_on_a_line_of_its_own() -> None:
    assert rows("x  # flake8: noqa\ny") == []


@pytest.mark.parametrize(
    "text",
    [
        "# noqa",
        "# noqa: ADB104,E1",
        "#noqa",
        "# noqa:ADB104",
        "# noqa : ADB104",
        "# noqa: echo-enabled",
        "# noqa: ADB104 E1, because",
        "# NoQA:\tADB104",
    ],
)
def test_noqa_is_read_as_flake8_reads_it(text: str) -> None:
    from flake8.defaults import NOQA_INLINE_REGEXP

    ours, theirs = NOQA.search(text), NOQA_INLINE_REGEXP.search(text)
    assert (ours and (ours.span(), ours["codes"])) == (theirs and (theirs.span(), theirs["codes"]))


# Our own comments.


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("x  # adb: ignore[ADB104, echo-enabled]", (1, 1, ("ADB104", "echo-enabled"))),
        ("x  # adb: ignore", (1, 1, ())),
        ("x  # adb: ignore[]", (1, 1, ())),
        ("x  #ADB:IGNORE[ADB104]", (1, 1, ("ADB104",))),
        ("x = 1  # adb: ignore [ADB106] on purpose", (1, 1, ("ADB106",))),
        ("x \\\n  + y  # adb: ignore[ADB104]", (1, 2, ("ADB104",))),
        ("# adb: ignore[ADB104]\nx", (1, 1, ("ADB104",))),
    ],
)
def test_an_ignore_is_about_its_line(text: str, wanted: tuple[int, int, tuple[str, ...]]) -> None:
    (found,) = comments_in(text)
    assert (found.first_line, found.last_line, found.codes) == wanted
    assert found.is_ours
    assert not found.fault


def test_an_ignore_says_where_it_stands_without_its_reason() -> None:
    (found,) = comments_in("y\nx = 'é'  # adb: ignore[ADB106]  on purpose")
    assert (found.line, found.column, found.text) == (2, 9, "# adb: ignore[ADB106]")


@pytest.mark.parametrize(
    "text",
    [
        "x = '# adb: ignore'",
        """
        x = '''
        # adb: off
        '''
        """,
        "# see adb: ignore",
        "# adb ignore",
        "# adb:",
    ],
)
def test_what_only_resembles_our_comments_is_none(text: str) -> None:
    assert rows(text) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("x = 1  # adb: on", "`on` needs a line of its own. This comment does nothing"),
        ("x = 1  # adb: off[ADB104]", "`off` needs a line of its own. This comment does nothing"),
        ("# adb: ignored", "`ignored` is not `ignore`, `off` or `on`. This comment does nothing"),
        (
            "x = 1  # adb: ignore: ADB106",
            "codes go in brackets: `# adb: ignore[ADB104]`. This comment does nothing",
        ),
        (
            "x = 1  # adb: ignore=ADB106",
            "codes go in brackets: `# adb: ignore[ADB104]`. This comment does nothing",
        ),
        ("# adb: off[ADB106", "codes go in brackets: `# adb: off[ADB104]`. This comment does nothing"),
        ("# adb: on[ADB106]", "nothing that this could end is off"),
        ("# adb: on", "nothing that this could end is off"),
    ],
)
def test_a_comment_that_does_nothing_says_why(text: str, fault: str) -> None:
    (found,) = comments_in(text)
    assert found.fault == fault
    assert not found.covers(at(1))


def test_off_without_on_holds_to_the_end_of_the_file() -> None:
    text = """
        1
        # adb: off[ADB104]
        2
        3"""
    assert rows(text) == [(2, 4, ("ADB104",))]


def test_a_block_ends_code_by_code_and_a_name_is_as_good_as_a_code() -> None:
    text = """
        # adb: off[ADB104, missing-await] legacy
        1
        # adb: on[ADB301] (end)
        2
        # adb: on
        3
    """
    assert rows(text) == [(1, 3, ("missing-await",)), (1, 5, ("ADB104",))]


def test_an_off_for_all_is_ended_by_on_for_all_and_not_by_on_for_one() -> None:
    text = """
        # adb: off
        1
        # adb: on[ADB104]
        2
        # adb: on
        3
    """
    fault, found = comments_in(text)
    assert (fault.line, fault.fault) == (3, "nothing that this could end is off")
    assert (found.first_line, found.last_line, found.codes) == (1, 5, ())


def test_what_an_on_has_ended_it_cannot_end_again() -> None:
    text = """
        # adb: off[ADB104]
        # adb: on[ADB104]
        # adb: on[ADB104]
    """
    first, second = comments_in(text)
    assert (first.last_line, first.fault) == (2, "")
    assert (second.line, second.fault) == (3, "nothing that this could end is off")


# What a suppression covers.


@pytest.mark.parametrize(
    ("text", "code", "wanted"),
    [
        ("x  # noqa", "ADB104", True),
        ("x  # noqa: ADB104", "ADB104", True),
        ("x  # noqa: adb1", "ADB104", True),
        ("x  # noqa: ADB105", "ADB104", False),
        ("x  # noqa: ADB1044", "ADB104", False),
        ("x  # noqa: E501, ADB104", "ADB104", True),
        ("x  # adb: ignore", "ADB104", True),
        ("x  # adb: ignore[ADB104]", "ADB104", True),
        ("x  # adb: ignore[echo-enabled]", "ADB104", True),
        ("x  # adb: ignore[ADB1]", "ADB104", False),
        ("x  # adb: ignore[adb104]", "ADB104", False),
        ("x  # adb: ignore[echo-enabled]", "ADB301", False),
        ("x  # adb: ignore[ADB301, ADB104]", "ADB104", True),
    ],
)
def test_noqa_names_by_prefix_and_our_own_comments_exactly(text: str, code: str, wanted: bool) -> None:
    (found,) = comments_in(text)
    assert found.covers(at(1, code)) is wanted


@pytest.mark.parametrize(("line", "wanted"), [(1, False), (2, True), (3, True), (4, True), (5, False)])
def test_a_block_covers_its_lines_from_the_first_to_the_last(line: int, wanted: bool) -> None:
    text = """
        1
        # adb: off
        3
        # adb: on
        5
    """
    (found,) = comments_in(text)
    assert found.covers(at(line)) is wanted


def test_only_the_first_line_of_a_finding_counts() -> None:
    (found,) = comments_in("x = f(\n  1)  # noqa: ADB104")
    assert not found.covers(at(1, end=2))


def test_suppressions_are_found_by_each_line_that_they_are_about() -> None:
    text = """
        # adb: off[ADB104]
        2  # adb: ignore
        # adb: on
    """
    line, block = comments_in(text)
    assert by_line([block, line]) == {1: [block], 2: [block, line], 3: [block]}
    assert by_line([]) == {}


# Which files are worth a look.


@pytest.mark.parametrize(
    ("data", "wanted"),
    [(b"x  # noqa", True), (b"x  # NoQA", True), (b"# ADB: off", True), (b"x  # adb", False), (b"", False)],
)
def test_a_file_without_the_words_holds_no_suppression(data: bytes, wanted: bool) -> None:
    assert has_any(data) is wanted


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (b"x  # noqa: ADB104", True),
        (b"x  # noqa: E501, ADB104", True),
        (b"x  # noqa:ADB104", True),
        (b"x  # noqa: echo-enabled", True),
        (b"# adb: off", True),
        (b"x  # noqa", False),
        (b"x  # noqa: E501", False),
        (b"x = 'ADB104'", False),
        (b"", False),
    ],
)
def test_a_file_may_name_one_of_our_rules(data: bytes, wanted: bool) -> None:
    assert names_ours(data) is wanted


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (None, ()),
        ("", ()),
        ("ADB104", ("ADB104",)),
        (" ADB104 ,E501\tW1,", ("ADB104", "E501", "W1")),
    ],
)
def test_codes_are_separated_by_commas_or_blanks(text: str | None, codes: tuple[str, ...]) -> None:
    assert codes_in(text) == codes
