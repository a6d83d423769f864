"""The destinations of a VirtualService, with their places in it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lateen.api.virtual_service import Destination, HTTPRouteDestination, RouteDestination, VirtualService


@dataclass(frozen=True, slots=True)
class RuleTarget:
    """One destination; `path` is its field path, `protocol` the list it is in: tcp, tls or http."""

    path: str
    protocol: str
    destination: Destination
    is_mirror: bool = False

    @property
    def host(self) -> str:
        """The host as written."""
        return self.destination.host

    @property
    def subset(self) -> str:
        """The subset, "" without one."""
        return self.destination.subset

    @property
    def port(self) -> int:
        """The port number, 0 without one."""
        return self.destination.port.number if self.destination.port else 0


def destinations_of(rule: VirtualService) -> Iterator[RuleTarget]:
    """Every destination: of routes, then of mirrors."""
    spec = rule.spec
    lists: tuple[tuple[str, Sequence[Sequence[RouteDestination | HTTPRouteDestination]]], ...] = (
        ("tcp", [route.route for route in spec.tcp]),
        ("tls", [route.route for route in spec.tls]),
        ("http", [route.route for route in spec.http]),
    )
    for protocol, routes in lists:
        for place, targets in enumerate(routes):
            for each, target in enumerate(targets):
                path = f"spec.{protocol}[{place}].route[{each}].destination"
                yield RuleTarget(path, protocol, target.destination)
    for place, http in enumerate(spec.http):
        if http.mirror is not None:
            yield RuleTarget(f"spec.http[{place}].mirror", "http", http.mirror, is_mirror=True)
        for each, policy in enumerate(http.mirrors):
            path = f"spec.http[{place}].mirrors[{each}].destination"
            yield RuleTarget(path, "http", policy.destination, is_mirror=True)
