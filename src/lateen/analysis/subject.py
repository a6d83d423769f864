"""How findings name what they are about."""

from collections.abc import Mapping

from lateen.api.meta import Resource


def full_name(resource: Resource) -> str:
    """`namespace/name`; the name alone for kinds without namespaces."""
    meta = resource.metadata
    return f"{meta.namespace}/{meta.name}" if meta.namespace else meta.name


def gateway_name(written: str, namespace: str) -> str:
    """The Gateway that a rule of `namespace` names, as `namespace/name`."""
    return written if "/" in written else f"{namespace}/{written}"


def selector_text(labels: Mapping[str, str]) -> str:
    """A selector as kubectl writes it: `app=reviews,version=v1`."""
    return ",".join(f"{key}={value}" for key, value in sorted(labels.items()))
