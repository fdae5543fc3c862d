"""Files that cannot be read: where and why, newer syntax and merge conflicts by name."""

from __future__ import annotations

import pytest

from async_db_lint.index.build import index
from async_db_lint.read.unreadable import Unreadable, unreadable


def stopped_at(line: str, message: str = "invalid syntax") -> Unreadable:
    """What is said when the parser stops at a line, the second of a file."""
    return unreadable("a.py", f"import x\n{line}\n".encode(), SyntaxError(message, ("a.py", 2, 5, line)))


@pytest.mark.parametrize(
    ("line", "version"),
    [
        ("type X = int", "3.12"),
        ("def f[T](x: T): ...", "3.12"),
        ("async def f[T](x: T): ...", "3.12"),
        ("class A[T]: ...", "3.12"),
        ("except A, B:", "3.14"),
        ("except a.A, b.B:", "3.14"),
        ("x = t'a'", "3.14"),
        ('x = t"a"', "3.14"),
    ],
)
def test_syntax_that_is_newer_than_the_interpreter_is_named(
    line: str, version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.version_info", (3, 11, 0))
    found = stopped_at(line)
    assert (found.path, found.line, found.column) == ("a.py", 2, 5)
    assert found.reason == (
        f"invalid syntax (Python {version} syntax; this is Python 3.11: run async-db-lint with {version} or newer)"
    )


@pytest.mark.parametrize("line", ["type X", "def f(x: T): ...", "class A(B[T]): ...", "except A:", "x = at'a'", "("])
def test_other_lines_are_not_taken_for_newer_syntax(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.version_info", (3, 11, 0))
    assert stopped_at(line).reason == "invalid syntax"


def test_syntax_that_the_interpreter_knows_is_not_called_newer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.version_info", (3, 12, 0))
    assert stopped_at("type X = int").reason == "invalid syntax"
    assert "Python 3.14 syntax" in stopped_at("except A, B:").reason


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


def test_f_strings_that_are_newer_than_the_interpreter_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.version_info", (3, 11, 0))
    assert "Python 3.12 may read it" in stopped_at("x", "f-string: unmatched '('").reason
    monkeypatch.setattr("sys.version_info", (3, 12, 0))
    assert stopped_at("x", "f-string: unmatched '('").reason == "f-string: unmatched '('"


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
