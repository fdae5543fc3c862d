"""Which versions a project allows: specifiers, the forms in which files write them, and what a lock decides."""

from __future__ import annotations

from itertools import permutations
from textwrap import dedent

import pytest

from async_db_lint.project.libraries.versions import (
    HIGHEST,
    Range,
    Version,
    Versions,
    from_files,
    parsed,
    range_of,
    spelled,
)


def sqlalchemy(path: str, text: str) -> Range:
    """The range of SQLAlchemy that one file allows."""
    return from_files([(path, dedent(text))]).of("sqlalchemy")


# Specifiers.


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (">=2.0,<2.1", Range((2,), (2, 1))),
        ("==1.4.31", Range((1, 4, 31), (1, 4, 31, 1))),
        ("===1.4.31", Range((1, 4, 31), (1, 4, 31, 1))),
        ("==2.0.*", Range((2,), (2, 1))),
        ("==2.0", Range((2,), (2, 0, 0, 1))),
        ("==0.118.0", Range((0, 118), (0, 118, 0, 1))),
        ("~=2.0.4", Range((2, 0, 4), (2, 1))),
        ("~=2.0", Range((2,), (3,))),
        ("^2.0", Range((2,), (3,))),
        ("^0.115.2", Range((0, 115, 2), (0, 116))),
        ("^0.115", Range((0, 115), (0, 116))),
        ("^0.0.3", Range((0, 0, 3), (0, 0, 4))),
        ("~2.0", Range((2,), (2, 1))),
        ("~2.0.4", Range((2, 0, 4), (2, 1))),
        (">1,<=3", Range((1, 0, 0, 1), (3, 0, 0, 1))),
        (">= v2.0", Range((2,))),
        ("<2", Range((), (2,))),
        (">=1.4,>=2.0,<3,<2.1", Range((2,), (2, 1))),
        (">=2.0.0rc1", Range((2,))),
    ],
)
def test_a_specifier_allows_a_range(text: str, wanted: Range) -> None:
    assert range_of(text) == wanted


@pytest.mark.parametrize("text", ["", "*", "!=2", "2.0", "latest"])
def test_a_specifier_that_bounds_nothing_allows_any_version(text: str) -> None:
    assert range_of(text) == Range()


# Ranges.


@pytest.mark.parametrize(
    ("text", "within", "outside"),
    [
        (">=2.1,<3", True, False),
        (">=2.1,<2.2", True, False),
        (">=2.1", False, False),
        (">=2.0", False, False),
        (">=2.0,<2.1", False, True),
        ("<2.1", False, True),
        (">=2.1,<4", False, False),
        (">=2.1.0,<3.0.0", True, False),
        ("<2.1.0", False, True),
        ("<=3.0", False, False),
        (">=3", False, True),
        ("", False, False),
    ],
)
def test_a_range_lies_between_two_versions_or_outside_of_them(text: str, within: bool, outside: bool) -> None:
    assert range_of(text).within("2.1", "3") is within
    assert range_of(text).outside("2.1", "3") is outside


@pytest.mark.parametrize(("text", "within"), [(">=2.1", True), (">=2.1,<9", True), (">=2.0", False), ("", False)])
def test_without_an_upper_version_only_the_lower_counts(text: str, within: bool) -> None:
    assert range_of(text).within("2.1") is within


@pytest.mark.parametrize(("text", "outside"), [("<2.1", True), ("<2.1.1", False), (">=9", False), ("", False)])
def test_without_an_upper_version_what_is_newer_is_not_outside(text: str, outside: bool) -> None:
    assert range_of(text).outside("2.1") is outside


@pytest.mark.parametrize(
    ("text", "spelling"),
    [
        ("", "any version"),
        ("==2.0.4", "2.0.4"),
        (">=2.0", ">=2.0"),
        ("<2.1", "<2.1"),
        (">=2.0,<2.1", ">=2.0,<2.1"),
        (">=2.0,<2.0.2", ">=2.0,<2.0.2"),
    ],
)
def test_a_range_is_spelled_as_a_specifier(text: str, spelling: str) -> None:
    assert str(range_of(text)) == spelling


