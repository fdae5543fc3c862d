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
JOINING = frozenset({"or", "and", "not", "if", "else", "for", "await", "in", "is", "lambda", "elif"})
MAX_DEPTH = 150  # levels; LibCST overflows Python's stack at some 330, its parser a small stack at 72 brackets
MAX_BRACKETS = 60
MAX_PATTERN = 6  # brackets in a `case`, where LibCST takes twice as long for each


def is_flat(text: str) -> bool:
    """Whether LibCST can read a text without overflowing the stack, and in good time."""
    chains = [0]  # how many operators join what stands in each open bracket, up to here
    depth, branches, is_case, was_string = 0, 0, False, False
    for token in TOKEN.finditer(text):
        kind = token.lastgroup
        if kind == "comment":
            continue
        joins = kind == "operator" or (kind == "word" and token[0] in JOINING) or (kind == "string" and was_string)
        if joins:
            chains[-1] += 1
            depth += 1
            branches += token[0] == "elif"
        elif kind == "open":
            chains.append(1)
            depth += 1
        elif kind == "close" and len(chains) > 1:
            depth -= chains.pop()
        elif kind == "end" or (kind == "line" and len(chains) == 1):
            depth -= chains[-1]
            chains[-1] = 0
            is_case = is_case and kind != "line"
        elif kind == "word" and token[0] == "case" and len(chains) == 1:
            is_case = True
        was_string = kind == "string" or (was_string and kind == "line" and len(chains) > 1)
        if max(depth, branches) > MAX_DEPTH or len(chains) - 1 > (MAX_PATTERN if is_case else MAX_BRACKETS):
            return False
    return True
