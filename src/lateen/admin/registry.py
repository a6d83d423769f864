"""`/debug/registryz`, `/debug/endpointz` and `/debug/configz`: what the control plane works from."""

from collections.abc import Iterable
from typing import Any

import msgspec

from lateen.api.meta import JsonObject
from lateen.model.snapshot import MeshSnapshot
from lateen.store.config_store import Stored

CONFIG_KINDS = frozenset({"VirtualService", "DestinationRule", "Gateway", "ServiceEntry", "Sidecar"})


def services(snapshot: MeshSnapshot | None) -> list[JsonObject]:
    """The services known."""
    known = snapshot.services if snapshot else {}
    return [_builtins(service) for _, service in sorted(known.items())]


def endpoints(snapshot: MeshSnapshot | None) -> list[JsonObject]:
    """The endpoints of every service port."""
    known = snapshot.endpoints if snapshot else {}
    return [
        {"svc": f"{hostname}:{port}", "namespace": namespace, "ep": [_builtins(each) for each in found]}
        for (namespace, hostname, port), found in sorted(known.items())
    ]


def configs(held: Iterable[Stored]) -> list[JsonObject]:
    """The rules in force, as they are stored."""
    return [stored.body for stored in sorted(held, key=lambda each: each.ref) if stored.ref.kind in CONFIG_KINDS]


def _builtins(value: object) -> Any:  # JSON values of any kind
    return msgspec.to_builtins(value)
