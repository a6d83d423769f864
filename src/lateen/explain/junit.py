"""Outcomes of cases in the form that build servers read (JUnit XML)."""

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from lateen.explain.check import Checked
from lateen.explain.report import failure_lines


def junit_xml(suites: Sequence[tuple[str, Sequence[Checked]]], seconds: float) -> str:
    """One suite for each file of cases; `seconds` is what all of them took."""
    every = [each for _, checked in suites for each in checked]
    failed = sum(not each.passed for each in every)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites name="lateen test" tests="{len(every)}" failures="{failed}" errors="0" time="{seconds:.3f}">',
    ]
    for name, checked in suites:
        failures = sum(not each.passed for each in checked)
        skipped = sum(bool(each.skipped) for each in checked)
        counts = f'tests="{len(checked)}" failures="{failures}" errors="0" skipped="{skipped}"'
        lines.append(f"  <testsuite name={quoteattr(name)} {counts}>")
        lines += [line for each in checked for line in _case(name, each)]
        lines.append("  </testsuite>")
    return "\n".join([*lines, "</testsuites>"]) + "\n"


def _case(suite: str, checked: Checked) -> list[str]:
    where = f"classname={quoteattr(suite)} name={quoteattr(f'{checked.name}: {checked.call}')}"
    place = f'file={quoteattr(checked.origin.file)} line="{checked.origin.line}"'
    if checked.skipped:
        return [
            f"    <testcase {where} {place}>",
            f"      <skipped message={quoteattr(checked.skipped)}/>",
            "    </testcase>",
        ]
    if checked.passed:
        return [f"    <testcase {where} {place}/>"]
    text = escape("\n".join(failure_lines(checked)))
    keys = ", ".join(dict.fromkeys(each.key for each in checked.differences))
    return [
        f"    <testcase {where} {place}>",
        f"      <failure message={quoteattr(f'{keys} not as expected')}>{text}</failure>",
        "    </testcase>",
    ]
