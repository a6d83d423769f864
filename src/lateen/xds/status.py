"""How far each connected proxy is, and what it was sent."""

import enum
from dataclasses import dataclass

from lateen.api.problem import ResourceRef
from lateen.translate.names import SECRET_TYPE
from lateen.xds.connection import Connection
from lateen.xds.delta import DeltaStream
from lateen.xds.resource_type import TYPES
from lateen.xds.sheet import Encoded, everything
from lateen.xds.subscription import Subscription


class SyncState(enum.StrEnum):
    """The words of `istioctl proxy-status`."""

    SYNCED = "SYNCED"
    STALE = "STALE"
    NOT_SENT = "NOT SENT"
    ERROR = "ERROR"


@dataclass(slots=True, frozen=True)
class TypeStatus:
    """One type of one proxy; `message` is the proxy's own when it refused something, `resources` what it refused,
    `rules` those of the user that are left out because it refused what they led to."""

    state: SyncState
    message: str = ""
    resources: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()


def type_statuses(connection: Connection, left_out: frozenset[ResourceRef] = frozenset()) -> dict[str, TypeStatus]:
    """The status of every type that the proxy could have, by type URL; secrets count where it has asked for some."""
    statuses = _statuses(connection)
    for ref in sorted(connection.blamed.keys() & left_out):
        url, message = connection.blamed[ref]
        rules = (*(statuses[url].rules if url in statuses else ()), str(ref))
        statuses[url] = TypeStatus(SyncState.ERROR, message, rules=rules)
    return statuses


def _statuses(connection: Connection) -> dict[str, TypeStatus]:
    stream = connection.stream
    expected = (url for url in TYPES if url != SECRET_TYPE)
    return {url: _status(stream.subscriptions.get(url), stream) for url in expected} | {
        url: _status(each, stream)
        for url, each in stream.subscriptions.items()
        if url not in TYPES or url == SECRET_TYPE
    }


def _status(subscription: Subscription | None, stream: DeltaStream) -> TypeStatus:
    if subscription is None:
        return TypeStatus(SyncState.NOT_SENT)
    if subscription.rejected:
        messages = dict.fromkeys(rejection.message for rejection in subscription.rejected.values())
        return TypeStatus(SyncState.ERROR, "; ".join(messages), tuple(sorted(subscription.rejected)))
    newest = stream.newest
    behind = newest is not None and subscription.base != newest.sheets.get(subscription.type_url, ())
    if subscription.flight or behind or (subscription.leftovers() and not stream.lingers):
        return TypeStatus(SyncState.STALE)
    return (
        TypeStatus(SyncState.SYNCED) if subscription.wildcard or subscription.names else TypeStatus(SyncState.NOT_SENT)
    )


def sent_resources(subscription: Subscription) -> list[Encoded]:
    """What the proxy was sent of one type, by name; refused resources are among it."""
    found = [resource for resource in everything(subscription.base) if subscription.wants(resource.name)]
    return sorted(found, key=lambda resource: resource.name)
