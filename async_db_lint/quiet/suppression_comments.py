"""`# noqa: ADB104`, `# adb: ignore[ADB104]`, `# adb: off[ADB104]`: which findings a file says not to report."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from async_db_lint.quiet.comment_tokens import Comment, Comments
from async_db_lint.read.source import Source
from async_db_lint.rule.finding import Finding

# As flake8 7 reads them (its defaults.py), so that a line means the same to both.
NOQA = re.compile(r"# noqa(?::[\s]?(?P<codes>(?:[A-Z]+[0-9]+(?:[,\s]+)?)+))?", re.IGNORECASE)
FILE_NOQA = re.compile(r"\s*# flake8[:=]\s*noqa", re.IGNORECASE)
OWN = re.compile(r"#\s*adb:\s*(?P<word>\w+)\s*(?:\[(?P<codes>[^\]]*)\])?(?P<rest>.*)", re.IGNORECASE)
WORDS = ("ignore", "off", "on")
OWN_MARK = re.compile(rb"adb:", re.IGNORECASE)
MARK = re.compile(rb"noqa|adb:", re.IGNORECASE)
NAMED = re.compile(rb"noqa: *[a-z]+-|adb:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Suppression:
    """One comment: its lines, its place, the codes that it names (none: all), and what is wrong with it."""

    first_line: int
    last_line: int
    line: int
    column: int
    text: str
    codes: tuple[str, ...]
    is_ours: bool
    fault: str = ""

    def covers(self, finding: Finding) -> bool:
        """Whether it suppresses a finding."""
        if self.fault or not self.first_line <= finding.location.line <= self.last_line:
            return False
        if not self.codes:
            return True
        return any(self.names(code, finding.code, finding.name) for code in self.codes)

    def names(self, written: str, code: str, name: str) -> bool:
        """Whether a written code is a rule's: by prefix in `noqa`, as flake8 has it; exactly in our own."""
        if self.is_ours:
            return written in (code, name)
        return code.startswith(written.upper())


def by_line(suppressions: Iterable[Suppression]) -> dict[int, list[Suppression]]:
    """Suppressions by each line that they are about."""
    found: dict[int, list[Suppression]] = {}
    for item in suppressions:
        for line in range(item.first_line, item.last_line + 1):
            found.setdefault(line, []).append(item)
    return found


def has_any(data: bytes) -> bool:
    """Whether a file can hold a suppression at all."""
    return MARK.search(data) is not None


def names_ours(data: bytes) -> bool:
    """Whether a file can hold a suppression that names one of our rules."""
    if NAMED.search(data) is not None:
        return True
    lines = (line for line in data.lower().splitlines() if b"adb" in line)
    return any(b"adb" in line.partition(b"noqa")[2] for line in lines)


def read(source: Source, canonical: Callable[[str], str] = str) -> list[Suppression]:
    """The suppressions of a file; `canonical` turns a rule's name into its code."""
    comments = Comments(source)
    own = _own(comments, len(source.lines), canonical) if OWN_MARK.search(source.data) else ()
    return [*_noqa(source, comments), *own]


def _noqa(source: Source, comments: Comments) -> Iterator[Suppression]:
    """One for each run of lines that counts as one, by the first match in it, as flake8 does; one for a whole file."""
    matches = NOQA.finditer("\n".join(source.lines))
    if not any(_may_name_ours(match) for match in matches) and b"flake8" not in source.data:
        return  # most files that have comments for other tools: they are not tokenized
    seen: set[int] = set()
    for number, line in enumerate(source.lines, 1):
        if FILE_NOQA.match(line):
            yield Suppression(1, len(source.lines), number, 0, line.strip(), (), False)
        elif number not in seen and NOQA.search(line):
            first, last = comments.joined(number)
            seen.update(range(first, last + 1))
            match = NOQA.search(line)
            assert match is not None
            codes = codes_in(match["codes"])
            yield Suppression(first, last, number, match.start(), match.group().strip(), codes, False)


def _may_name_ours(match: re.Match[str]) -> bool:
    """Whether a `noqa` names one of our codes, or a beginning of one, or nothing."""
    codes = codes_in(match["codes"])
    return not codes or any(code[:3].upper() == "ADB"[: len(code)] for code in codes)


def _own(comments: Comments, last_line: int, canonical: Callable[[str], str]) -> Iterator[Suppression]:
    """What our own comments suppress: a line, or the lines from `off` to `on` or to the end of the file."""
    running: list[Suppression] = []
    for comment in comments.all():
        match = OWN.match(comment.text) if "adb" in comment.text.lower() else None
        if match is None:
            continue
        word = match["word"].lower()
        codes = codes_in(match["codes"])
        fault = _fault(comment, match)
        text = comment.text[: match.start("rest")].rstrip()
        item = Suppression(comment.line, last_line, comment.line, comment.column, text, codes, True, fault)
        if fault:
            yield item
        elif word == "ignore":
            first, last = comments.joined(comment.line)
            yield replace(item, first_line=first, last_line=last)
        elif word == "off":
            running += [replace(item, codes=(code,)) for code in codes] or [item]
        else:
            wanted = {canonical(code) for code in codes}
            ended = [other for other in running if not codes or {canonical(code) for code in other.codes} & wanted]
            yield from (replace(other, last_line=comment.line) for other in ended)
            running = [other for other in running if other not in ended]
            if not ended:
                yield replace(item, fault="nothing that this could end is off")
    yield from running


def _fault(comment: Comment, match: re.Match[str]) -> str:
    """What is wrong with one of our comments; empty when nothing is."""
    word, rest = match["word"].lower(), match["rest"]
    if word not in WORDS:
        return f"`{word}` is not `ignore`, `off` or `on`. This comment does nothing"
    if rest[:1] in (":", "=", "["):
        return f"codes go in brackets: `# adb: {word}[ADB104]`. This comment does nothing"
    if word != "ignore" and not comment.is_alone:
        return f"`{word}` needs a line of its own. This comment does nothing"
    return ""


def codes_in(text: str | None) -> tuple[str, ...]:
    """The codes in a list of them, with commas or blanks."""
    return tuple(item for item in re.split(r"[,\s]+", text or "") if item)
