"""One JSON object a line: what can be read before it has ended."""

from __future__ import annotations

import json
from collections.abc import Sequence

from async_db_lint.report.as_json import as_data
from async_db_lint.report.formats import Shown
from async_db_lint.rule.finding import Finding


def render(findings: Sequence[Finding], shown: Shown) -> str:
    """The findings as lines of JSON."""
    return "\n".join(json.dumps(as_data(item, shown)) for item in findings)
