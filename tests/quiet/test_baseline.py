"""Known findings: what is new, what is fixed, what a renewed baseline keeps, and files that are none."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from itertools import permutations
from pathlib import Path

import pytest

from async_db_lint.quiet.baseline import Baseline, Known, known_by, load
from async_db_lint.read.sources import Sources
from async_db_lint.rule.finding import Finding
from async_db_lint.settings.keys import ConfigError
from tests.quiet.findings import at

TEXT = """\
import engines

one = create(echo=True)
    # of the other
other  =  create( echo=True )

one = create(echo=True)
last = 1
"""
ALL = ({"app.py"}, {"ADB104"})


def of(finding: Finding, text: str = TEXT) -> Known:
    """By what a finding in `app.py`, or another file with the same text, is known."""
    return known_by(Sources(dict.fromkeys(("app.py", "other.py"), text.encode())))(finding)


ECHO = of(at(3))


def new(baseline: Baseline, findings: Iterable[Finding], text: str = TEXT) -> tuple[Finding, ...]:
    return baseline.matched(findings, lambda item: of(item, text)).new


def fixed(baseline: Baseline, findings: Sequence[Finding], paths: set[str], codes: set[str]) -> tuple[Known, ...]:
    return baseline.matched(findings, of).fixed(paths, codes)


def renewed(baseline: Baseline, findings: Sequence[Finding]) -> Baseline:
    return baseline.renewed(findings, of, *ALL)


def test_a_finding_is_known_by_rule_file_line_and_neighbours() -> None:
    assert Known("app.py", "ADB104", "one = create(echo=True)", ECHO.around) == ECHO
    assert of(at(5)).line == "other = create( echo=True )"
    assert of(at(7)).line == ECHO.line
    assert of(at(7)).around != ECHO.around


@pytest.mark.parametrize(
    "text",
    [
        f"# more\n\n{TEXT}",
        TEXT.replace("one = ", "    one =\t"),
        TEXT.replace("import engines\n\n", "import engines\n\n\n"),
        TEXT.replace("last = 1", "last = 2"),
    ],
    ids=["moved", "indented", "an empty line", "a line further away"],
)
def test_what_changes_nothing_about_it_leaves_it_known(text: str) -> None:
    line = 1 + next(number for number, item in enumerate(text.splitlines()) if "one" in item)
    assert of(at(line), text) == ECHO


def test_a_changed_wording_voids_nothing() -> None:
    assert new(Baseline(((ECHO, 1),)), [at(3, message="in other words")]) == ()


@pytest.mark.parametrize(
    "text",
    [TEXT.replace("import engines", "import others"), TEXT.replace("# of the other", "two = 2")],
    ids=["the line before", "the line after"],
)
def test_where_the_neighbours_have_changed_the_line_tells(text: str) -> None:
    assert of(at(3), text) != ECHO
    assert new(Baseline(((ECHO, 1),)), [at(3)], text) == ()


@pytest.mark.parametrize("other", [at(3, "ADB301"), at(3, path="other.py"), at(5), at(8)])
def test_a_finding_that_differs_in_one_of_them_is_new(other: Finding) -> None:
    assert new(Baseline(((ECHO, 1),)), [other]) == (other,)


def test_of_equal_lines_the_one_with_other_neighbours_is_new() -> None:
    assert new(Baseline(((ECHO, 1),)), [at(3), at(7)]) == (at(7),)
    assert new(Baseline(((of(at(7)), 1),)), [at(3), at(7)]) == (at(3),)
    assert new(Baseline(((ECHO, 1), (of(at(7)), 1))), [at(3), at(7)]) == ()


def test_of_several_alike_the_last_are_new() -> None:
    first, second, third = at(3), at(3, message="b"), at(3, message="c")
    assert new(Baseline(((ECHO, 1),)), [first, second, third]) == (second, third)
    assert new(Baseline(((ECHO, 2),)), [first, second, third]) == (third,)
    assert new(Baseline(((ECHO, 3),)), [first, second, third]) == ()
    assert new(Baseline(), [first]) == (first,)


def test_a_finding_without_a_line_is_known_by_its_file() -> None:
    assert of(at(1), "").line == ""
    assert new(Baseline(((of(at(1), ""), 1),)), [at(1)], "") == ()


def test_what_is_known_and_not_found_any_more_is_fixed() -> None:
    assert fixed(Baseline(((ECHO, 1),)), [], *ALL) == (ECHO,)
    assert fixed(Baseline(((ECHO, 2),)), [at(3)], *ALL) == (ECHO,)


@pytest.mark.parametrize("found", [[at(3)], [at(7)], [at(3), at(7)]])
def test_what_is_found_as_often_as_it_is_known_is_not_fixed(found: list[Finding]) -> None:
    assert fixed(Baseline(((ECHO, 1),)), found, *ALL) == ()


@pytest.mark.parametrize(
    ("paths", "codes"), [({"other.py"}, {"ADB104"}), ({"app.py"}, {"ADB301"}), (set[str](), set[str]())]
)
def test_what_was_not_checked_is_not_fixed(paths: set[str], codes: set[str]) -> None:
    assert fixed(Baseline(((ECHO, 1),)), [], paths, codes) == ()


def test_a_baseline_of_0_1_0_knows_messages(tmp_path: Path) -> None:
    path = tmp_path / "known.json"
    row = {"path": "app.py", "code": "ADB104", "message": "wrong", "count": 1}
    path.write_text(json.dumps({"version": 1, "findings": [row]}))
    old = load(path)
    assert new(old, [at(3), at(5)]) == (at(5),)
    assert new(old, [at(3, message="else")]) == (at(3, message="else"),)
    assert renewed(old, [at(3)]) == Baseline(((ECHO, 1),))
    path.write_text(old.to_json())
    assert load(path) == old


def test_what_is_fixed_comes_in_order() -> None:
    rows = [Known(path, "ADB104", line) for path in ("a.py", "b.py") for line in ("m", "n")]
    for order in permutations(rows):
        found = fixed(Baseline(tuple((row, 1) for row in order)), [], {"a.py", "b.py"}, {"ADB104"})
        assert found == tuple(rows)


def test_a_renewed_baseline_counts_what_was_found() -> None:
    found = renewed(Baseline(), [at(3), at(3), at(5, "ADB301")])
    assert found == Baseline(((ECHO, 2), (of(at(5, "ADB301")), 1)))


def test_a_renewed_baseline_forgets_what_was_checked_and_not_found() -> None:
    assert renewed(Baseline(((ECHO, 2),)), [at(3)]) == Baseline(((ECHO, 1),))
    assert renewed(Baseline(((ECHO, 2),)), []) == Baseline()


@pytest.mark.parametrize("known", [Known("other.py", "ADB104", "wrong"), Known("app.py", "ADB301", "wrong")])
def test_a_renewed_baseline_keeps_what_was_not_checked(known: Known) -> None:
    assert renewed(Baseline(((known, 3),)), []) == Baseline(((known, 3),))


def test_what_is_seen_in_passing_in_a_file_that_was_not_checked_takes_nothing_away() -> None:
    there = at(3, path="other.py")
    assert renewed(Baseline(((of(there), 3),)), [there]) == Baseline(((of(there), 3),))
    assert renewed(Baseline(((of(there), 1),)), [there, there]) == Baseline(((of(there), 2),))


def test_a_baseline_is_written_one_finding_a_line() -> None:
    text = Baseline(((ECHO, 2), (Known("é.py", "ADB301", message='a "b"'), 1))).to_json()
    assert [line.strip(" ,") for line in text.splitlines()][1:-1] == [
        f'{{"path": "app.py", "code": "ADB104", "line": "{ECHO.line}", "around": "{ECHO.around}", "count": 2}}',
        '{"path": "\\u00e9.py", "code": "ADB301", "message": "a \\"b\\"", "count": 1}',
    ]
    assert json.loads(text)["version"] == 2


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
    [{"path": 5}, {"code": None}, {"line": ["m"]}, {"around": 1}, {"count": 0}, {"count": -1}, {"count": "1"}],
    ids=str,
)
def test_a_row_that_makes_no_sense_makes_the_file_no_baseline(wrong: dict[str, object], tmp_path: Path) -> None:
    row = {"path": "a.py", "code": "ADB104", "line": "m", "around": "ab", "count": 1}
    text = json.dumps({"version": 2, "findings": [row, {**row, **wrong}]})
    assert refused(tmp_path, text) == "is not a baseline: --write-baseline writes a new one"


@pytest.mark.parametrize("missing", ["path", "code", "line", "around", "count"])
def test_a_row_that_lacks_something_makes_the_file_no_baseline(missing: str, tmp_path: Path) -> None:
    row = {"path": "a.py", "code": "ADB104", "line": "m", "around": "ab", "count": 1}
    del row[missing]
    text = json.dumps({"version": 1, "findings": [row]})
    assert refused(tmp_path, text) == "is not a baseline: --write-baseline writes a new one"


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        '{"version": 3, "findings": []}',
        '{"findings": []}',
        '{"version": 1}',
        '{"version": 1, "findings": {}}',
    ],
)
def test_a_file_of_another_version_is_no_baseline_of_this_one(text: str, tmp_path: Path) -> None:
    assert refused(tmp_path, text) == "is not a baseline of this version: --write-baseline writes a new one"
