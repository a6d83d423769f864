"""Rules for volumes. Source: Kubernetes' `validateVolumes`."""

from collections.abc import Sequence
from typing import Final

from lateen.api.volume import KeyToPath, Volume
from lateen.validation.field import Field
from lateen.validation.names import LABEL_HINT, is_dns_label
from lateen.validation.one_of import check_one_of

_SOURCES: Final = tuple(name for name in Volume.__struct_fields__ if name != "name")
_PROJECTED: Final = (
    *("config_map", "secret", "downward_api", "service_account_token", "cluster_trust_bundle", "pod_certificate"),
)


def check_volumes(volumes: Sequence[Volume], field: Field) -> set[str]:
    """Report volumes that cannot be; returns their names."""
    names: set[str] = set()
    for place, volume in enumerate(volumes):
        where = field / place
        if not is_dns_label(volume.name):
            (where / "name").error(f'"{volume.name[:80]}" is no volume\'s name', LABEL_HINT, "InvalidName")
        if volume.name in names:
            (where / "name").error(f'the volume "{volume.name}" is there twice', "rename one of them", "Duplicate")
        names.add(volume.name)
        check_one_of(volume, _SOURCES, where)
        _check_source(volume, where)
    return names


def _check_source(volume: Volume, field: Field) -> None:
    if volume.config_map:
        if not volume.config_map.name:
            field.at("configMap", "name").error("is required", "name the ConfigMap", "MissingField")
        _check_items(volume.config_map.items, field.at("configMap", "items"))
    if volume.secret:
        if not volume.secret.secret_name:
            field.at("secret", "secretName").error("is required", "name the Secret", "MissingField")
        _check_items(volume.secret.items, field.at("secret", "items"))
    if volume.host_path and not volume.host_path.path.startswith("/"):
        field.at("hostPath", "path").error("is not absolute", "start it with /")
    if volume.projected:
        for place, source in enumerate(volume.projected.sources):
            check_one_of(source, _PROJECTED, field.at("projected", "sources", place), required=True)
    for place, item in enumerate(volume.downward_api.items if volume.downward_api else ()):
        check_one_of(item, ("field_ref", "resource_field_ref"), field.at("downwardAPI", "items", place), required=True)
        _check_path(item.path, field.at("downwardAPI", "items", place, "path"))


def _check_items(items: Sequence[KeyToPath], field: Field) -> None:
    for place, item in enumerate(items):
        _check_path(item.path, field.at(place, "path"))


def _check_path(path: str, field: Field) -> None:
    if not path or path.startswith("/") or ".." in path.split("/"):
        field.error(f'"{path[:80]}" leads out of the volume', "write a relative path without ..")
