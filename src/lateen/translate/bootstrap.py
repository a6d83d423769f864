"""What a proxy is started with: who it is, where the control plane is, and its own few listeners."""

from collections.abc import Mapping
from typing import Any

import msgspec
from envoy.config.bootstrap.v3 import bootstrap_pb2
from envoy.config.core.v3 import backoff_pb2, base_pb2, config_source_pb2, grpc_service_pb2
from google.protobuf import json_format, struct_pb2

from lateen.ir.names import ADMIN_PORT, READINESS_PORT, STATS_PORT
from lateen.model.service import Locality
from lateen.translate import scalar
from lateen.translate.address import ads_source, socket_address
from lateen.translate.bootstrap_clusters import XDS_CLUSTER, static_clusters
from lateen.translate.bootstrap_limits import overload_manager, runtime
from lateen.translate.bootstrap_listeners import readiness_listener, stats_listener
from lateen.translate.bootstrap_stats import stats_config
from lateen.translate.secret import validation
from lateen.translate.upstream_tls import SYSTEM_CA_SECRET

ADMIN_ADDRESS = "127.0.0.1"


class BootstrapSettings(msgspec.Struct, frozen=True, kw_only=True):
    """One proxy. `node_id` and `node_cluster` are Istio's node id (`sidecar~…`) and `<app>.<namespace>`.

    `metadata` holds Istio's metadata keys with the values of `Proxy` introductions: strings, numbers, objects.
    `system_ca` is the file of the machine's certificate authorities; without one, TLS to services whose rule names no
    authority is refused. `xds_socket` is the path of the control plane's Unix socket. `max_connections` limits the
    clients of all listeners together, except readiness and statistics.
    """

    node_id: str
    node_cluster: str
    xds_socket: str
    system_ca: str = ""
    metadata: Mapping[str, Any] = {}
    locality: Locality = Locality()
    admin_port: int = ADMIN_PORT
    readiness_port: int = READINESS_PORT
    stats_port: int = STATS_PORT
    max_connections: int = 2**31 - 1


def build_bootstrap(settings: BootstrapSettings) -> bootstrap_pb2.Bootstrap:
    """The bootstrap. Readiness answers 200 only once the first clusters and listeners are in and warm."""
    bootstrap = bootstrap_pb2.Bootstrap(
        node=_node(settings),
        dynamic_resources=_dynamic_resources(),
        stats_config=stats_config(),
        layered_runtime=runtime(),
        overload_manager=overload_manager(settings.max_connections),
    )
    bootstrap.admin.address.CopyFrom(socket_address(ADMIN_ADDRESS, settings.admin_port))
    bootstrap.deferred_stat_options.enable_deferred_creation_stats = True
    bootstrap.static_resources.clusters.extend(static_clusters(settings.xds_socket, settings.admin_port))
    if settings.system_ca:
        secret = bootstrap.static_resources.secrets.add(name=SYSTEM_CA_SECRET)
        secret.validation_context.CopyFrom(validation(settings.system_ca, "", ()))
    bootstrap.static_resources.listeners.append(readiness_listener(settings.readiness_port))
    bootstrap.static_resources.listeners.append(stats_listener(settings.stats_port))
    return bootstrap


def to_json(bootstrap: bootstrap_pb2.Bootstrap) -> str:
    """The bootstrap as JSON for `envoy -c`; equal bootstraps give equal text."""
    return json_format.MessageToJson(bootstrap, preserving_proto_field_name=True, sort_keys=True)


def _node(settings: BootstrapSettings) -> base_pb2.Node:
    metadata = struct_pb2.Struct()
    metadata.update(settings.metadata)
    locality = settings.locality
    return base_pb2.Node(
        id=settings.node_id,
        cluster=settings.node_cluster,
        metadata=metadata,
        locality=base_pb2.Locality(region=locality.region, zone=locality.zone, sub_zone=locality.subzone),
    )


def _dynamic_resources() -> bootstrap_pb2.Bootstrap.DynamicResources:
    return bootstrap_pb2.Bootstrap.DynamicResources(
        lds_config=ads_source(), cds_config=ads_source(), ads_config=_ads_config()
    )


def _ads_config() -> config_source_pb2.ApiConfigSource:
    """Delta xDS. The back-off is short so that a control plane that comes back is joined at once."""
    service = grpc_service_pb2.GrpcService(
        envoy_grpc=grpc_service_pb2.GrpcService.EnvoyGrpc(cluster_name=XDS_CLUSTER, retry_policy=_stream_retry())
    )
    return config_source_pb2.ApiConfigSource(
        api_type=config_source_pb2.ApiConfigSource.DELTA_GRPC,
        transport_api_version=config_source_pb2.ApiVersion.Value("V3"),
        set_node_on_first_message_only=True,
        grpc_services=[service],
    )


def _stream_retry() -> base_pb2.RetryPolicy:
    """Envoy waits for a random time up to this before it opens the stream again: 0.1 to 0.5 s, not 0.5 to 30 s."""
    return base_pb2.RetryPolicy(
        retry_back_off=backoff_pb2.BackoffStrategy(
            base_interval=scalar.duration(100), max_interval=scalar.duration(500)
        )
    )
