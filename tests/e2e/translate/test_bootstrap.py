"""A proxy with our bootstrap waits for the control plane, joins it, and joins it again after a restart."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest
from envoy.service.discovery.v3 import discovery_pb2
from tests.support.fetch import fetch
from tests.support.running_envoy import RunningEnvoy, free_port, running_envoy
from tests.support.until import until

from lateen.translate.bootstrap import BootstrapSettings, build_bootstrap

pytestmark = pytest.mark.root


SERVICE = "envoy.service.discovery.v3.AggregatedDiscoveryService"


def empty_mesh(
    requests: Iterator[discovery_pb2.DeltaDiscoveryRequest], _: object
) -> Iterator[discovery_pb2.DeltaDiscoveryResponse]:
    """Answers every first request of a type with: there is nothing."""
    answered: set[str] = set()
    for request in requests:
        if request.type_url not in answered:
            answered.add(request.type_url)
            yield discovery_pb2.DeltaDiscoveryResponse(type_url=request.type_url, nonce=request.type_url)


def serve(socket: Path) -> grpc.Server:
    server = grpc.server(ThreadPoolExecutor(max_workers=2))
    handler = grpc.stream_stream_rpc_method_handler(
        empty_mesh,
        request_deserializer=discovery_pb2.DeltaDiscoveryRequest.FromString,
        response_serializer=discovery_pb2.DeltaDiscoveryResponse.SerializeToString,
    )
    methods = grpc.method_handlers_generic_handler(SERVICE, {"DeltaAggregatedResources": handler})
    server.add_generic_rpc_handlers((methods,))
    server.add_insecure_port(f"unix:{socket}")
    server.start()
    return server


def connected(envoy: RunningEnvoy) -> bool:
    return envoy.stat("control_plane.connected_state") == 1


def test_waiting_joining_and_joining_again(tmp_path: Path) -> None:
    socket = tmp_path / "xds.sock"
    settings = BootstrapSettings(
        node_id="sidecar~10.244.0.5~a.default~default.svc.cluster.local",
        node_cluster="a.default",
        xds_socket=str(socket),
        admin_port=free_port(),
        readiness_port=free_port(),
        stats_port=free_port(),
    )
    ready = f"http://127.0.0.1:{settings.readiness_port}/healthz/ready"
    with running_envoy(build_bootstrap(settings), tmp_path) as envoy:
        until(lambda: envoy.stat("cluster.xds-grpc;.upstream_cx_connect_fail") > 1, "it tries to connect")
        assert fetch(ready, timeout=0.2)[0] == 0
        server = serve(socket)
        until(lambda: fetch(ready)[0] == 200, "ready once joined", 2)
        stats = fetch(f"http://127.0.0.1:{settings.stats_port}/stats/prometheus")[1]
        assert "envoy_server_live" in stats
        assert fetch(f"http://127.0.0.1:{settings.stats_port}/quitquitquit")[0] == 404
        server.stop(None).wait()
        until(lambda: not connected(envoy), "it sees the control plane gone")
        assert fetch(ready)[0] == 200
        server = serve(socket)
        until(lambda: connected(envoy), "joined again", 2)
        server.stop(None).wait()
        assert "warning" not in envoy.log.read_text()
