"""Rules for Pod. Source: Kubernetes' `ValidatePodSpec`."""

from lateen.api.pod import Pod, PodSpec
from lateen.validation.container import check_container
from lateen.validation.field import Field
from lateen.validation.names import LABEL_HINT, SUBDOMAIN_HINT, is_dns_label, is_dns_subdomain, is_ip
from lateen.validation.volume import check_volumes


def check_pod(resource: Pod, root: Field) -> None:
    check_pod_spec(resource.spec, root / "spec")


def check_pod_spec(spec: PodSpec, field: Field) -> None:
    """Report everything about what a pod runs that Kubernetes would refuse."""
    if not spec.containers:
        (field / "containers").error("is empty", "add at least one container", "MissingField")
    volumes = check_volumes(spec.volumes, field / "volumes")
    names: set[str] = set()
    for key, containers in (("initContainers", spec.init_containers), ("containers", spec.containers)):
        for place, container in enumerate(containers):
            where = field.at(key, place)
            check_container(container, volumes, where)
            if container.name in names:
                message = f'the container "{container.name}" is there twice'
                (where / "name").error(message, "rename one of them", "Duplicate")
            names.add(container.name)
    if spec.termination_grace_period_seconds < 0:
        (field / "terminationGracePeriodSeconds").error("is below zero", "write 0 or more")
    _check_names(spec, field)
    if spec.dns_policy == "None" and not (spec.dns_config and spec.dns_config.nameservers):
        hint = "add dnsConfig.nameservers, or write ClusterFirst"
        (field / "dnsPolicy").error("None means that dnsConfig names the servers", hint, "MissingField")
    for place, alias in enumerate(spec.host_aliases):
        if not is_ip(alias.ip):
            field.at("hostAliases", place, "ip").error(f'"{alias.ip}" is no address', "write an IP address")


def _check_names(spec: PodSpec, field: Field) -> None:
    for key, label in (("hostname", spec.hostname), ("subdomain", spec.subdomain)):
        if label and not is_dns_label(label):
            (field / key).error(f'"{label[:80]}" is no host\'s name', LABEL_HINT, "InvalidName")
    for key, name in (("serviceAccountName", spec.service_account_name), ("nodeName", spec.node_name)):
        if name and not is_dns_subdomain(name):
            (field / key).error(f'"{name[:80]}" is no name', SUBDOMAIN_HINT, "InvalidName")
    old = spec.service_account
    if old and spec.service_account_name and old != spec.service_account_name:
        hint = "keep serviceAccountName"
        (field / "serviceAccount").error("serviceAccount and serviceAccountName differ", hint, "Conflict")
