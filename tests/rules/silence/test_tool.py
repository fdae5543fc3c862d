"""Rules about the tool's own comments and files: of what each speaks, and of what it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.projects import checked, codes, written
from tests.rules.silence.cases import Case, case

BROKEN = """
    import sqlalchemy
    def f(:
"""


@pytest.mark.parametrize("path", ["app.py", "tests/app.py", "alembic/app.py", "scripts/app.py"])
def test_a_file_that_cannot_be_read_is_found_wherever_it_stands(path: str, tmp_path: Path) -> None:
    assert codes(tmp_path, {path: BROKEN}, "ADB900") == [("ADB900", path, 2)]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(BROKEN.replace("sqlalchemy", "json"), id="of no library"),
        pytest.param(BROKEN.replace("f(:", "f(): ..."), id="that can be read"),
    ],
)
def test_another_file_is_not_found(text: str, tmp_path: Path) -> None:
    assert codes(tmp_path, {"app.py": text}, "ADB900") == []


def test_a_file_that_cannot_be_read_hides_no_other(tmp_path: Path) -> None:
    engine = """
        from sqlalchemy.ext.asyncio import create_async_engine
        engine = create_async_engine(URL, echo=True)
    """
    found = codes(tmp_path, {"app.py": engine, "broken.py": BROKEN}, "ADB106", "ADB900")
    assert found == [("ADB106", "app.py", 2), ("ADB900", "broken.py", 2)]


IDLE = case(
    "ALL",
    """
    import sqlalchemy
    x = 1  # noqa: ADB106
    """,
)
IDLE_SPOKEN = [
    IDLE,
    *IDLE.elsewhere(),
    IDLE.but("in small letters", {"noqa: ADB106": "NOQA: adb106"}),
    IDLE.but("in our own words", {"noqa: ADB106": "adb: ignore[ADB106]"}),
    IDLE.but("by name", {"noqa: ADB106": "adb: ignore[echo-enabled]"}),
    IDLE.but("beside another tool's code", {"noqa: ADB106": "noqa: E501, ADB106"}),
    IDLE.but("with half a code", {"noqa: ADB106": "noqa: ADB"}),
    IDLE.but("with a name, which `noqa` does not know", {"noqa: ADB106": "noqa: echo-enabled"}),
    IDLE.but("for a rule that there is not", {"noqa: ADB106": "adb: ignore[no-such-rule]"}),
]
IDLE_SILENT = [
    IDLE.but("for every tool", {"noqa: ADB106": "noqa"}),
    IDLE.but("for another tool", {"noqa: ADB106": "noqa: E501"}),
    IDLE.but("for a code like ours", {"noqa: ADB106": "noqa: ADBX06"}),
    IDLE.but("in a comment about something else", {"noqa: ADB106": "the rule ADB106"}),
    IDLE.but("about itself", {"noqa: ADB106": "noqa: ADB901"}),
]


def told(root: Path, example: Case) -> list[str]:
    """The codes of what all rules find."""
    return [item.code for item in checked(written(root, example.files), "ALL").findings]


@pytest.mark.parametrize("example", IDLE_SPOKEN, ids=str)
def test_a_suppression_that_suppresses_nothing_is_found(example: Case, tmp_path: Path) -> None:
    assert told(tmp_path, example) == ["ADB901"]


@pytest.mark.parametrize("example", IDLE_SILENT, ids=str)
def test_another_comment_is_not_found(example: Case, tmp_path: Path) -> None:
    assert told(tmp_path, example) == []


@pytest.mark.parametrize("select", [("ADB106",), ("ADB901",), ("ADB107", "ADB901")])
def test_a_rule_that_did_not_run_is_not_missed(select: tuple[str, ...], tmp_path: Path) -> None:
    assert codes(tmp_path, IDLE.files, *select) == []


def test_a_suppression_that_is_in_use_is_not_found(tmp_path: Path) -> None:
    used = IDLE.but(
        "in use",
        {
            "import sqlalchemy": "from sqlalchemy.ext.asyncio import create_async_engine",
            "x = 1": "engine = create_async_engine(URL, echo=True)",
        },
    )
    assert codes(tmp_path, used.files, "ADB106", "ADB901") == []
