"""Fields that are accepted but mean nothing yet: each is a warning, never silence."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from lateen.api.field_path import Step, parse_path
from lateen.api.meta import JsonObject
from lateen.validation.field import Field


class NoEffect(NamedTuple):
    """A field of a kind, `[*]` standing for every entry of a list or map, and what its author should know."""

    kind: str
    path: str
    reason: str


_NOT_YET: Final = "accepted, but has no effect in this version"
_POLICIES: Final = ("spec.trafficPolicy", "spec.subsets[*].trafficPolicy")
_PORT_POLICIES: Final = tuple(f"{policy}.portLevelSettings[*]" for policy in _POLICIES)


def _below(kind: str, parents: tuple[str, ...], *fields: str) -> tuple[NoEffect, ...]:
    return tuple(NoEffect(kind, f"{parent}.{field}", _NOT_YET) for parent in parents for field in fields)


NO_EFFECTS: Final[tuple[NoEffect, ...]] = (
    NoEffect("VirtualService", "spec.tls", "routing by TLS server name has no effect in this version"),
    NoEffect(
        "VirtualService", "spec.http[*].delegate", "delegates have no effect in this version: the route is left out"
    ),
    NoEffect("VirtualService", "spec.tcp[*].match[*].sourceSubnet", "Istio ignores this field too: remove it"),
    *_below("DestinationRule", (*_POLICIES, *_PORT_POLICIES), "tls"),
    *_below("DestinationRule", _POLICIES, "tunnel", "proxyProtocol", "retryBudget"),
    *_below(
        "DestinationRule",
        (*(f"{policy}.loadBalancer" for policy in (*_POLICIES, *_PORT_POLICIES)),),
        "localityLbSetting",
        "zoneAwareLbSetting",
        "warmup",
        "warmupDurationSecs",
        "backendUtilization",
    ),
    *_below("DestinationRule", ("spec",), "workloadSelector"),
    *_below("Gateway", ("spec.servers[*]",), "tls", "defaultEndpoint"),
    *_below("ServiceEntry", ("spec",), "workloadSelector", "subjectAltNames"),
    NoEffect("Sidecar", "spec", "Sidecar resources have no effect in this version: every proxy sees every service"),
    NoEffect(
        "WorkloadEntry",
        "spec",
        "WorkloadEntry resources have no effect in this version: use a ServiceEntry's endpoints",
    ),
    NoEffect("WorkloadGroup", "spec", "WorkloadGroup resources have no effect in this version"),
)


def check_effects(kind_id: str, body: JsonObject, root: Field) -> None:
    """Warn of every field that is set without effect."""
    for entry in NO_EFFECTS:
        if entry.kind == kind_id:
            for steps in _matches(body, parse_path(entry.path), ()):
                root.at(*steps).warn(entry.reason, code="NoEffect")


def _matches(value: Any, pattern: tuple[Step, ...], path: tuple[Step, ...]) -> Iterator[tuple[Step, ...]]:  # JSON
    if not pattern:
        if value not in (None, [], {}, ""):
            yield path
        return
    step, rest = pattern[0], pattern[1:]
    if step == "*":
        entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for key, each in entries:
            yield from _matches(each, rest, (*path, key))
    elif isinstance(value, dict) and step in value:
        yield from _matches(value[step], rest, (*path, step))
