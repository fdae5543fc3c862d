"""Known findings: what is new, what is fixed, what a renewed baseline keeps, and files that are none."""

from __future__ import annotations

import json
from itertools import permutations
from pathlib import Path

import pytest

from async_db_lint.quiet.baseline import Baseline, Known, load, of
from async_db_lint.rule.finding import Finding
from async_db_lint.settings.keys import ConfigError
from tests.quiet.findings import at

ECHO = Known("app.py", "ADB104", "wrong")
ALL = ({"app.py"}, {"ADB104"})


def test_a_finding_is_known_by_file_rule_and_message_and_not_by_its_line() -> None:
    assert of(at(1)) == of(at(7)) == ECHO


@pytest.mark.parametrize("other", [at(1, "ADB301"), at(1, path="other.py"), at(1, message="else")])
def test_a_finding_that_differs_in_one_of_them_is_new(other: Finding) -> None:
    assert Baseline(((ECHO, 1),)).new([other]) == (other,)


def test_of_several_alike_the_last_are_new() -> None:
    first, second, third = at(1), at(2), at(3)
    assert Baseline(((ECHO, 1),)).new([first, second, third]) == (second, third)
    assert Baseline(((ECHO, 2),)).new([first, second, third]) == (third,)
    assert Baseline(((ECHO, 3),)).new([first, second, third]) == ()
    assert Baseline().new([first]) == (first,)


def test_what_is_known_and_not_found_any_more_is_fixed() -> None:
    assert Baseline(((ECHO, 1),)).fixed([], *ALL) == (ECHO,)
    assert Baseline(((ECHO, 2),)).fixed([at(1)], *ALL) == (ECHO,)


@pytest.mark.parametrize("found", [[at(9)], [at(8), at(9)]])
def test_what_is_found_as_often_as_it_is_known_is_not_fixed(found: list[Finding]) -> None:
    assert Baseline(((ECHO, 1),)).fixed(found, *ALL) == ()


@pytest.mark.parametrize(
    ("paths", "codes"), [({"other.py"}, {"ADB104"}), ({"app.py"}, {"ADB301"}), (set[str](), set[str]())]
)
def test_what_was_not_checked_is_not_fixed(paths: set[str], codes: set[str]) -> None:
    assert Baseline(((ECHO, 1),)).fixed([], paths, codes) == ()


def test_what_is_fixed_comes_in_order() -> None:
    rows = [Known(path, "ADB104", message) for path in ("a.py", "b.py") for message in ("m", "n")]
    for order in permutations(rows):
        found = Baseline(tuple((row, 1) for row in order)).fixed([], {"a.py", "b.py"}, {"ADB104"})
        assert found == tuple(rows)


def test_a_renewed_baseline_counts_what_was_found() -> None:
    assert Baseline().renewed([at(1), at(5), at(2, "ADB301")], *ALL) == Baseline(
        ((ECHO, 2), (Known("app.py", "ADB301", "wrong"), 1))
    )


def test_a_renewed_baseline_forgets_what_was_checked_and_not_found() -> None:
    assert Baseline(((ECHO, 2),)).renewed([at(1)], *ALL) == Baseline(((ECHO, 1),))
    assert Baseline(((ECHO, 2),)).renewed([], *ALL) == Baseline()


@pytest.mark.parametrize("known", [Known("other.py", "ADB104", "wrong"), Known("app.py", "ADB301", "wrong")])
def test_a_renewed_baseline_keeps_what_was_not_checked(known: Known) -> None:
    assert Baseline(((known, 3),)).renewed([], *ALL) == Baseline(((known, 3),))


def test_what_is_seen_in_passing_in_a_file_that_was_not_checked_takes_nothing_away() -> None:
    other = Known("other.py", "ADB104", "wrong")
    assert Baseline(((other, 3),)).renewed([at(1, path="other.py")], *ALL) == Baseline(((other, 3),))
    assert Baseline(((other, 1),)).renewed([at(1, path="other.py"), at(2, path="other.py")], *ALL) == Baseline(
        ((other, 2),)
    )


def test_a_baseline_is_written_one_finding_a_line() -> None:
    text = Baseline(((ECHO, 2), (Known("é.py", "ADB301", 'a "b"'), 1))).to_json()
    assert [line.strip(" ,") for line in text.splitlines()][1:-1] == [
        '{"path": "app.py", "code": "ADB104", "message": "wrong", "count": 2}',
        '{"path": "\\u00e9.py", "code": "ADB301", "message": "a \\"b\\"", "count": 1}',
    ]
    assert json.loads(text)["version"] == 1


@pytest.mark.parametrize(
    "baseline", [Baseline(), Baseline(((ECHO, 2),)), Baseline(((Known("a", "b", "c"), 1), (Known("a", "b", "é"), 4)))]
)
def test_what_is_written_can_be_loaded(baseline: Baseline, tmp_path: Path) -> None:
    path = tmp_path / "known.json"
    path.write_text(baseline.to_json())
    assert load(path) == baseline


def test_a_loaded_baseline_is_in_order(tmp_path: Path) -> None:
    rows = ((Known("b.py", "ADB104", "wrong"), 1), (ECHO, 1))
    path = tmp_path / "known.json"
    path.write_text(Baseline(rows).to_json())
    assert load(path).counts == rows[::-1]


def test_a_baseline_that_is_not_there_has_yet_to_be_made(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"there is no baseline .*known\.json: --write-baseline writes one"):
        load(tmp_path / "known.json")


def test_a_baseline_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: it cannot be opened as a file"):
        load(tmp_path)


def refused(root: Path, text: str) -> str:
    """The message about a file that is not a baseline."""
    path = root / "known.json"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(ConfigError) as caught:
        load(path)
    return str(caught.value).removeprefix(f"{path} ")


@pytest.mark.parametrize("text", ["", "{", "\xff", "[" * 100_000], ids=["empty", "cut off", "no UTF-8", "too deep"])
def test_a_file_that_is_no_json_is_no_baseline(text: str, tmp_path: Path) -> None:
    assert refused(tmp_path, text) == "is not a baseline: --write-baseline writes a new one"


@pytest.mark.parametrize(
    "wrong",
    [{"path": 5}, {"code": None}, {"message": ["m"]}, {"count": 0}, {"count": -1}, {"count": "1"}, {"count": 1.5}],
    ids=str,
)
def test_a_row_that_makes_no_sense_makes_the_file_no_baseline(wrong: dict[str, object], tmp_path: Path) -> None:
    row = {"path": "a.py", "code": "ADB104", "message": "m", "count": 1}
    text = json.dumps({"version": 1, "findings": [row, {**row, **wrong}]})
    assert refused(tmp_path, text) == "is not a baseline: --write-baseline writes a new one"


@pytest.mark.parametrize("missing", ["path", "code", "message", "count"])
def test_a_row_that_lacks_something_makes_the_file_no_baseline(missing: str, tmp_path: Path) -> None:
    row = {"path": "a.py", "code": "ADB104", "message": "m", "count": 1}
    del row[missing]
    text = json.dumps({"version": 1, "findings": [row]})
    assert refused(tmp_path, text) == "is not a baseline: --write-baseline writes a new one"


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        '{"version": 2, "findings": []}',
        '{"findings": []}',
        '{"version": 1}',
        '{"version": 1, "findings": {}}',
    ],
)
def test_a_file_of_another_version_is_no_baseline_of_this_one(text: str, tmp_path: Path) -> None:
    assert refused(tmp_path, text) == "is not a baseline of this version: --write-baseline writes a new one"
