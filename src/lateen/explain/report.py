"""Failed cases for people: what was expected, what is, and why."""

from collections.abc import Iterator

from lateen.explain.check import Checked


def failure_lines(checked: Checked) -> list[str]:
    """A failed case in lines: its place and call, a diff for each key, and the rule that decided."""
    place = f"{checked.origin}: " if checked.origin.file else ""
    return [f"{place}{checked.name}", f"  {checked.call}", *_diffs(checked)]


def _diffs(checked: Checked) -> Iterator[str]:
    for each in checked.differences:
        yield f"  {each.key}"
        expected, actual = each.expected.splitlines() or [""], each.actual.splitlines() or [""]
        yield from (f"    - {line}" for line in expected if line not in actual)
        yield from (f"    + {line}" for line in actual if line not in expected)
        yield from (f"      {line}" for line in expected if line in actual)
    if checked.because:
        yield f"  because {checked.because}"
