"""`/debug/config_dump`: what a proxy was sent, as JSON."""

from envoy.extensions.transport_sockets.tls.v3 import secret_pb2
from envoy.service.discovery.v3 import discovery_pb2
from google.protobuf import json_format
from google.protobuf.message import Message

from lateen.api.meta import JsonObject
from lateen.translate.wire import unpack
from lateen.xds.connection import Connection
from lateen.xds.fleet import Fleet
from lateen.xds.resource_type import abbreviation
from lateen.xds.sheet import Encoded
from lateen.xds.status import sent_resources
from lateen.xds.subscription import Subscription

REDACTED = "[redacted]"


def find_connection(fleet: Fleet, proxy: str) -> Connection | None:
    """The newest stream of a proxy, by `<pod>.<namespace>`, by node id, or by `<pod>` where that is unique."""
    matching = [each for each in fleet.connections.values() if each.proxy and proxy in {each.name, each.proxy.id}]
    if not matching:
        matching = [each for each in fleet.connections.values() if each.proxy and each.proxy.name == proxy]
        if len({each.name for each in matching}) > 1:
            return None
    return max(matching, key=lambda each: each.number, default=None)


def config_dump(connection: Connection) -> JsonObject:
    """Every resource sent to the proxy, by type in the words of xDS."""
    return {
        "proxy": connection.name,
        "configs": [
            {
                "type": abbreviation(type_url),
                "typeUrl": type_url,
                "resources": [_resource(subscription, resource) for resource in sent_resources(subscription)],
            }
            for type_url, subscription in connection.stream.subscriptions.items()
        ],
    }


def _resource(subscription: Subscription, resource: Encoded) -> JsonObject:
    entry = discovery_pb2.DeltaDiscoveryResponse.FromString(resource.chunk).resources[0]
    dumped: JsonObject = {
        "name": resource.name,
        "version": resource.version,
        "resource": json_format.MessageToDict(_shown(unpack(entry.resource))),
    }
    rejection = subscription.rejected.get(resource.name)
    if rejection is not None:
        dumped["rejected"] = rejection.message
    return dumped


def _shown(message: Message) -> Message:
    """The message without private keys, in the words of Envoy's own dump."""
    if isinstance(message, secret_pb2.Secret) and message.HasField("tls_certificate"):
        message.tls_certificate.private_key.inline_string = REDACTED
    return message
