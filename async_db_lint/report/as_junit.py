"""JUnit's XML: a test case that failed for each finding, in a suite for each file."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from xml.etree import ElementTree

from async_db_lint.report.formats import Shown
from async_db_lint.report.remedy import remedy
from async_db_lint.report.terminal import escaped
from async_db_lint.rule.finding import Finding


def render(findings: Sequence[Finding], shown: Shown) -> str:
    """The findings as an XML document; one passed case when there are none."""
    count = str(len(findings))
    suites = ElementTree.Element("testsuites", name="async-db-lint", tests=count, failures=count)
    for path, group in groupby(findings, key=lambda item: item.location.path):
        _suite(suites, escaped(shown(path)), list(group))
    if not findings:
        suite = ElementTree.SubElement(suites, "testsuite", name="async-db-lint", tests="1", failures="0")
        ElementTree.SubElement(suite, "testcase", name="nothing found", classname="async-db-lint")
    ElementTree.indent(suites)
    return ElementTree.tostring(suites, encoding="unicode", xml_declaration=True)


def _suite(suites: ElementTree.Element, path: str, findings: Sequence[Finding]) -> None:
    count = str(len(findings))
    suite = ElementTree.SubElement(suites, "testsuite", name=path, tests=count, failures=count)
    for finding in findings:
        place = finding.location
        title = f"{finding.code} {finding.name}"
        case = ElementTree.SubElement(suite, "testcase", name=title, classname=path, file=path, line=str(place.line))
        failure = ElementTree.SubElement(case, "failure", type=finding.severity.label, message=escaped(finding.message))
        failure.text = f"{path}:{place.line}:{place.column}: {title}: {escaped(finding.message)}"
        if remedy(finding.code):
            failure.text += f"\nhelp: {remedy(finding.code)}"
