"""Fields of a pod as texts: Kubernetes' downward API."""

import json
import math
import os
import re
from dataclasses import dataclass

from lateen.api.container import Container, ResourceFieldSelector
from lateen.api.pod import Pod
from lateen.node.quantity import parse_quantity
from lateen.node.sources import ConfigError

_SUBSCRIPT = re.compile(r"metadata\.(labels|annotations)\['([^']*)'\]")


@dataclass(frozen=True, slots=True)
class PodFields:
    """A pod with what its node adds."""

    pod: Pod
    pod_ip: str
    host_ip: str

    def value(self, path: str) -> str:
        """The field at `path`, `metadata.labels['app']` for one. Raises ConfigError for a field that isn't offered."""
        meta, spec = self.pod.metadata, self.pod.spec
        if match := _SUBSCRIPT.fullmatch(path):
            source = meta.labels if match[1] == "labels" else meta.annotations
            return source.get(match[2], "")
        known = {
            "metadata.name": meta.name,
            "metadata.namespace": meta.namespace,
            "metadata.uid": meta.uid,
            "metadata.labels": _lines(meta.labels),
            "metadata.annotations": _lines(meta.annotations),
            "spec.nodeName": spec.node_name,
            "spec.serviceAccountName": spec.service_account_name or spec.service_account or "default",
            "status.podIP": self.pod_ip,
            "status.podIPs": self.pod_ip,
            "status.hostIP": self.host_ip,
            "status.hostIPs": self.host_ip,
        }
        if path not in known:
            raise ConfigError(f"field path {path} is not one that pods offer")
        return known[path]

    def resource(self, selector: ResourceFieldSelector, container: Container) -> str:
        """A request or limit, `limits.memory` for one, in units of the divisor, rounded up."""
        if selector.container_name:
            every = (*self.pod.spec.init_containers, *self.pod.spec.containers)
            container = next((c for c in every if c.name == selector.container_name), container)
        section, _, name = selector.resource.partition(".")
        amounts = container.resources.limits if section == "limits" else container.resources.requests
        try:
            amount = parse_quantity(amounts[name]) if name in amounts else _available(name)
            return str(math.ceil(amount / (parse_quantity(selector.divisor) or 1)))
        except ValueError as error:
            raise ConfigError(str(error)) from None


def _available(name: str) -> int:
    """What the machine has: without a limit, that is the limit."""
    if name == "cpu":
        return os.cpu_count() or 1
    if name == "memory":
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return 0


def _lines(values: dict[str, str]) -> str:
    return "\n".join(f"{key}={json.dumps(value)}" for key, value in sorted(values.items()))
