"""What `lateen traffic` prints."""

from collections import Counter
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from statistics import quantiles

from lateen.cli.agreement import Comparison
from lateen.cli.expectation import resource_title
from lateen.cli.grouping import Grouping
from lateen.cli.measuring import Measurement
from lateen.cli.sending import Answer, Sending
from lateen.cli.table import format_table

IN_THE_MESH = "hint: names of services are known in the mesh only; add --from deploy/NAME"
UNKNOWN_NAME = "name or service not known"


def report(measured: Measurement, sending: Sending, origin: str) -> Iterator[str]:
    """The lines: what was answered, the groups, and whether they are as the rules ask."""
    yield f"{len(measured.answers)} requests to {sending.url} from {origin}"
    yield f"answers: {_answers(measured.answers)}"
    if origin == "this machine" and any(answer.error.lower().startswith(UNKNOWN_NAME) for answer in measured.answers):
        yield IN_THE_MESH
    if measured.comparison.rows:
        yield ""
        yield table(measured.comparison, sending.grouping)
    yield ""
    yield from (f"note: {note}" for note in measured.notes)
    yield verdict(measured, sending.grouping)


def _answers(answers: Sequence[Answer]) -> str:
    words = Counter(_status(answer.status) if answer.status else f"none ({answer.error})" for answer in answers)
    shown = ", ".join(f"{count} × {word}" for word, count in words.most_common())
    times = sorted(answer.milliseconds for answer in answers if answer.status)
    if not times:
        return shown
    cuts = quantiles(times, n=100) if len(times) > 1 else times * 99
    return f"{shown}; half of them within {cuts[49]:.1f} ms, 99% within {cuts[98]:.1f} ms"


def _status(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def table(comparison: Comparison, grouping: Grouping) -> str:
    """A row a group."""
    rows = [
        [
            row.group,
            str(row.count),
            f"{100 * row.count / comparison.total:.1f}%" if comparison.total else "-",
            "-" if row.expected is None else f"{100 * row.expected:.4g}%",
            "" if row.agrees else "<- more than chance",
        ]
        for row in comparison.rows
    ]
    return format_table([grouping.title, "COUNT", "SHARE", "ASKED FOR", ""], rows)


def verdict(measured: Measurement, grouping: Grouping) -> str:
    """Whether counts and rules agree, and which rule that is."""
    if measured.expectation is None:
        more = "" if grouping.in_answers else "; --by header:NAME or --by regex:PATTERN groups what the answers say"
        return f"not compared: {measured.doubt}{more}"
    if measured.doubt:
        return f"not compared: {measured.doubt}"
    rule = resource_title(measured.expectation.config) or "the mesh's defaults: no rule speaks of these requests"
    if measured.comparison.agrees:
        return f"agrees with {rule}"
    return f"DISAGREES with {rule}: chance alone makes such a difference once in 10,000 times"
