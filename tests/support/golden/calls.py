"""`calls.yaml`: requests, and what is to become of them.

    - call: {to: "reviews:9080", path: /reviews/1, headers: {end-user: jason}}
      expect: {targets: {v2: 1.0}, path: /reviews/1}

`to` is a service of the case (or an address) and a port; `via: direct` connects to the proxy itself (gateways),
`via: inbound` is a call from elsewhere to the proxy's own workload. Targets may be written as whole cluster names or
as subsets.
"""

from typing import Any

import msgspec
import yaml
from tests.support.golden.case import Case

from lateen.ir.names import parse_subset_key
from lateen.simulation.call import Call
from lateen.simulation.outcome import Outcome
from lateen.simulation.simulate import simulate
from lateen.translate.resources import Resources

CALLS = "calls.yaml"


def wrong_calls(case: Case, resources: Resources) -> list[str]:
    """What differs from the case's expectations."""
    return [text for entry in _entries(case) for text in _differences(case, resources, entry)]


def calls_in(case: Case) -> list[Call]:
    """The calls alone, whatever is expected of them."""
    return [call_of(case, entry["call"]) for entry in _entries(case)]


def _entries(case: Case) -> list[dict[str, Any]]:
    """Any: what the author of the case wrote."""
    file = case.folder / CALLS
    return yaml.safe_load(file.read_text()) if file.exists() else []


def _differences(case: Case, resources: Resources, entry: dict[str, Any]) -> list[str]:
    """Any: what the author of the case wrote."""
    outcome = simulate(resources, call_of(case, entry["call"]))
    actual = _comparable(outcome, entry["expect"])
    wrong = {name: (expected, actual[name]) for name, expected in entry["expect"].items() if actual[name] != expected}
    return [
        f"{entry['call']}: {name}: expected {expected!r}, got {got!r}; {' > '.join(outcome.trail)}"
        for name, (expected, got) in wrong.items()
    ]


def call_of(case: Case, words: dict[str, Any]) -> Call:
    """Any: what the author of the case wrote."""
    values = dict(words)
    name, _, port = values.pop("to").rpartition(":")
    values["entry"] = values.pop("via", "outbound")
    values.setdefault("host", f"{name}:{port}")
    return msgspec.convert({"address": case.address_of(name), "port": int(port), **values}, Call)


def _comparable(outcome: Outcome, expected: dict[str, Any]) -> dict[str, Any]:
    """The outcome in the words of the expectation."""
    values: dict[str, Any] = msgspec.to_builtins(outcome)
    first = outcome.targets[0] if outcome.targets else None
    short = set(expected.get("targets", {}))
    values["targets"] = {_named(target.cluster, short): target.share for target in outcome.targets}
    values["mirrors"] = {_named(cluster, set(expected.get("mirrors", {}))): share for cluster, share in outcome.mirrors}
    values |= {"host": first.host, "path": first.path} if first else {"host": "", "path": ""}
    values["endpoints"] = list(first.endpoints) if first else []
    for name, attribute in (("headers", "headers"), ("response_headers", "response_headers")):
        present = getattr(first, attribute) if first else {}
        values[name] = {key: present.get(key) for key in expected.get(name, {})}
    return values


def _named(cluster: str, short: set[str]) -> str:
    """A cluster's name, or its subset or service where the expectation uses that."""
    key = parse_subset_key(cluster)
    if cluster in short or key is None:
        return cluster
    return next((word for word in (key.subset, key.hostname, key.hostname.split(".")[0]) if word in short), cluster)
