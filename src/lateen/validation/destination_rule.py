"""Rules for DestinationRule. Source: `ValidateDestinationRule` in Istio."""

from typing import Final

from lateen.api.destination_rule import DestinationRule, PortTrafficPolicy, TrafficPolicy
from lateen.validation.destination import check_subset_name
from lateen.validation.field import Field
from lateen.validation.hosts import check_wildcard_domain
from lateen.validation.names import check_labels, check_selector
from lateen.validation.traffic_policy import check_traffic_policy
from lateen.validation.visibility import check_export_to

_CONFIG_MAP: Final = "configmap://"


def check_destination_rule(resource: DestinationRule, root: Field) -> None:
    """Report everything about a DestinationRule that Istio would refuse or warn of."""
    spec, field = resource.spec, root / "spec"
    check_wildcard_domain(spec.host, field / "host")
    check_traffic_policy(spec.traffic_policy, field / "trafficPolicy")
    _check_config_maps(spec.traffic_policy, resource.metadata.namespace, field / "trafficPolicy")
    names: set[str] = set()
    for place, subset in enumerate(spec.subsets):
        where = field.at("subsets", place)
        check_subset_name(subset.name, where / "name")
        if subset.name in names:
            (where / "name").error(f'the subset "{subset.name}" is there twice', "rename one of them", "Duplicate")
        names.add(subset.name)
        check_labels(subset.labels, where / "labels")
        check_traffic_policy(subset.traffic_policy, where / "trafficPolicy")
        _check_config_maps(subset.traffic_policy, resource.metadata.namespace, where / "trafficPolicy")
    check_export_to(spec.export_to, resource.metadata.namespace, field / "exportTo")
    if spec.workload_selector is not None:
        check_selector(spec.workload_selector.match_labels, field / "workloadSelector", "matchLabels")
        if set(spec.export_to) - {".", resource.metadata.namespace}:
            message = "a rule for some workloads holds in its own namespace only"
            (field / "exportTo").error(message, 'write ["."], or remove the workloadSelector', "Conflict")


def _check_config_maps(policy: TrafficPolicy | None, namespace: str, field: Field) -> None:
    if policy is None:
        return
    places: list[tuple[Field, TrafficPolicy | PortTrafficPolicy]] = [(field, policy)]
    places += [(field.at("portLevelSettings", place), each) for place, each in enumerate(policy.port_level_settings)]
    for where, each in places:
        credential = each.tls.credential_name if each.tls else ""
        owner, _, name = credential.removeprefix(_CONFIG_MAP).partition("/")
        if credential.startswith(_CONFIG_MAP) and not (name and owner == namespace):
            message = f'"{credential[:80]}" is no ConfigMap of this namespace'
            where.at("tls", "credentialName").error(message, f"write {_CONFIG_MAP}{namespace}/name", "InvalidName")
