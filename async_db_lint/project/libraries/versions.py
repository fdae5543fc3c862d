"""Which versions of SQLAlchemy, FastAPI and asyncpg a project allows, from its own files."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

Version = tuple[int, ...]
REQUIREMENT = re.compile(r"^\s*[\"']?(?P<name>[A-Za-z][\w.-]*)\s*(?:\[[^\]]*\])?\s*(?P<spec>[^;#\"']*)", re.ASCII)
LOCKED = re.compile(r'^name = "([^"]+)"\s*\nversion = "(\d{1,9}(?:\.\d{1,9})*+)(?!\d)', re.MULTILINE)
CLAUSE = re.compile(r"(?P<operator>[<>=!~^]=?=?)\s*v?(?P<version>\d{1,9}(?:\.\d{1,9})*+)(?!\d)(?P<any>\.\*)?")
QUOTED = re.compile(r"""["']([^"']+)["']""")
IN_LINE = re.compile(r"=\s*\[\s*[\"']")  # a list that begins in the line of its name
HIGHEST: Version = (9999,)


@dataclass(frozen=True, slots=True)
class Range:
    """Versions from `low`, included, to `high`, excluded."""

    low: Version = ()
    high: Version = HIGHEST

    def within(self, low: str, high: str = "9999") -> bool:
        """Whether every version of the range lies between two."""
        return self.low >= parsed(low) and self.high <= parsed(high)

    def outside(self, low: str, high: str = "9999") -> bool:
        """Whether no version of the range lies between two."""
        return self.low >= parsed(high) or self.high <= parsed(low)

    def __str__(self) -> str:
        if self == Range():
            return "any version"
        if self == exactly(self.low):
            return spelled(self.low)
        low = f">={spelled(self.low)}" if self.low else ""
        high = f"<{spelled(self.high)}" if self.high != HIGHEST else ""
        return ",".join(part for part in (low, high) if part)

    def narrowed(self, other: Range) -> Range:
        """The versions in both ranges."""
        return Range(max(self.low, other.low), min(self.high, other.high))


@dataclass(frozen=True, slots=True)
class Versions:
    """The range of each library; any version where the project's files say nothing."""

    ranges: dict[str, Range] = field(default_factory=dict)

    def of(self, name: str) -> Range:
        """The versions of a library that the project allows."""
        return self.ranges.get(name, Range())

    @property
    def ends_dependencies_first(self) -> bool:
        """Whether FastAPI certainly ends a dependency before the response is sent, as 0.106 to 0.117 do."""
        return self.of("fastapi").within("0.106", "0.118")

    @property
    def raises_swallowed_errors(self) -> bool:
        """Whether FastAPI certainly raises again what a dependency has caught, as it did before 0.110."""
        return self.of("fastapi").outside("0.110")

    @property
    def is_sqlalchemy_2(self) -> bool:
        """Whether SQLAlchemy 1.4 is excluded: by the project's files, or because they name no version at all."""
        found = self.of("sqlalchemy")
        return found.low >= (2,) or (found.low == () and found.high > (2,))


def spelled(version: Version) -> str:
    """Numbers as a version, of two at least."""
    return ".".join(str(part) for part in (*version, *(0,) * (2 - len(version))))


def parsed(text: str) -> Version:
    """A version as numbers, without zeros at its end: 0.118.0 is 0.118."""
    return _shortened(_numbers(text))


def exactly(version: Version) -> Range:
    """The range of one version."""
    return Range(version, _just_after(version))


def range_of(specifier: str) -> Range:
    """The range that a requirement's specifier allows."""
    found = Range()
    for clause in CLAUSE.finditer(specifier):
        found = found.narrowed(_clause(clause["operator"], _numbers(clause["version"]), bool(clause["any"])))
    return found


def _clause(operator: str, numbers: Version, is_prefix: bool) -> Range:
    """The range of one clause: those of PEP 440, and Poetry's caret and tilde."""
    version = _shortened(numbers)
    match operator:
        case "==" | "===":
            return Range(version, _after(numbers)) if is_prefix else exactly(version)
        case ">=":
            return Range(low=version)
        case ">":
            return Range(low=_just_after(version))
        case "<":
            return Range(high=version)
        case "<=":
            return Range(high=_just_after(version))
        case "~=":
            return Range(version, _after(numbers[:-1]))
        case "^":
            return Range(version, _after(_to_first_above_zero(numbers)))
        case "~":
            return Range(version, _after(numbers[:2]))
    return Range()


def _numbers(text: str) -> Version:
    return tuple(int(part) for part in text.split("."))


def _shortened(version: Version) -> Version:
    while version and not version[-1]:
        version = version[:-1]
    return version


def _after(version: Version) -> Version:
    return (*version[:-1], version[-1] + 1) if version else HIGHEST


def _just_after(version: Version) -> Version:
    """What lies between a version and its next patch."""
    return (*version, *(0,) * (3 - len(version)), 1)


def _to_first_above_zero(numbers: Version) -> Version:
    """The part of a version that a caret keeps: 2 of 2.0.4, but 0.115 of 0.115.2."""
    return next((numbers[: at + 1] for at, part in enumerate(numbers) if part), numbers)


def from_files(
    files: Iterable[tuple[str, str]], names: Iterable[str] = ("sqlalchemy", "fastapi", "asyncpg")
) -> Versions:
    """The versions that a project's files allow.

    Takes the files' names and texts: `pyproject.toml`, requirements, or a lock. A locked version is
    the one that is used; else the requirement that is the most exact counts.
    """
    wanted = set(names)
    locked: dict[str, Range] = {}
    required: dict[str, Range] = {}
    for path, text in files:
        rows = _locked(text) if path.endswith(".lock") else _required(text)
        into = locked if path.endswith(".lock") else required
        for name, found in rows:
            key = name.lower().replace("_", "-")
            if key in wanted and found != Range():
                into[key] = into.get(key, Range()).narrowed(found)
    return Versions({name: rng for name, rng in {**required, **locked}.items() if rng.low < rng.high})


def _locked(text: str) -> Iterable[tuple[str, Range]]:
    for name, version in LOCKED.findall(text):
        yield name, exactly(parsed(version))


def _required(text: str) -> Iterable[tuple[str, Range]]:
    """Requirements, one a line, in the forms of requirements.txt, PEP 621 and Poetry."""
    for line in text.splitlines():
        line = line.removeprefix("Requires-Dist: ").replace("(", "").replace(")", "")  # of an installed package
        for item in QUOTED.findall(line) if IN_LINE.search(line) or line.count('"') > 2 else [line.strip().strip(",")]:
            found = REQUIREMENT.match(item)
            if found and CLAUSE.search(found["spec"]):
                yield found["name"], range_of(found["spec"])
        poetry = re.match(r'^\s*"?([\w.-]+)"?\s*=\s*(?:\{.*?version\s*=\s*)?"([^"]*)"', line)
        if poetry and CLAUSE.search(poetry[2]):
            yield poetry[1], range_of(poetry[2])
        elif poetry and re.fullmatch(r"\d+(\.\d+)*", poetry[2]):
            yield poetry[1], range_of(f"=={poetry[2]}")
