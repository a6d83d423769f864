"""An explanation for people."""

import textwrap
from collections.abc import Iterator, Sequence

from lateen.explain.result import ClusterShare, Explanation, LookedAt, Step, Unused, Verdict
from lateen.explain.times import percent
from lateen.ir.names import BLACK_HOLE_CLUSTER
from lateen.simulation.endpoints import place_text

WIDTH = 116
TOPIC_WIDTH = 14
SHOWN = 4
"""Places in a line."""

_HEADLINES = {
    Verdict.NOT_FOUND: "It is answered 404: no rule and no service takes it",
    Verdict.BLOCKED: "It is refused: the host is unknown, and the mesh lets nothing through to such",
    Verdict.DENIED: "It is refused: a policy forbids it",
    Verdict.NO_LISTENER: "It is refused: nothing takes the connection",
    Verdict.TLS_ERROR: "The connection fails: the two sides don't agree about TLS",
}


def text_of(explanation: Explanation) -> str:
    """The whole answer as lines of text, the outcome first and the reasons after it."""
    here = "At the called workload" if explanation.call.inbound else "At the caller"
    lines = [*_question(explanation), "", *_outcome(explanation), "", *_story(here, explanation.steps)]
    callee = explanation.callee
    if callee is not None:
        title = f"At the other end, {callee.pod or callee.workload}"
        lines += ["", *(_story(title, callee.steps) if callee.proxy else [f"{title}: no proxy, no rules"])]
    if explanation.looked_at is None and explanation.verdict is Verdict.NOT_FOUND:
        lines += ["", "Add --all to see what each rule asks for."]
    if explanation.looked_at is not None:
        lines += ["", *_looked_at(explanation.looked_at)]
    if explanation.unused is not None:
        lines += ["", *_unused(explanation.unused)]
    return "\n".join(lines)


def _question(explanation: Explanation) -> Iterator[str]:
    call, caller = explanation.call, explanation.caller
    yield f"{call.method} {call.url}".strip()
    yield from (f"  {name}: {value}" for name, value in call.headers.items())
    kind = {"none": "without a proxy", "gateway": "a gateway"}.get(caller.proxy, "with a sidecar")
    direction = "arriving, sent by" if call.inbound else "by"
    where = f" in namespace {caller.namespace}" if caller.namespace else ""
    yield f"  {direction} {caller.name}{where}, {kind}"


def _outcome(explanation: Explanation) -> Iterator[str]:
    verdict, status = explanation.verdict, explanation.status
    match verdict:
        case Verdict.FORWARD:
            yield f"It is forwarded, but answered {status}: nothing serves it" if status else "It is forwarded"
            yield from _targets(explanation)
        case Verdict.PASSTHROUGH:
            places = [place_text(each.address, each.port) for each in explanation.endpoints or (explanation.call,)]
            yield f"It is passed on as it is, to {'one of ' if len(places) > 1 else ''}{_shown(places)}"
        case Verdict.BLACK_HOLE:
            yield f"It goes nowhere: {status or 'the connection is closed'}"
        case Verdict.REDIRECT:
            yield f"It is answered {status}: go to {explanation.location}"
        case Verdict.DIRECT_RESPONSE:
            yield f"It is answered by the proxy itself: {status}{f' {explanation.body!r}' if explanation.body else ''}"
        case _:
            yield _HEADLINES[verdict]


def _targets(explanation: Explanation) -> Iterator[str]:
    for cluster in explanation.clusters:
        endpoints = [each for each in explanation.endpoints if each.cluster == cluster.name and each.healthy]
        shown = _shown(list(dict.fromkeys(each.workload or place_text(each.address, each.port) for each in endpoints)))
        yield f"  {percent(cluster.share):>6}  {_target(cluster, explanation)}{f'  ->  {shown}' if shown else ''}"


def _shown(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more


def _target(cluster: ClusterShare, explanation: Explanation) -> str:
    if cluster.name == BLACK_HOLE_CLUSTER:
        return "nowhere: answered 503" if explanation.request else "nowhere: closed"
    if cluster.service is None:
        return cluster.name
    subset = f" subset {cluster.subset}" if cluster.subset else ""
    return f"{cluster.service}:{cluster.port}{subset}"


def _story(title: str, steps: Sequence[Step]) -> Iterator[str]:
    yield title
    for each in steps:
        place = f"  [{each.file}:{each.line}]" if each.file else ""
        yield from _wrapped(each.topic, f"{each.text}{place}")


def _wrapped(topic: str, text: str) -> list[str]:
    return _lines(text, f"  {topic:<{TOPIC_WIDTH}}", " " * (2 + TOPIC_WIDTH))


def _lines(text: str, first: str, others: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=others, break_long_words=False, break_on_hyphens=False
    )


def _looked_at(entries: Sequence[LookedAt]) -> Iterator[str]:
    yield "Rules that were looked at" if entries else "No rule was looked at"
    for each in entries:
        name = f" ({each.name})" if each.name else ""
        place = f"  [{each.file}:{each.line}]" if each.file else ""
        part = "" if each.part == "http" else f"{each.part} "
        yield f"  VirtualService {each.virtual_service}, {part}rule {each.rule}{name}{place}"
        words = "takes it" if each.taken else "; or ".join(each.reasons)
        yield from _lines(words, "      ", "      ")


def _unused(entries: Sequence[Unused]) -> Iterator[str]:
    yield "Without a part in this" if entries else "Every resource has a part in this"
    for each in entries:
        place = f"  [{each.file}:{each.line}]" if each.file else ""
        yield from _lines(f"{each.kind} {each.name}: {each.reason}{place}", "  ", "      ")
