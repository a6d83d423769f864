"""Which of the user's resources a piece of configuration comes from, also where those were converted first."""

from lateen.api.meta import Resource
from lateen.ir.origin import ConfigOrigin
from lateen.model.legacy.outcome import sources_of

GROUP = "networking.istio.io"
VERSION = "v1"


def config_origins(resource: Resource, kind: str) -> tuple[ConfigOrigin, ...]:
    """The resource, of Istio's `kind`, itself, or the legacy resources that it was converted from."""
    found = sources_of(resource)
    if found:
        return tuple(_legacy(version, ref.kind, ref.namespace, ref.name) for version, ref in found)
    meta = resource.metadata
    return (ConfigOrigin(group=GROUP, version=VERSION, kind=kind, namespace=meta.namespace, name=meta.name),)


def _legacy(api_version: str, kind: str, namespace: str, name: str) -> ConfigOrigin:
    group, _, version = api_version.rpartition("/")
    return ConfigOrigin(group=group, version=version, kind=kind, namespace=namespace, name=name)
