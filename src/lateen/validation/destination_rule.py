"""Rules for DestinationRule. Source: `ValidateDestinationRule` in Istio."""

from lateen.api.destination_rule import DestinationRule
from lateen.validation.destination import check_subset_name
from lateen.validation.field import Field
from lateen.validation.hosts import check_wildcard_domain
from lateen.validation.names import check_labels
from lateen.validation.traffic_policy import check_traffic_policy
from lateen.validation.visibility import check_export_to


def check_destination_rule(resource: DestinationRule, root: Field) -> None:
    """Report everything about a DestinationRule that Istio would refuse or warn of."""
    spec, field = resource.spec, root / "spec"
    check_wildcard_domain(spec.host, field / "host")
    check_traffic_policy(spec.traffic_policy, field / "trafficPolicy")
    names: set[str] = set()
    for place, subset in enumerate(spec.subsets):
        where = field.at("subsets", place)
        check_subset_name(subset.name, where / "name")
        if subset.name in names:
            (where / "name").error(f'the subset "{subset.name}" is there twice', "rename one of them", "Duplicate")
        names.add(subset.name)
        check_labels(subset.labels, where / "labels")
        check_traffic_policy(subset.traffic_policy, where / "trafficPolicy")
    check_export_to(spec.export_to, resource.metadata.namespace, field / "exportTo")
    if spec.workload_selector is not None:
        check_labels(spec.workload_selector.match_labels, field.at("workloadSelector", "matchLabels"))
        if set(spec.export_to) - {".", resource.metadata.namespace}:
            message = "a rule for some workloads holds in its own namespace only"
            (field / "exportTo").error(message, 'write ["."], or remove the workloadSelector', "Conflict")
