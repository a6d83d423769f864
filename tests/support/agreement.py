"""What a client gets from Envoy, compared with what the simulator says about its call."""

import json
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lateen.ir.names import BLACK_HOLE_CLUSTER
from lateen.simulation.outcome import Kind, Outcome, Target

REQUESTS = 250
DEVIATIONS = 4.5
"""So far from its mean chance leads once in a hundred thousand times."""

FEW = 5
"""Enough of the same request where all must go the same way."""

CLOSED = "closed"
CLOCKS_DIFFER = 0.015
"""Seconds: Envoy counts a delay from the beginning of its loop's turn, in which it may have served others first."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a client got, and when; `echo` is the request as the server saw it. Bytes have no `status`."""

    status: int
    headers: Mapping[str, str]
    body: str
    seconds: float = 0.0

    @property
    def echo(self) -> dict[str, Any]:
        """Any: JSON."""
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def place(self) -> str:
        """The cluster that answered; else what the proxy did: a status, or the end of the connection."""
        if self.status == 200 and self.body.startswith('{"cluster"'):
            return str(self.echo["cluster"])
        return f"status {self.status}" if self.status else self.body or CLOSED


def disagreements(ask: Callable[[], Answer], outcome: Outcome) -> list[str]:
    """How Envoy's behaviour differs from the simulator's outcome. Where chance decides, it is asked often."""
    expected = _places(outcome)
    split = sum(share > 0 for share in expected.values()) > 1 or any(share < 1 for _, share in outcome.mirrors)
    answers = [ask() for _ in range(FEW if outcome.sticky else REQUESTS if split else 1)]
    found = list(dict.fromkeys(text for answer in answers for text in _differences(answer, outcome)))
    places = Counter(answer.place for answer in answers)
    return [*found, *_share_differences(expected, places, by_chance=not outcome.sticky)]


def is_share(count: int, total: int, share: float) -> bool:
    """Whether so many of all are what chance makes of the share."""
    return abs(count / total - share) <= DEVIATIONS * math.sqrt(share * (1 - share) / total)


def unlikely(counts: Mapping[str, int], shares: Mapping[str, float]) -> dict[str, int]:
    """The counts that are not what chance makes of the shares, those of strangers among them."""
    total = sum(counts.values())
    found = {name: counts.get(name, 0) for name in counts.keys() | shares.keys()}
    return {name: count for name, count in found.items() if not is_share(count, total, shares.get(name, 0.0))}


def _places(outcome: Outcome) -> dict[str, float]:
    """Which share of the calls ends where, by the names of `Answer.place`."""
    match outcome.kind:
        case Kind.FORWARDED:
            if outcome.sticky and outcome.sticky.cluster:
                return {outcome.sticky.cluster: 1.0}
            aborted = outcome.faults.abort_share if outcome.faults else 0.0
            places: dict[str, float] = {}
            for target in outcome.targets:
                place = _place(target)
                places[place] = places.get(place, 0.0) + target.share * (1 - aborted)
            if outcome.faults and aborted:
                places[f"status {outcome.faults.abort_status}"] = aborted
            return places
        case Kind.REFUSED | Kind.TLS_ERROR:
            return {f"status {outcome.status}" if outcome.status else CLOSED: 1.0}
    return {f"status {outcome.status}": 1.0}


def _place(target: Target) -> str:
    if target.cluster != BLACK_HOLE_CLUSTER:
        return target.cluster
    return "status 503" if target.host else CLOSED


def _share_differences(expected: Mapping[str, float], got: Counter[str], *, by_chance: bool) -> Iterator[str]:
    for place in expected.keys() | got.keys():
        simulated, actual = expected.get(place, 0.0), got[place] / got.total()
        right = is_share(got[place], got.total(), simulated) if by_chance else simulated or not actual
        if not right:
            yield f"{place}: simulated share {simulated}, Envoy {actual}"


def _differences(answer: Answer, outcome: Outcome) -> Iterator[str]:
    delay = outcome.faults.delay_ms / 1000 if outcome.faults and outcome.faults.delay_share == 1 else 0.0
    if answer.seconds and answer.seconds < delay - CLOCKS_DIFFER:
        yield f"simulated a delay of {delay} s, Envoy answered earlier"
    if outcome.kind is Kind.REDIRECTED and outcome.location != answer.headers.get("location"):
        yield f"simulated {outcome.location}, Envoy {answer.headers.get('location')}"
    if outcome.kind is Kind.ANSWERED:
        yield from _answer_differences(answer, outcome)
    for target in outcome.targets:
        if target.host and target.cluster == answer.place:
            yield from _forward_differences(answer, target)


def _answer_differences(answer: Answer, outcome: Outcome) -> Iterator[str]:
    if outcome.body != answer.body:
        yield f"simulated {outcome.body!r}, Envoy {answer.body!r}"
    yield from _header_differences("answer's header", outcome.answer_headers, answer.headers)


def _forward_differences(answer: Answer, target: Target) -> Iterator[str]:
    seen = answer.echo["headers"]
    if (answer.echo["path"], seen["host"]) != (target.path, target.host):
        yield f"simulated {target.host}{target.path}, Envoy {seen['host']}{answer.echo['path']}"
    yield from _header_differences("header", target.headers, seen)
    yield from _header_differences("response header", target.response_headers, answer.headers)


def _header_differences(what: str, simulated: Mapping[str, str], actual: Mapping[str, str]) -> Iterator[str]:
    for name, value in simulated.items():
        if actual.get(name) != value:
            yield f"{what} {name}: simulated {value!r}, Envoy {actual.get(name)!r}"
