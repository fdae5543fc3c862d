"""How deeply the tree of a text nests. LibCST recurses: deep text ends the process, or is never done."""

from __future__ import annotations

import re

STRING = (
    r"""[A-Za-z]{0,2}(?:\"{3}(?:[^\\]|\\.)*?\"{3}|'{3}(?:[^\\]|\\.)*?'{3}|"(?:[^"\\\n]|\\.)*+"|'(?:[^'\\\n]|\\.)*+')"""
)
TOKEN = re.compile(
    rf"(?P<string>{STRING})|(?P<comment>\#[^\n]*+)|(?P<word>[^\W\d]\w*+)|(?P<open>[(\[{{])|(?P<close>[)\]}}])"
    r"|(?P<end>[,;:])|(?P<line>\n)|(?P<operator>[.+\-*/%@|&^~<>=!]+)",
    re.DOTALL,
)
HOLE = re.compile(r"\{([^{}]*)\}")  # what an f-string puts in
JOINING = frozenset({"or", "and", "not", "if", "else", "for", "await", "in", "is", "lambda", "elif"})
MAX_DEPTH = 150  # levels; LibCST overflows Python's stack at some 330, its parser a small stack at 72 brackets
MAX_BRACKETS = 60
MAX_PATTERN = 6  # brackets in a `case`, where LibCST takes twice as long for each


def is_flat(text: str) -> bool:
    """Whether LibCST can read a text without overflowing the stack, and in good time."""
    scan = _Scan()
    return all(scan.takes(token) for token in TOKEN.finditer(text))


class _Scan:
    """Counts, token by token, how deep the tree of a text becomes."""

    def __init__(self) -> None:
        self.chains = [0]  # the operators so far in each open bracket
        self.depth = 0
        self.branches = 0
        self.lambdas = 0
        self.is_case = False
        self.before = "line"

    def takes(self, token: re.Match[str]) -> bool:
        """Whether the tree is still flat with one more token."""
        kind, text = token.lastgroup or "", token[0]
        if kind == "comment":
            return True
        if kind == "string":
            if "{" in text and "f" in text[:2].lower() and not all(map(is_flat, HOLE.findall(text))):
                return False
            self._join(1 if self.before == "string" else 0)
        elif kind == "word":
            self._word(text)
        elif kind == "operator":
            self._join(len(text))
        elif kind == "open":
            self._join(1 if self.before in ("word", "string", "close") else 0)  # a call or subscript
            self.chains.append(1)
            self.depth += 1
        else:
            self._end(kind, text)
        if kind != "line" or len(self.chains) == 1:
            self.before = kind
        most = MAX_PATTERN if self.is_case else MAX_BRACKETS
        return max(self.depth, self.branches) <= MAX_DEPTH and len(self.chains) - 1 <= most

    def _word(self, text: str) -> None:
        self.is_case = self.is_case or (text == "case" and self.before == "line" and len(self.chains) == 1)
        self._join(1 if text in JOINING else 0)
        self.branches += text == "elif"
        self.lambdas += text == "lambda"

    def _join(self, count: int) -> None:
        self.chains[-1] += count
        self.depth += count

    def _end(self, kind: str, text: str) -> None:
        """A bracket closes, or what was joined ends."""
        if kind == "close":
            if len(self.chains) > 1:
                self.depth -= self.chains.pop()
        elif text == ":" and self.lambdas:
            self.lambdas -= 1
        elif kind == "end" or len(self.chains) == 1:
            self.depth -= self.chains[-1]
            self.chains[-1] = 0
            self.is_case = self.is_case and kind != "line"
