"""Known findings: a file that suppresses them, so that old code can adopt the linter.

A finding is known by its rule, its file, the text of its line and of the lines around it; never by its message, whose
wording may change, nor by its number. Where the lines around have changed, the line alone tells. Baselines of 0.1.0
know messages: they are understood, and written anew as the rest when what they know is checked again.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import blake2b
from pathlib import Path

from async_db_lint.read import disk
from async_db_lint.read.source import Source
from async_db_lint.rule.finding import Finding
from async_db_lint.settings.keys import ConfigError

VERSION = 2
VERSIONS = (1, VERSION)  # that can be read


@dataclass(frozen=True, slots=True, order=True)
class Known:
    """What findings have in common that are taken for the same.

    `line` is the text of the line without what only lays it out, and `around` tells its neighbours from others. Of a
    baseline of 0.1.0 there is the `message` instead.
    """

    path: str
    code: str
    line: str = ""
    around: str = ""
    message: str = ""


Keys = Callable[[Finding], Known]


def known_by(sources: Callable[[str], Source]) -> Keys:
    """What says by what a finding is known, from what gives a file by its path."""

    def of(finding: Finding) -> Known:
        lines, number = sources(finding.location.path).lines, finding.location.line
        around = f"{_first_text(reversed(lines[: number - 1]))}\n{_first_text(lines[number:])}"
        digest = blake2b(around.encode(errors="replace"), digest_size=4).hexdigest()
        return Known(finding.location.path, finding.code, _first_text(lines[number - 1 : number]), digest)

    return of


def _first_text(lines: Iterable[str]) -> str:
    """The first line that is not empty, without what only lays it out."""
    return next((text for text in (" ".join(line.split()) for line in lines) if text), "")


@dataclass(frozen=True, slots=True)
class Matched:
    """The findings that a baseline does not know, and how often it knows what was not found."""

    new: tuple[Finding, ...]
    left: Counter[Known]

    def fixed(self, paths: Collection[str], codes: Collection[str]) -> tuple[Known, ...]:
        """What is known and was not found any more, in the files and of the rules that were checked."""
        return tuple(
            sorted(item for item, count in self.left.items() if count > 0 and item.path in paths and item.code in codes)
        )


@dataclass(frozen=True, slots=True)
class Baseline:
    """How often each finding is known."""

    counts: tuple[tuple[Known, int], ...] = ()

    def matched(self, findings: Iterable[Finding], of: Keys) -> Matched:
        """Each finding is known by all of its key, else by its line alone, else by its message; each entry once.

        Of several alike, the last are new.
        """
        left = Counter(dict(self.counts))
        alike: dict[Known, list[Known]] = {}
        for item in left:
            alike.setdefault(replace(item, around=""), []).append(item)
        new = _unmatched(findings, left, lambda finding: [of(finding)])
        new = _unmatched(new, left, lambda finding: alike.get(replace(of(finding), around=""), []))
        new = _unmatched(new, left, lambda item: [Known(item.location.path, item.code, message=item.message)])
        return Matched(tuple(new), left)

    def renewed(
        self, findings: Iterable[Finding], of: Keys, paths: Collection[str], codes: Collection[str]
    ) -> Baseline:
        """The baseline for what was found; what was not checked stays in it."""
        kept = {item: count for item, count in self.counts if item.path not in paths or item.code not in codes}
        found = Counter(of(finding) for finding in findings)
        # Of a file that was not asked for, only what names a place in one that was has been seen.
        seen = {item: max(count, kept.get(item, 0)) for item, count in found.items()}
        return Baseline(tuple(sorted({**kept, **seen}.items())))

    def to_json(self) -> str:
        """As text, one finding a line, so that a change of the file can be read."""
        body = ",\n".join(f"  {json.dumps(_row(item, count))}" for item, count in self.counts)
        return f'{{"version": {VERSION}, "findings": [\n{body}\n]}}\n'


def _unmatched(
    findings: Iterable[Finding], left: Counter[Known], entries: Callable[[Finding], Sequence[Known]]
) -> list[Finding]:
    """The findings for which no entry is left of those that may know them; what knows one is taken away."""
    found: list[Finding] = []
    for finding in findings:
        entry = next((item for item in entries(finding) if left[item] > 0), None)
        if entry is None:
            found.append(finding)
        else:
            left[entry] -= 1
    return found


def load(path: Path) -> Baseline:
    """A baseline from its file. Raises ConfigError when there is none, or it cannot be read."""
    if not disk.exists(path):
        raise ConfigError(f"there is no baseline {path}: --write-baseline writes one")
    text = disk.read(path)
    if text is None:
        raise ConfigError(f"the baseline {path} cannot be read: it cannot be opened as a file")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise ConfigError(f"{path} is not a baseline: --write-baseline writes a new one") from None
    if not isinstance(data, dict) or data.get("version") not in VERSIONS or not isinstance(data.get("findings"), list):
        raise ConfigError(f"{path} is not a baseline of this version: --write-baseline writes a new one")
    rows = [_entry(item) for item in data["findings"]]
    if None in rows:
        raise ConfigError(f"{path} is not a baseline: --write-baseline writes a new one")
    return Baseline(tuple(sorted(row for row in rows if row is not None)))


def _row(item: Known, count: int) -> dict[str, object]:
    """An entry as the file has it."""
    left_out = ("line", "around") if item.message else ("message",)
    return {name: value for name, value in asdict(item).items() if name not in left_out} | {"count": count}


def _entry(item: object) -> tuple[Known, int] | None:
    """One entry of the file; None when it is none."""
    match item:
        case {"path": str(path), "code": str(code), "line": str(line), "around": str(around), "count": int(count)}:
            return (Known(path, code, line, around), count) if count > 0 else None
        case {"path": str(path), "code": str(code), "message": str(message), "count": int(count)}:
            return (Known(path, code, message=message), count) if count > 0 and message else None
    return None
