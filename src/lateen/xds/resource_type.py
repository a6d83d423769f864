"""The resource types that a stream carries, and how Istio's tools abbreviate them."""

from typing import Final

from lateen.translate.names import CLUSTER_TYPE, ENDPOINT_TYPE, LISTENER_TYPE, ROUTE_TYPE, SECRET_TYPE

TYPES: Final = (CLUSTER_TYPE, ENDPOINT_TYPE, SECRET_TYPE, LISTENER_TYPE, ROUTE_TYPE)
"""What a proxy's configuration consists of, in the order in which it is safe to add it."""

WILDCARD_TYPES: Final = frozenset({CLUSTER_TYPE, LISTENER_TYPE})
"""Types of which a first request without names asks for everything (xDS protocol, "wildcard subscriptions")."""

ABBREVIATIONS: Final = {
    CLUSTER_TYPE: "CDS",
    ENDPOINT_TYPE: "EDS",
    LISTENER_TYPE: "LDS",
    ROUTE_TYPE: "RDS",
    SECRET_TYPE: "SDS",
}


def abbreviation(type_url: str) -> str:
    """`CDS`, `EDS`, `LDS`, `RDS`, `SDS`, or the last word of a type URL that has none."""
    return ABBREVIATIONS.get(type_url) or type_url.rpartition(".")[2]
