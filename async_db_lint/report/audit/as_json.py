"""An audit as JSON: every answer with its evidence, and everything that the project is made of."""

from __future__ import annotations

import dataclasses
import json
from datetime import date
from typing import Any

from async_db_lint import __version__
from async_db_lint.audit.audit import Audit
from async_db_lint.audit.checklist import Answer
from async_db_lint.audit.comparison import AuditComparison, fingerprint
from async_db_lint.audit.consequences import Consequences
from async_db_lint.quiet.baseline import Keys
from async_db_lint.report.as_json import as_data
from async_db_lint.report.formats import Shown
from async_db_lint.rule.finding import Finding, Location


def render(audit: Audit, shown: Shown) -> str:
    """The audit as JSON text; `shown` turns a path from the root into a printed one."""
    key = audit.key
    data = {
        "project": audit.name,
        "commit": audit.commit,
        "date": date.today().isoformat(),
        "version": __version__,
        "files": audit.files,
        "connections": {
            **dataclasses.asdict(audit.connections),
            "engines": dict(audit.connections.engines),
            "in_a_process": audit.connections.in_a_process,
            "everywhere": audit.connections.everywhere,
        },
        "consequences": [_consequences(item, shown) for item in audit.consequences],
        "items": [_answer(item, shown) for item in audit.answers],
        "findings": [_fingerprinted(item, key, shown) for item in audit.findings],
        "comparison": None if audit.comparison is None else _comparison(audit.comparison, shown),
        "others": [as_data(item, shown) for item in audit.others],
        "suppressed": [as_data(item, shown) for item in audit.suppressed],
        "inventory": _plain(audit.inventory, shown),
    }
    return json.dumps(data, indent=1)


def _fingerprinted(finding: Finding, key: Keys, shown: Shown) -> dict[str, Any]:
    """What another audit is compared by."""
    place = {"path": shown(finding.location.path), "line": finding.location.line}
    name = fingerprint(finding, key)
    return {"fingerprint": name, "code": finding.code, **place, "message": finding.message}


def _comparison(item: AuditComparison, shown: Shown) -> dict[str, Any]:
    return {
        "date": item.date,
        "commit": item.commit,
        "new": [as_data(finding, shown) for finding in item.new],
        "gone": list(item.gone),
        "unchanged": item.unchanged,
        "items": [dataclasses.asdict(changed) for changed in item.items],
    }


def _consequences(item: Consequences, shown: Shown) -> dict[str, Any]:
    return {
        "consequence": item.consequence.value,
        "places": item.places,
        "advice": item.advice,
        "entries": [
            {
                "code": entry.finding.code,
                "severity": entry.finding.severity.label,
                "message": entry.finding.message,
                "places": _plain(entry.places, shown),
            }
            for entry in item.entries
        ],
    }


def _answer(answer: Answer, shown: Shown) -> dict[str, Any]:
    return {
        "key": answer.item.key,
        "title": answer.item.title,
        "guide": answer.item.guide,
        "outcome": answer.outcome.value,
        "reason": answer.reason,
        "facts": [
            {"standing": fact.standing.value, "text": fact.text, "places": _plain(fact.places, shown)}
            for fact in answer.facts
        ],
        "findings": [as_data(item, shown) for item in answer.findings],
    }


def _plain(value: object, shown: Shown) -> Any:
    """Dataclasses as objects, tuples as arrays; the pairs of options and versions as objects."""
    if isinstance(value, Location):
        return {**dataclasses.asdict(value), "path": shown(value.path)}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {item.name: _plain(getattr(value, item.name), shown) for item in dataclasses.fields(value)}
    if isinstance(value, tuple):
        if value and all(isinstance(item, tuple) and len(item) == 2 for item in value):
            return dict(value)
        return [_plain(item, shown) for item in value]
    return value