def test_two_ranges_are_narrowed_to_what_is_in_both_in_either_order() -> None:
    first, second = Range((1,), (3,)), Range((2,), (4,))
    assert first.narrowed(second) == second.narrowed(first) == Range((2,), (3,))
    assert first.narrowed(Range()) == first


@pytest.mark.parametrize(("version", "text"), [((2, 0, 40), "2.0.40"), ((2,), "2.0")])
def test_a_version_is_spelled_as_it_is_parsed(version: Version, text: str) -> None:
    assert spelled(version) == text
    assert parsed(text) == parsed(f"{text}.0") == version


# Files.


@pytest.mark.parametrize(
    "text",
    [
        """
        [project]
        dependencies = [
            "SQLAlchemy[asyncio]>=2.0,<2.1",
            "fastapi",
        ]
        """,
        """
        [project]
        dependencies = ["SQLAlchemy[asyncio]>=2.0,<2.1", "fastapi>=0.118"]
        """,
        """
        [project]
        dependencies = [
            'sqlalchemy >= 2.0, < 2.1',
        ]
        """,
        """
        [tool.poetry.dependencies]
        sqlalchemy = {extras = ["asyncio"], version = "~2.0"}
        """,
        'dependencies = ["sqlalchemy>=2.0,<2.1"]',
        "dependencies = ['sqlalchemy~=2.0.0']",
        """
        [tool.poetry.dependencies]
        SQLAlchemy = "~2.0"
        """,
        """
        [tool.poetry.dependencies]
        "sqlalchemy" = "2.0.*,<2.1,>=2.0"
        """,
    ],
    ids=[
        "a line each",
        "one line",
        "single quotes",
        "poetry with extras",
        "one alone",
        "one in single quotes",
        "poetry",
        "poetry in quotes",
    ],
)
def test_a_pyproject_names_its_requirements(text: str) -> None:
    assert sqlalchemy("pyproject.toml", text) == Range((2,), (2, 1))


def test_all_requirements_of_a_line_are_read() -> None:
    found = from_files([("pyproject.toml", 'dependencies = ["SQLAlchemy[asyncio]>=2.0,<2.1", "fastapi>=0.118"]')])
    assert found.of("sqlalchemy") == Range((2,), (2, 1))
    assert found.of("fastapi").within("0.118")
    assert found.of("asyncpg") == Range()


def test_all_lines_of_a_file_are_read() -> None:
    text = """
        sqlalchemy = {extras = ["asyncio"], version = "^2.0"}
        fastapi = "0.100.0"
        Requires-Dist: asyncpg (>=0.30)
    """
    found = from_files([("pyproject.toml", dedent(text))])
    assert found.of("sqlalchemy") == Range((2,), (3,))
    assert found.of("fastapi").outside("0.118")
    assert found.of("asyncpg") == Range((0, 30))


def test_a_bare_version_is_exact_to_poetry() -> None:
    assert sqlalchemy("pyproject.toml", 'sqlalchemy = "2.0.4"') == Range((2, 0, 4), (2, 0, 4, 1))


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("SQLAlchemy==1.4.31 # old", Range((1, 4, 31), (1, 4, 31, 1))),
        ("sqlalchemy[asyncio]>=2.0 ; python_version >= '3.11'", Range((2,))),
        ("  sqlalchemy >=2.0", Range((2,))),
        ("sqlalchemy>=2.0 # not <3", Range((2,))),
    ],
)
def test_requirements_are_one_a_line(line: str, wanted: Range) -> None:
    assert sqlalchemy("requirements.txt", f"-r other.txt\n{line}\n# sqlalchemy==1") == wanted


