"""Where clients and endpoints are, in the words that rules compare."""

from collections.abc import Iterable, Mapping

import msgspec

from lateen.api.topology import NETWORK, REGION, SUBZONE, ZONE
from lateen.model.selection import picked
from lateen.model.service import Endpoint, Locality
from lateen.model.workload import Proxy


class Place(msgspec.Struct, frozen=True):
    """Where a client is, as far as it matters to rules: `labels` holds only those that some rule compares, sorted."""

    locality: Locality = Locality()
    labels: tuple[tuple[str, str], ...] = ()


def client_place(proxy: Proxy, keys: Iterable[str]) -> Place:
    """The place of a proxy whose labels `keys` some rule compares."""
    labels = _with_topology(proxy.labels, proxy.locality, proxy.network)
    return Place(proxy.locality, picked(labels, keys))


def endpoint_labels(endpoint: Endpoint) -> Mapping[str, str]:
    """An endpoint's own labels and those that say where it is."""
    return _with_topology(endpoint.labels, endpoint.locality, endpoint.network)


def _with_topology(labels: Mapping[str, str], locality: Locality, network: str) -> Mapping[str, str]:
    """Istio's `AugmentLabels`."""
    topology = {REGION: locality.region, ZONE: locality.zone, SUBZONE: locality.subzone, NETWORK: network}
    return {**labels, **{key: value for key, value in topology.items() if value}}
