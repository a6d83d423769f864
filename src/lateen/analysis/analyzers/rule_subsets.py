"""Hosts of DestinationRules must be services of the mesh, and their subsets must select workloads.

IST0174 for an unknown host, IST0173 for a subset that selects nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lateen.analysis.config import Configuration
from lateen.analysis.messages import EMPTY_SUBSET, UNKNOWN_RULE_HOST
from lateen.analysis.workloads import Workload
from lateen.api.destination_rule import DestinationRule
from lateen.api.node import Node
from lateen.api.problem import Problem
from lateen.api.service_entry import ServiceEntry
from lateen.api.topology import REGION, SUBZONE, ZONE
from lateen.api.workload_entry import WorkloadEntry
from lateen.model.pods import node_locality, parse_locality
from lateen.model.selection import selects
from lateen.model.service import Locality, Service

_HOSTNAME = "kubernetes.io/hostname"
_PLACES = frozenset({REGION, ZONE, SUBZONE, _HOSTNAME})


def analyze(config: Configuration) -> Iterator[Problem]:
    """Report hosts and subsets that stand for nothing."""
    selection = _Selection(config, {each.metadata.name: node_locality(each) for each in config.of(Node)})
    for rule in config.of(DestinationRule):
        service = config.hosts.find(rule.spec.host, rule.metadata.namespace, rule.spec.export_to)
        if service is None:
            yield UNKNOWN_RULE_HOST.at(rule.ref, "spec.host", host=rule.spec.host)
            continue
        for place, subset in enumerate(rule.spec.subsets):
            if not selection.finds(service, subset.labels):
                path = f"spec.subsets[{place}].labels" if subset.labels else f"spec.subsets[{place}]"
                yield EMPTY_SUBSET.at(rule.ref, path, subset=subset.name)


@dataclass(frozen=True, slots=True)
class _Selection:
    config: Configuration
    nodes: Mapping[str, Locality]

    def finds(self, service: Service, labels: Mapping[str, str]) -> bool:
        """Whether any endpoint of `service` has `labels`; those that say where a pod runs are the node's."""
        named = {key: value for key, value in labels.items() if key not in _PLACES}
        places = {key: value for key, value in labels.items() if key in _PLACES}
        namespace = service.namespace if service.selector else None
        workloads = self.config.workloads.selected({**service.selector, **named}, namespace)
        return any(self._is_at(workload, places) for workload in workloads) or any(
            selects(named, found) and selects(places, _place_labels(locality, ""))
            for found, locality in self._declared(service)
        )

    def _is_at(self, workload: Workload, places: Mapping[str, str]) -> bool:
        if not places:
            return True
        if workload.is_template:  # its pods may run on any node
            return not self.nodes or any(selects(places, _place_labels(at, name)) for name, at in self.nodes.items())
        node = workload.spec.node_name
        return selects(places, {**workload.labels, **_place_labels(self.nodes.get(node, Locality()), node)})

    def _declared(self, service: Service) -> Iterator[tuple[Mapping[str, str], Locality]]:
        """The endpoints that ServiceEntries for the host list or select."""
        if service.is_kubernetes:
            return
        for entry in self.config.of(ServiceEntry):
            if service.hostname not in entry.spec.hosts or entry.metadata.namespace != service.namespace:
                continue
            for endpoint in entry.spec.endpoints:
                yield endpoint.labels, parse_locality(endpoint.locality)
            if entry.spec.workload_selector is not None:
                for each in self.config.of(WorkloadEntry):
                    same = each.metadata.namespace == entry.metadata.namespace
                    if same and selects(entry.spec.workload_selector.labels, each.spec.labels):
                        yield each.spec.labels, parse_locality(each.spec.locality)


def _place_labels(locality: Locality, node: str) -> dict[str, str]:
    pairs = ((REGION, locality.region), (ZONE, locality.zone), (SUBZONE, locality.subzone), (_HOSTNAME, node))
    return {key: value for key, value in pairs if value}
