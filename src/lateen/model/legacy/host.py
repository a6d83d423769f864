"""The services that legacy resources mean, and their versions."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from lateen.api.istio_service import IstioService

DEFAULT_NAMESPACE: Final = "default"
NAME_LIMIT: Final = 63
_LOSSLESS: Final = re.compile(r"[=.,]")
_LOSSY: Final = re.compile(r"[^a-z0-9-]+")


@dataclass(frozen=True, slots=True)
class Host:
    """A service by its whole name. `namespace` is where its rules belong, `short` its name there."""

    full: str
    namespace: str
    short: str

    def seen_from(self, namespace: str) -> str:
        """The shortest name by which a resource of `namespace` means it."""
        same = (namespace or DEFAULT_NAMESPACE) == (self.namespace or DEFAULT_NAMESPACE)
        return self.short if same else self.full


def host_of(service: IstioService, namespace: str, cluster_domain: str) -> Host:
    """The service that a resource of `namespace` ("": not said) means. Rule: `ResolveHostname` in Istio 0.5."""
    suffix = f".svc.{cluster_domain}"
    if service.service:
        name, _, owner = service.service.removesuffix(suffix).partition(".")
        inside = service.service.endswith(suffix) and owner and "." not in owner and name != "*"
        if not inside:
            return Host(service.service, namespace, service.service)
        return Host(service.service, owner, name)
    owner = service.namespace or namespace
    full = f"{service.name}.{owner or DEFAULT_NAMESPACE}.svc.{service.domain or cluster_domain}"
    return Host(full, owner, full if service.domain not in ("", cluster_domain) else service.name)


def resource_name(host: str) -> str:
    """A name for the resource about a host; wildcards can't stand in it."""
    return host.replace("*", "any").lower()


def subset_name(labels: Mapping[str, str]) -> str:
    """`version-v2` for `version: v2`: every version has its name, the same in every rule; "" without labels."""
    pairs = ",".join(f"{key}={value}" for key, value in sorted(labels.items()))
    return as_label(_LOSSLESS.sub("-", pairs), pairs)


def as_label(name: str, whole: str) -> str:
    """The name as it is if it is a DNS label, else as much of it as can be, with a digest of `whole`."""
    if not _LOSSY.search(name) and len(name) <= NAME_LIMIT and name.strip("-") == name:
        return name
    digest = hashlib.sha256(whole.encode()).hexdigest()[:8]
    return f"{_LOSSY.sub('-', name.lower())[: NAME_LIMIT - 9].strip('-')}-{digest}"
