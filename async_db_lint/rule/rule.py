"""What a rule is: one mistake, its documentation, and the suspects that the project's facts give."""

from __future__ import annotations

import inspect
import re
from enum import Enum
from typing import TYPE_CHECKING, ClassVar

from async_db_lint.project.project import Project
from async_db_lint.rule.change import Safety
from async_db_lint.rule.consequence import Consequence
from async_db_lint.rule.finding import Severity

if TYPE_CHECKING:
    from async_db_lint.rule.suspect import Suspects

CODE = re.compile(r"ADB\d{3}")
PART = re.compile(r"^(Happens|Instead|Silent):", re.MULTILINE)


class About(Enum):
    """What a rule's findings are about. Comments cannot suppress what is not about code, and flake8 has its own way."""

    CODE = "code"
    FILE = "a file"
    COMMENT = "a comment"


class Rule:
    """One mistake. The docstring is the documentation; `suspects` says where the project's facts show it.

    The docstring has four parts: a sentence, `Happens:`, `Instead:` and `Silent:`. `guide` quotes the lines of the
    guide that the rule encodes. `fix` is the safety of the fixes it offers. `yields_to` names the rules that are
    reported instead where they describe the same defect.

    Example: `class EchoEnabled(Rule):`.
    """

    code: ClassVar[str]
    name: ClassVar[str]
    severity: ClassVar[Severity]
    consequence: ClassVar[Consequence]
    guide: ClassVar[str] = ""
    fix: ClassVar[Safety | None] = None
    yields_to: ClassVar[tuple[str, ...]] = ()
    about: ClassVar[About] = About.CODE

    def suspects(self, project: Project) -> Suspects:
        """The places that the project's facts make suspicious."""
        raise NotImplementedError

    @classmethod
    def title(cls) -> str:
        """The first sentence of the documentation."""
        return (cls.__doc__ or "").strip().partition("\n")[0]

    @classmethod
    def part(cls, name: str) -> str:
        """One part of the documentation, `Happens`, `Instead` or `Silent`, as a text of its own; empty without it."""
        pieces = PART.split(inspect.cleandoc(cls.__doc__ or ""))
        return dict(zip(pieces[1::2], pieces[2::2], strict=True)).get(name, "").strip()

    @classmethod
    def remedy(cls) -> str:
        """What to write instead: the first paragraph of that part of the documentation, in one line."""
        text = " ".join(cls.part("Instead").partition("\n\n")[0].split())
        text = f"{text[:-1]}." if text.endswith(":") else text
        return text[:1].upper() + text[1:]
