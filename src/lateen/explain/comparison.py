"""Expectations compared with an explanation: what differs, key by key."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import msgspec

from lateen.api.duration import parse_duration
from lateen.api.meta import JsonObject
from lateen.explain.case import Expectation
from lateen.explain.result import EndpointView, Explanation
from lateen.explain.times import percent
from lateen.ir.names import parse_subset_key
from lateen.simulation.endpoints import place_text


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One key that is not as expected; both sides as text, in as many lines as they need."""

    key: str
    expected: str
    actual: str


def differences(expectation: Expectation, explanation: Explanation) -> list[Difference]:
    """Everything that is not as expected."""
    actual: JsonObject = msgspec.json.decode(msgspec.json.encode(explanation))
    found = [
        difference
        for key, expected in expectation.expect.items()
        for difference in _compare(key, expected, actual[key], expectation.tolerance)
    ]
    return [*found, *_reach(expectation, explanation)]


def _compare(key: str, expected: Any, actual: Any, tolerance: float) -> Iterator[Difference]:  # Any: JSON
    special = _SPECIAL.get(key.rpartition(".")[2])
    if special is not None and isinstance(expected, (dict, list)) and isinstance(actual, list):
        yield from special(key, expected, actual, tolerance)
    elif isinstance(expected, dict) and isinstance(actual, dict):
        for name, value in expected.items():
            yield from _compare(f"{key}.{name}", value, actual.get(name), tolerance)
    elif not _equal(expected, actual, tolerance):
        yield Difference(key=key, expected=_text(expected), actual=_text(actual))


def _equal(expected: Any, actual: Any, tolerance: float) -> bool:  # Any: JSON
    if expected == actual:
        return True
    if isinstance(expected, bool) or isinstance(actual, bool):
        return False
    if isinstance(expected, (int, float)) and isinstance(actual, (int, float)):
        return abs(expected - actual) <= tolerance
    if isinstance(expected, str) and isinstance(actual, str):
        return _same_time(expected, actual)
    if isinstance(expected, list) and isinstance(actual, list):
        pairs = zip(expected, actual, strict=False)
        return len(expected) == len(actual) and not any(_any_difference(one, other, tolerance) for one, other in pairs)
    return False


def _any_difference(expected: Any, actual: Any, tolerance: float) -> bool:  # Any: JSON
    return next(_compare("", expected, actual, tolerance), None) is not None


def _same_time(expected: str, actual: str) -> bool:
    try:
        return parse_duration(expected) == parse_duration(actual)
    except ValueError:
        return False


def _text(value: Any) -> str:  # Any: JSON
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_text(each)}" for key, each in value.items())
    if isinstance(value, list):
        return "\n".join(_text(each) for each in value)
    if value is None or isinstance(value, bool):
        return msgspec.json.encode(value).decode()
    return str(value)


def _shares(key: str, expected: Any, actual: list[JsonObject], tolerance: float) -> Iterator[Difference]:
    """Clusters and mirrors: the places with their shares, all of them. Any: JSON.

    Expected are names, or a map from names to shares, or the list as it is in JSON.
    """
    wanted = dict(_wanted_shares(expected))
    got: dict[str, float] = {}
    for each in actual:
        name = _name_among(_cluster_words(_name(each)), wanted)
        got[name] = got.get(name, 0.0) + float(each["share"])
    got = {name: round(share, 6) for name, share in got.items() if share}
    same = wanted.keys() == got.keys() and all(
        share is None or abs(share - got[name]) <= tolerance for name, share in wanted.items()
    )
    if not same:
        yield Difference(key=key, expected=_share_lines(wanted), actual=_share_lines(got))


def _wanted_shares(expected: Any) -> Iterator[tuple[str, float | None]]:  # Any: JSON
    if isinstance(expected, dict):
        yield from ((str(name), float(share)) for name, share in expected.items() if share)
        return
    for each in expected:
        if isinstance(each, dict):
            share = each.get("share")
            yield _name(each), None if share is None else float(share)
        else:
            yield str(each), None


def _name(entry: Mapping[str, Any]) -> str:  # Any: JSON
    return str(entry.get("name") or entry.get("cluster") or "")


