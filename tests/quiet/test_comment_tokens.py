"""The comments of a file, and the lines that count as one, as tokenize has them."""

from __future__ import annotations

from textwrap import dedent

import pytest

from async_db_lint.quiet.comment_tokens import Comment, Comments
from async_db_lint.read.source import Source


def comments(text: str) -> Comments:
    return Comments(Source("a.py", dedent(text).lstrip("\n").encode()))


def test_comments_come_in_order_with_their_places() -> None:
    text = """
        x = 'é'  # first
        if x:
            # second
            pass
    """
    assert list(comments(text).all()) == [
        Comment(1, 9, "# first", is_alone=False),
        Comment(3, 4, "# second", is_alone=True),
    ]


@pytest.mark.parametrize("text", ["x = '# no'", "x = '''\n# no'''", "", "x = 1"])
def test_what_stands_in_a_string_is_no_comment(text: str) -> None:
    assert list(comments(text).all()) == []


def test_a_comment_after_the_end_of_a_long_string_is_not_alone() -> None:
    (found,) = comments("x = '''\n'''  # here").all()
    assert (found.line, found.is_alone) == (2, False)


@pytest.mark.parametrize("ending", ["\r\n", "\r", "\n"])
def test_lines_end_as_for_cpython(ending: str) -> None:
    found = Comments(Source("a.py", f"a{ending}b  # here{ending}".encode())).all()
    assert [(item.line, item.text) for item in found] == [(2, "# here")]


@pytest.mark.parametrize("rest", ["x = (", "'''", "  x = 1\n y = 2", "x = $"])
def test_a_file_that_stops_making_sense_has_the_comments_before(rest: str) -> None:
    assert [item.text for item in comments(f"# here\n{rest}").all()] == ["# here"]


@pytest.mark.parametrize(
    ("text", "ranges"),
    [
        ("x = 1\ny = 2", {}),
        ("x = '''\n'''", {1: (1, 2), 2: (1, 2)}),
        ("f(1,\n  2)", {}),
        ("# \\\nx", {}),
        (
            """
            x
            y = 1 + \\
                2
            z
            """,
            {2: (2, 3), 3: (2, 3)},
        ),
        (
            """
            f('''
            ''', \\
            2)
            """,
            {1: (1, 3), 2: (1, 3), 3: (1, 3)},
        ),
        (
            """
            f('''
            ''',
            '''
            ''')
            """,
            {1: (1, 2), 2: (1, 2), 3: (3, 4), 4: (3, 4)},
        ),
    ],
)
def test_lines_are_joined_by_long_strings_and_backslashes(text: str, ranges: dict[int, tuple[int, int]]) -> None:
    assert comments(text).ranges == ranges


def test_a_dedent_and_the_end_of_the_file_join_nothing() -> None:
    text = """
        if x:
            y
        z"""
    assert comments(text).ranges == {}


@pytest.mark.parametrize(("line", "wanted"), [(1, (1, 1)), (2, (2, 3)), (3, (2, 3)), (4, (4, 4)), (99, (99, 99))])
def test_a_line_that_is_not_joined_stands_for_itself(line: int, wanted: tuple[int, int]) -> None:
    text = """
        a
        b = '''
        '''
        c
    """
    assert comments(text).joined(line) == wanted
