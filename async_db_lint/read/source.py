"""One file: its bytes, its lines as CPython splits them, and its role in the project."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property

BLOCK = re.compile(rb":[ \t]*+(?:#[^\r\n]*+)?[\r\n]++(?P<indentation>\t| {1,8})(?=[^ \t\r\n])")
LINE_ENDS = re.compile(rb"\r\n|\r|\n")


class Role(Enum):
    """What a file is for."""

    APPLICATION = "application"
    TEST = "test"
    MIGRATION = "migration"
    SCRIPT = "script"


@dataclass(frozen=True)
class Source:
    """A file's path from the project's root, with `/`, and its bytes."""

    path: str
    data: bytes = field(repr=False)

    @cached_property
    def encoding(self) -> str:
        """The encoding that the file declares, as CPython finds it; UTF-8 where CPython finds none."""
        import io
        import tokenize

        try:
            found = tokenize.detect_encoding(io.BytesIO(self.data).readline)[0]
            b" ".decode(found, "replace")  # a codec such as rot13 is none for bytes, and idna replaces nothing
        except (SyntaxError, LookupError, UnicodeError):
            return "utf-8"
        return found

    @property
    def codec(self) -> str:
        """The encoding of a part of the file: without a byte order mark."""
        return "utf-8" if self.encoding == "utf-8-sig" else self.encoding

    @property
    def text(self) -> str:
        """The decoded text, without a byte order mark."""
        return self.data.removeprefix(b"\xef\xbb\xbf").decode(self.encoding, "replace")

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The lines without their ends. A form feed or U+2028 ends no line, as for CPython."""
        data = self.data.removeprefix(b"\xef\xbb\xbf")
        return tuple(line.decode(self.encoding, "replace") for line in LINE_ENDS.split(data))

    def line(self, number: int) -> str:
        """A line by its number, from 1; empty past the end."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """Where each line starts, in bytes; a byte order mark belongs to no line."""
        mark = 3 if self.data.startswith(b"\xef\xbb\xbf") else 0
        return (mark, *(match.end() for match in LINE_ENDS.finditer(self.data)))

    def offset(self, line: int, column: int) -> int:
        """The place in bytes of a line from 1 and a column from 0 in characters."""
        return self.starts[line - 1] + len(self.line(line)[:column].encode(self.codec, "replace"))

    def place(self, offset: int) -> tuple[int, int]:
        """The line and column, from 1 and in characters, of a place in bytes."""
        line = max(1, bisect_right(self.starts, offset))
        start = self.starts[line - 1]
        return line, len(self.data[start:offset].decode(self.codec, "replace")) + 1

    @cached_property
    def newline(self) -> bytes:
        """How the file's lines end: as its first one does."""
        found = LINE_ENDS.search(self.data)
        return found.group() if found else b"\n"

    @cached_property
    def indentation(self) -> str:
        """How the file indents a block: as its first one, else by four blanks."""
        found = BLOCK.search(self.data)
        return found["indentation"].decode() if found else "    "

    @cached_property
    def is_mixed(self) -> bool:
        """Whether lines end in more than one way."""
        return len(set(LINE_ENDS.findall(self.data))) > 1

    def character(self, line: int, column: int) -> int:
        """A column from 0 in UTF-8 bytes, turned into a column from 0 in characters."""
        text = self.line(line)
        return column if text.isascii() else len(text.encode()[:column].decode(errors="replace"))
