"""`/debug/syncz`: what `proxy-status` prints."""

from lateen.api.meta import JsonObject
from lateen.api.problem import ResourceRef
from lateen.lib.clock import rfc3339
from lateen.xds.connection import Connection
from lateen.xds.fleet import Fleet
from lateen.xds.resource_type import abbreviation
from lateen.xds.status import type_statuses


def sync_status(fleet: Fleet) -> list[JsonObject]:
    """One entry a connected proxy, by name."""
    entries = [_entry(connection, fleet.left_out) for connection in fleet.connections.values()]
    return sorted(entries, key=lambda entry: (entry["proxy"], entry["connectedAt"]))


def _entry(connection: Connection, left_out: frozenset[ResourceRef]) -> JsonObject:
    proxy = connection.proxy
    return {
        "proxy": connection.name,
        "proxyID": proxy.id if proxy else "",
        "proxyType": proxy.type.value if proxy else "",
        "cluster": proxy.cluster if proxy else "",
        "address": proxy.address if proxy else "",
        "version": connection.version,
        "connectedAt": rfc3339(connection.connected_at),
        "types": {
            abbreviation(url): {
                "status": status.state.value,
                "message": status.message,
                "resources": list(status.resources),
                "rules": list(status.rules),
            }
            for url, status in type_statuses(connection, left_out).items()
        },
    }
