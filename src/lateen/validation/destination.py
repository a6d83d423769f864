"""Destinations, their weights and percentages. Rules: `validateDestination` and its relatives in Istio."""

from collections.abc import Sequence

from lateen.api.virtual_service import Destination, HTTPRouteDestination, Percent, PortSelector, RouteDestination
from lateen.validation.field import Field
from lateen.validation.hosts import check_destination_host
from lateen.validation.names import LABEL_HINT, check_port, is_label


def check_destination(destination: Destination | None, field: Field) -> None:
    """Report a host, subset or port that cannot be."""
    if destination is None:
        return
    check_destination_host(destination.host, field / "host")
    if destination.subset:
        check_subset_name(destination.subset, field / "subset")
    check_port_selector(destination.port, field / "port")


def check_subset_name(name: str, field: Field) -> None:
    """Report a name that no subset can have."""
    if not is_label(name):
        field.error(f'"{name[:80]}" is no subset\'s name', LABEL_HINT, "InvalidName")


def check_port_selector(port: PortSelector | None, field: Field) -> None:
    if port is not None:
        check_port(port.number, field / "number")


def check_weights(routes: Sequence[HTTPRouteDestination | RouteDestination], field: Field) -> None:
    """Report weights below zero, and several destinations of which none has weight."""
    for place, route in enumerate(routes):
        if route.weight < 0:
            field.at(place, "weight").error(f"{route.weight} is below zero", "write 0 or more")
    if len(routes) > 1 and all(route.weight == 0 for route in routes):
        field.error("no destination has a weight", 'give each one a "weight", 50 and 50 for halves')


def check_percent(percent: Percent | None, field: Field, *, least: float = 0) -> None:
    """Report a share outside of 0 to 100, or one that is below `least` but not 0."""
    if percent is None:
        return
    if not 0 <= percent.value <= 100:
        (field / "value").error(f"{percent.value:g} is no percentage", "write 0 to 100")
    elif 0 < percent.value < least:
        (field / "value").error(f"{percent.value:g} is less than proxies can count", f"write {least:g} or more, or 0")
