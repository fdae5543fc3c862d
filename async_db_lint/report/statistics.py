"""Counts, and where the time went."""

from __future__ import annotations

from collections import Counter

from async_db_lint.run.lint import Report


def statistics(report: Report, with_times: bool) -> str:
    """A few lines about a run; with the processor time of each stage and rule when asked."""
    lines = [f"{report.files} files to check; {report.parsed} relevant ones parsed, {report.lines} lines"]
    if report.unconfirmed:
        lines.append(
            f"{report.unconfirmed} findings are in code that LibCST could not read: reported as the index has it"
        )
    if not with_times:
        return "\n".join(lines)
    counts = Counter((finding.code, finding.name) for finding in report.findings)
    lines += [f"{count:6}  {code} {name}" for (code, name), count in sorted(counts.items())]
    lines += [f"{seconds * 1000:8.1f} ms  {stage}" for stage, seconds in report.seconds.items() if seconds >= 0.0005]
    return "\n".join(lines)
