"""What volumes hold: the files of ConfigMaps, Secrets and the pod's own fields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lateen.api.container import Container
from lateen.api.volume import DownwardAPIVolumeFile, KeyToPath, Volume, VolumeProjection
from lateen.node.pod_fields import PodFields
from lateen.node.sources import ConfigError, Sources, values_of


@dataclass(frozen=True, slots=True)
class VolumeFile:
    """A file's content and permissions."""

    content: bytes
    mode: int


Files = dict[str, VolumeFile]
"""Files by their path in the volume."""


def volume_files(volume: Volume, fields: PodFields, sources: Sources) -> Files | None:
    """The files of a volume; None for a volume that isn't made of API objects. Raises ConfigError."""
    namespace = fields.pod.metadata.namespace
    if source := volume.config_map:
        values = values_of(sources, "configmap", namespace, source.name, optional=source.optional)
        return _chosen(values, source.items, source.default_mode, source.name, optional=source.optional)
    if secret := volume.secret:
        values = values_of(sources, "secret", namespace, secret.secret_name, optional=secret.optional)
        return _chosen(values, secret.items, secret.default_mode, secret.secret_name, optional=secret.optional)
    if volume.downward_api:
        return _fields(volume.downward_api.items, volume.downward_api.default_mode, fields)
    if volume.projected:
        files: Files = {}
        for projection in volume.projected.sources:
            files |= _projection(projection, volume.projected.default_mode, fields, sources)
        return files
    return None


def _projection(projection: VolumeProjection, mode: int, fields: PodFields, sources: Sources) -> Files:
    namespace = fields.pod.metadata.namespace
    for kind, source in (("configmap", projection.config_map), ("secret", projection.secret)):
        if source is not None:
            values = values_of(sources, kind, namespace, source.name, optional=source.optional)
            return _chosen(values, source.items, mode, source.name, optional=source.optional)
    if projection.downward_api:
        return _fields(projection.downward_api.items, mode, fields)
    return {}


def _chosen(
    values: Mapping[str, bytes] | None, items: Sequence[KeyToPath], mode: int, name: str, *, optional: bool
) -> Files:
    values = values or {}
    if not items:
        return {key: VolumeFile(value, mode) for key, value in values.items()}
    missing = [item.key for item in items if item.key not in values]
    if missing and not optional:
        raise ConfigError(f"references non-existent config key: {missing[0]} in {name}")
    return {
        _checked(item.path): VolumeFile(values[item.key], mode if item.mode is None else item.mode)
        for item in items
        if item.key in values
    }


def _fields(items: Sequence[DownwardAPIVolumeFile], mode: int, fields: PodFields) -> Files:
    files: Files = {}
    for item in items:
        if item.field_ref:
            text = fields.value(item.field_ref.field_path)
        elif item.resource_field_ref:
            text = fields.resource(item.resource_field_ref, Container(name=""))
        else:
            continue
        files[_checked(item.path)] = VolumeFile(text.encode(), mode if item.mode is None else item.mode)
    return files


def _checked(path: str) -> str:
    if path.startswith("/") or ".." in path.split("/"):
        raise ConfigError(f"path {path!r} must stay inside its volume")
    return path