@pytest.mark.parametrize("line", ["Requires-Dist: SQLAlchemy (<3,>=1.3)", "Requires-Dist: sqlalchemy<3,>=1.3"])
def test_the_metadata_of_an_installed_package_names_its_requirements(line: str) -> None:
    assert sqlalchemy("x.dist-info/METADATA", f"Name: x\n{line}") == Range((1, 3), (3,))


@pytest.mark.parametrize(
    "line",
    [
        "sqlalchemy",
        "sqlalchemy!=2.0.1",
        'sqlalchemy = "2.0 || 3.0"',
        "sqlalchemy-utils>=2.0",
        "my-sqlalchemy>=2.0",
        "# sqlalchemy>=2.0",
        "-c sqlalchemy>=2.0",
        "sqlalchemy @ git+https://host/sqlalchemy",
        'requires-python = ">=3.11"',
        "",
    ],
)
def test_a_line_that_says_nothing_of_a_library_allows_any_version(line: str) -> None:
    assert from_files([("requirements.txt", line)]) == Versions()


def test_several_requirements_are_narrowed_in_any_order() -> None:
    files = [
        ("pyproject.toml", "sqlalchemy>=1.4"),
        ("requirements.txt", "sqlalchemy<2.1"),
        ("requirements-dev.txt", "sqlalchemy>=2.0"),
    ]
    for order in permutations(files):
        assert from_files(order).of("sqlalchemy") == Range((2,), (2, 1))


@pytest.mark.parametrize("lines", ["sqlalchemy<2\nsqlalchemy>=2", "sqlalchemy==1.4\nsqlalchemy==2.0"])
def test_requirements_that_exclude_each_other_say_nothing(lines: str) -> None:
    assert from_files([("requirements.txt", lines)]) == Versions()


LOCK = """
    [[package]]
    name = "sqlalchemy"
    version = "2.1.9"
    dependencies = [{ name = "fastapi", specifier = ">=0.1" }]
"""


@pytest.mark.parametrize("path", ["uv.lock", "poetry.lock", "pdm.lock", "api/uv.lock"])
def test_a_locked_version_is_the_one_that_is_used(path: str) -> None:
    files = [(path, dedent(LOCK)), ("pyproject.toml", "sqlalchemy>=2.0,<2.1")]
    for order in permutations(files):
        assert from_files(order) == Versions({"sqlalchemy": Range((2, 1, 9), (2, 1, 9, 1))})


def test_a_lock_leaves_what_it_does_not_name_to_the_requirements() -> None:
    found = from_files([("uv.lock", dedent(LOCK)), ("pyproject.toml", "fastapi>=0.118")])
    assert found.of("fastapi") == Range((0, 118))
    assert found.of("asyncpg") == Range()


def test_a_name_is_one_with_dashes_and_underscores() -> None:
    files = [("requirements.txt", "Advanced_Alchemy>=1\nfastapi>=1")]
    assert from_files(files, ["advanced-alchemy"]) == Versions({"advanced-alchemy": Range((1,))})


# SQLAlchemy 2.


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("", True),
        ("sqlalchemy<3", True),
        ("sqlalchemy>=2", True),
        ("sqlalchemy>=2.0", True),
        ("sqlalchemy==1.4.31", False),
        ("sqlalchemy>=1.4", False),
        ("sqlalchemy>=1.4,<3", False),
        ("sqlalchemy<2", False),
        ("sqlalchemy<2.0", False),
        ("sqlalchemy<2.0.0", False),
        ("sqlalchemy<1.5", False),
        ("sqlalchemy~=1.4", False),
    ],
)
def test_sqlalchemy_is_the_second_unless_the_first_is_allowed_by_its_number(line: str, wanted: bool) -> None:
    assert from_files([("requirements.txt", line)]).is_sqlalchemy_2 is wanted


def test_any_version_is_below_the_highest() -> None:
    assert Range().high == HIGHEST
    assert Versions().of("sqlalchemy") == Range()