def _share_lines(shares: Mapping[str, float | None]) -> str:
    lines = [f"{'' if share is None else percent(share)} {name}".strip() for name, share in sorted(shares.items())]
    return "\n".join(lines) or "none"


def _endpoints(key: str, expected: Any, actual: list[JsonObject], tolerance: float) -> Iterator[Difference]:
    """Endpoints: their addresses, `address:port`, pods or workloads, all of them; or parts of their JSON. Any: JSON."""
    if expected and isinstance(expected[0], dict):
        if not _equal(expected, actual, tolerance):
            yield Difference(key=key, expected=_text(expected), actual=_text(actual))
        return
    wanted = {str(each) for each in expected}
    got = {_name_among(_endpoint_words(each), wanted) for each in actual}
    if wanted != got:
        yield Difference(key=key, expected="\n".join(sorted(wanted)), actual="\n".join(sorted(got)) or "none")


def _steps(key: str, expected: Any, actual: list[JsonObject], tolerance: float) -> Iterator[Difference]:
    """Steps: texts that must be found in the story, in that order. Any: JSON."""
    texts = iter([str(each["text"]) for each in actual])
    for each in expected:
        if not any(str(each) in text for text in texts):
            yield Difference(key=key, expected=str(each), actual="\n".join(str(step["text"]) for step in actual))
            return


def _name_among(words: Iterable[str], wanted: Iterable[str]) -> str:
    """The one of a thing's names that the expectation uses, else the first."""
    names = list(words)
    known = set(wanted)
    return next((name for name in names if name in known), names[0])


def _cluster_words(name: str) -> list[str]:
    """A cluster's name, subset, service, and the short forms of this."""
    key = parse_subset_key(name)
    if key is None:
        return [name]
    labels = key.hostname.split(".")
    return [word for word in (name, key.subset, key.hostname, labels[0], ".".join(labels[:2])) if word]


def _endpoint_words(endpoint: Mapping[str, Any]) -> list[str]:  # Any: JSON
    place = place_text(endpoint["address"], endpoint["port"])
    return [str(word) for word in (place, endpoint["address"], endpoint["pod"], endpoint["workload"]) if word]


def _title(endpoint: EndpointView) -> str:
    return endpoint.workload or endpoint.pod or place_text(endpoint.address, endpoint.port)


def _reach(expectation: Expectation, explanation: Explanation) -> Iterator[Difference]:
    if not expectation.reaches and not expectation.never_reaches:
        return
    reached = list(_reached(explanation))
    names = "\n".join(dict.fromkeys(title for title, _ in reached)) or "nothing"
    strangers = any(not words & set(expectation.reaches) for _, words in reached)
    if expectation.reaches and (strangers or not reached):
        yield Difference(key="reaches", expected=" or ".join(expectation.reaches), actual=names)
    for word in expectation.never_reaches:
        if any(word in words for _, words in reached):
            yield Difference(key="never_reaches", expected=f"not {word}", actual=names)


def shares_of(explanation: Explanation) -> dict[str, float]:
    """The share of each cluster in requests like this one, which all go one way where a hash decides and is known."""
    certain = explanation.sticky.cluster if explanation.sticky else None
    shares = {each.name: each.share for each in explanation.clusters}
    return shares if certain is None else {name: float(name == certain) for name in shares}


def _reached(explanation: Explanation) -> Iterator[tuple[str, set[str]]]:
    """Every place that some requests reach, and all its names: endpoints, and clusters that nobody knows any of."""
    clusters = [name for name, share in shares_of(explanation).items() if share > 0]
    for cluster in clusters or [""]:  # callers without a proxy have no clusters
        own = _cluster_words(cluster)
        endpoints = [each for each in explanation.endpoints if each.cluster == cluster and each.healthy]
        for each in endpoints:
            yield _title(each), {*own, *_endpoint_words(msgspec.to_builtins(each)), each.version or ""}
        if cluster and not endpoints:
            yield cluster, set(own)


_SPECIAL: Mapping[str, Callable[[str, Any, list[JsonObject], float], Iterator[Difference]]] = {
    "clusters": _shares,
    "mirrors": _shares,
    "endpoints": _endpoints,
    "steps": _steps,
}
