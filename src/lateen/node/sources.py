"""What containers take from the API besides their pod: ConfigMaps and Secrets."""

import base64
from collections.abc import Mapping
from typing import Protocol

from lateen.api.config_map import ConfigMap
from lateen.api.secret import Secret


class ConfigError(Exception):
    """A container can't be configured as its pod says, for now; the text is kubelet's."""


class Sources(Protocol):
    """Looks up what exists now."""

    def config_map(self, namespace: str, name: str) -> ConfigMap | None: ...
    def secret(self, namespace: str, name: str) -> Secret | None: ...


class FixedSources:
    """Sources that don't change, for tests."""

    def __init__(self, *resources: ConfigMap | Secret) -> None:
        self._found = {(type(r), r.metadata.namespace, r.metadata.name): r for r in resources}

    def config_map(self, namespace: str, name: str) -> ConfigMap | None:
        """The ConfigMap, if there is one."""
        found = self._found.get((ConfigMap, namespace, name))
        return found if isinstance(found, ConfigMap) else None

    def secret(self, namespace: str, name: str) -> Secret | None:
        """The Secret, if there is one."""
        found = self._found.get((Secret, namespace, name))
        return found if isinstance(found, Secret) else None


def config_map_values(source: ConfigMap) -> dict[str, bytes]:
    """A ConfigMap's keys and values."""
    binary = {key: base64.b64decode(value) for key, value in source.binary_data.items()}
    return binary | {key: value.encode() for key, value in source.data.items()}


def secret_values(source: Secret) -> dict[str, bytes]:
    """A Secret's keys and values."""
    binary = {key: base64.b64decode(value) for key, value in source.data.items()}
    return binary | {key: value.encode() for key, value in source.string_data.items()}


def values_of(sources: Sources, kind: str, namespace: str, name: str, *, optional: bool) -> Mapping[str, bytes] | None:
    """All values of a `configmap` or `secret`; None for an optional one that is missing. Raises ConfigError."""
    if kind == "configmap":
        config_map = sources.config_map(namespace, name)
        found = config_map_values(config_map) if config_map else None
    else:
        secret = sources.secret(namespace, name)
        found = secret_values(secret) if secret else None
    if found is None and not optional:
        raise ConfigError(f'{kind} "{name}" not found')
    return found
