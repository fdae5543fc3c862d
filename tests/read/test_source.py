"""One file: its lines and columns as CPython counts them, its encoding, and how it is written."""

from __future__ import annotations

import pytest

from async_db_lint.read.source import Source

MARK = b"\xef\xbb\xbf"


def source(data: bytes | str) -> Source:
    """A file of some bytes, or of a text in UTF-8."""
    return Source("a.py", data.encode() if isinstance(data, str) else data)


def test_lines_are_cpythons() -> None:
    assert source("x = 'é'\r\ny\u2028z\fw\rlast").lines == ("x = 'é'", "y\u2028z\fw", "last")


def test_a_file_that_ends_with_a_line_end_has_an_empty_last_line() -> None:
    assert source("x\n").lines == ("x", "")


@pytest.mark.parametrize(("number", "line"), [(0, ""), (1, "one"), (2, "two"), (3, ""), (-1, "")])
def test_a_line_by_its_number_is_empty_outside_of_the_file(number: int, line: str) -> None:
    assert source("one\ntwo").line(number) == line


@pytest.mark.parametrize(
    ("text", "column", "character"),
    [("x = 'é'", 7, 6), ("x = 'e'", 7, 7), ("é", 0, 0), ("😀y", 4, 1)],
)
def test_a_column_in_bytes_becomes_one_in_characters(text: str, column: int, character: int) -> None:
    assert source(text).character(1, column) == character


def test_a_column_of_a_file_in_latin_1_is_counted_in_utf_8_as_cpython_counts_it() -> None:
    assert source("# coding: latin-1\nx = 'é'; y".encode("latin-1")).character(2, 10) == 9


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (b"x = 1\n", "utf-8"),
        (b"# coding: latin-1\n", "iso-8859-1"),
        (b"\n# coding: latin-1\n", "iso-8859-1"),
        (b"\n\n# coding: latin-1\n", "utf-8"),
        (MARK + b"x = 1\n", "utf-8-sig"),
        (b"# coding: no-such-codec\n", "utf-8"),
        (b"# coding: rot13\n", "utf-8"),
        (b"x = '\xff'\n", "utf-8"),
        (b"", "utf-8"),
    ],
)
def test_the_encoding_is_the_declared_one_where_it_is_one(data: bytes, encoding: str) -> None:
    assert source(data).encoding == encoding


@pytest.mark.parametrize(
    ("data", "codec"),
    [(MARK + b"x", "utf-8"), (b"x", "utf-8"), (b"# coding: latin-1\n", "iso-8859-1")],
)
def test_the_codec_of_a_part_knows_no_byte_order_mark(data: bytes, codec: str) -> None:
    assert source(data).codec == codec


@pytest.mark.parametrize(
    ("data", "number", "line"),
    [
        (b"# coding: latin-1\nx = '\xe9'\n", 2, "x = 'é'"),
        (MARK + b"x = 1\n", 1, "x = 1"),
        (b"x = '\xff'\n", 1, "x = '\ufffd'"),
    ],
)
def test_lines_are_decoded(data: bytes, number: int, line: str) -> None:
    assert source(data).line(number) == line


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (MARK + b"x = 1\r\n", "x = 1\r\n"),
        (b"# coding: latin-1\n# \xe9", "# coding: latin-1\n# é"),
        (b"\xff", "\ufffd"),
    ],
)
def test_the_text_is_decoded_without_a_byte_order_mark(data: bytes, text: str) -> None:
    assert source(data).text == text


@pytest.mark.parametrize(
    ("data", "starts"),
    [(b"", (0,)), (b"a\nb", (0, 2)), (b"a\r\nb\rc\n", (0, 3, 5, 7)), (MARK + b"a\nb", (3, 5))],
)
def test_lines_start_after_line_ends_and_after_a_byte_order_mark(data: bytes, starts: tuple[int, ...]) -> None:
    assert source(data).starts == starts


@pytest.mark.parametrize(
    ("data", "line", "column", "offset"),
    [
        ("ab\ncd", 2, 1, 4),
        ("é = 1\nx", 1, 1, 2),
        ("é = 1\nx", 2, 0, 7),
        ("\ufeffab", 1, 1, 4),
    ],
)
def test_offset_and_place_are_each_others_inverse(data: str, line: int, column: int, offset: int) -> None:
    assert source(data).offset(line, column) == offset
    assert source(data).place(offset) == (line, column + 1)


def test_an_offset_is_counted_in_the_bytes_of_the_files_own_encoding() -> None:
    found = source("# coding: latin-1\néé = 1".encode("latin-1"))
    assert found.offset(2, 2) == 20
    assert found.place(20) == (2, 3)


def test_a_place_inside_the_byte_order_mark_is_the_first_of_the_file() -> None:
    assert source(MARK + b"x").place(0) == (1, 1)


@pytest.mark.parametrize(
    ("data", "newline"),
    [(b"a\r\nb\n", b"\r\n"), (b"a\nb\r\n", b"\n"), (b"a\rb", b"\r"), (b"a", b"\n"), (b"", b"\n")],
)
def test_lines_end_as_the_first_one_does(data: bytes, newline: bytes) -> None:
    assert source(data).newline == newline


@pytest.mark.parametrize(
    ("data", "is_mixed"),
    [(b"a\r\nb\r\n", False), (b"a\r\nb\n", True), (b"a\rb\n", True), (b"a", False)],
)
def test_line_ends_are_mixed_when_there_are_two_kinds(data: bytes, is_mixed: bool) -> None:
    assert source(data).is_mixed is is_mixed


@pytest.mark.parametrize(
    ("data", "indentation"),
    [
        (b"if a:\n  b\n", "  "),
        (b"if a:\n\tb\n", "\t"),
        (b"if a:\r\n   b\r\n", "   "),
        (b"if a:  # why\n\n  b\n", "  "),
        (b"if a:\n        b\n", " " * 8),
        (b"if a: b\n", "    "),
        (b"x = {'a':\nb}\n", "    "),
        (b"", "    "),
    ],
)
def test_blocks_are_indented_as_the_first_one_is(data: bytes, indentation: str) -> None:
    assert source(data).indentation == indentation
