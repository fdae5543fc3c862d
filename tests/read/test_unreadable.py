"""Files that cannot be read: where and why, merge conflicts by name."""

from __future__ import annotations

import pytest

from async_db_lint.index.build import index
from async_db_lint.read.unreadable import Unreadable, unreadable

CONFLICT = """\
import sqlalchemy
<<<<<<< HEAD
x = 1
=======
x = 2
>>>>>>> other
"""


@pytest.mark.parametrize(
    ("text", "line"),
    [(CONFLICT, 2), ("x = 1\n=======", 2), ("x = 2\n>>>>>>> other", 2)],
    ids=["start", "middle", "end"],
)
def test_a_merge_conflict_is_named(text: str, line: int) -> None:
    data = text.encode()
    with pytest.raises(SyntaxError) as caught:
        index("a.py", data)
    found = unreadable("a.py", data, caught.value)
    assert (found.line, found.reason) == (line, "invalid syntax (an unresolved merge conflict)")


@pytest.mark.parametrize("error", [RecursionError("maximum recursion depth exceeded"), MemoryError()])
def test_a_file_that_exhausts_the_parser_is_nested_too_deeply(error: Exception) -> None:
    assert unreadable("a.py", b"", error) == Unreadable("a.py", 1, 1, "nested too deeply to be parsed")


def test_another_error_speaks_for_itself() -> None:
    assert unreadable("a.py", b"", ValueError("null bytes")) == Unreadable("a.py", 1, 1, "null bytes")


@pytest.mark.parametrize(
    ("line", "offset", "place"),
    [(9, 1, (9, 1)), (None, None, (1, 1)), (2, 0, (2, 1)), (2, -1, (2, 1))],
)
def test_an_error_that_stands_outside_of_the_text_has_a_place_all_the_same(
    line: int | None, offset: int | None, place: tuple[int, int]
) -> None:
    found = unreadable("a.py", b"x", SyntaxError("bad", ("a.py", line, offset, "")))
    assert found == Unreadable("a.py", *place, "bad")
