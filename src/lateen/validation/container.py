"""Rules for containers. Source: Kubernetes' `validateContainers`."""

from collections.abc import Collection
from typing import Final

from lateen.api.container import Container, EnvVar, EnvVarSource, ResourceRequirements
from lateen.validation.field import Field
from lateen.validation.names import LABEL_HINT, check_port, is_dns_label, is_env_name
from lateen.validation.one_of import check_one_of
from lateen.validation.ports import PORT_NAME_HINT, is_port_name
from lateen.validation.probe import check_lifecycle, check_probe
from lateen.validation.quantity import check_quantity

_SOURCES: Final = ("field_ref", "resource_field_ref", "config_map_key_ref", "secret_key_ref", "file_key_ref")
_FIELDS: Final = frozenset(
    ("metadata.name", "metadata.namespace", "metadata.uid", "metadata.labels", "metadata.annotations", "spec.nodeName")
) | {"spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"}


def check_container(container: Container, volumes: Collection[str], field: Field) -> None:
    """Report everything about a container of a pod with `volumes` that Kubernetes would refuse."""
    if not is_dns_label(container.name):
        (field / "name").error(f'"{container.name[:80]}" is no container\'s name', LABEL_HINT, "InvalidName")
    if not container.image.strip():
        (field / "image").error("is required", "name the image", "MissingField")
    _check_ports(container, field / "ports")
    for place, variable in enumerate(container.env):
        _check_variable(variable, field.at("env", place))
    for place, source in enumerate(container.env_from):
        check_one_of(source, ("config_map_ref", "secret_ref"), field.at("envFrom", place), required=True)
    _check_mounts(container, volumes, field / "volumeMounts")
    _check_resources(container.resources, field / "resources")
    check_probe(container.liveness_probe, field / "livenessProbe")
    check_probe(container.readiness_probe, field / "readinessProbe", readiness=True)
    check_probe(container.startup_probe, field / "startupProbe")
    check_lifecycle(container.lifecycle, field / "lifecycle")


def _check_ports(container: Container, field: Field) -> None:
    names: set[str] = set()
    for place, port in enumerate(container.ports):
        where = field / place
        check_port(port.container_port, where / "containerPort")
        if port.host_port:
            check_port(port.host_port, where / "hostPort")
        if port.name and not is_port_name(port.name):
            (where / "name").error(f'"{port.name[:80]}" is no port name', PORT_NAME_HINT, "InvalidPort")
        if port.name and port.name in names:
            (where / "name").error(f'the name "{port.name}" is there twice', "rename one of them", "Duplicate")
        names.add(port.name)


def _check_variable(variable: EnvVar, field: Field) -> None:
    if not is_env_name(variable.name):
        (field / "name").error(
            f'"{variable.name[:80]}" is no variable\'s name', "use letters, digits and _", "InvalidName"
        )
    if variable.value_from is None:
        return
    if variable.value:
        (field / "valueFrom").error("value and valueFrom are both set", "keep one of them", "Conflict")
    check_one_of(variable.value_from, _SOURCES, field / "valueFrom", required=True)
    check_field_ref(variable.value_from, field / "valueFrom")


def check_field_ref(source: EnvVarSource, field: Field) -> None:
    """Report a field of the pod that cannot be read."""
    if source.field_ref is None:
        return
    path = source.field_ref.field_path
    if path.partition("[")[0] not in _FIELDS:
        hint = f"write one of {', '.join(sorted(_FIELDS))}, or metadata.labels['key']"
        field.at("fieldRef", "fieldPath").error(f'"{path[:80]}" cannot be read', hint)


def _check_mounts(container: Container, volumes: Collection[str], field: Field) -> None:
    paths: set[str] = set()
    for place, mount in enumerate(container.volume_mounts):
        where = field / place
        if mount.name not in volumes:
            known = f"the pod has {', '.join(sorted(volumes))}" if volumes else 'add it to "volumes"'
            (where / "name").error(f'the pod has no volume "{mount.name[:80]}"', known, "UnknownReference")
        if not mount.mount_path:
            (where / "mountPath").error("is empty", "write the folder where the volume appears", "MissingField")
        elif mount.mount_path in paths:
            message = f"{mount.mount_path[:80]} is there twice"
            (where / "mountPath").error(message, "mount each volume elsewhere", "Duplicate")
        paths.add(mount.mount_path)
        if mount.sub_path.startswith("/") or ".." in mount.sub_path.split("/"):
            (where / "subPath").error("leads out of the volume", "write a relative path without ..")


def _check_resources(resources: ResourceRequirements, field: Field) -> None:
    for name, amounts in (("requests", resources.requests), ("limits", resources.limits)):
        for key, amount in amounts.items():
            check_quantity(amount, field.at(name, key))
