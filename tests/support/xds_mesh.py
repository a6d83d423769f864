"""A control plane of hand-made configurations: one layer that a test replaces as it likes."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from lateen.ir.cluster import Cluster, ClusterKind
from lateen.ir.config import Layer, ProxyConfig
from lateen.ir.endpoint import Endpoint, LoadAssignment, LocalityEndpoints
from lateen.ir.listener import Bind, Direction, FilterChain, Http, Listener
from lateen.ir.origin import ConfigOrigin
from lateen.ir.route import Fault, Forward, Route, RouteConfig, VirtualHost, WeightedCluster
from lateen.lib.clock import SystemClock
from lateen.model.workload import Proxy
from lateen.xds.distribution import Outcome
from lateen.xds.fleet import Fleet
from lateen.xds.server import Address, XdsServer

RULE = ConfigOrigin(
    group="networking.istio.io", version="v1", kind="VirtualService", namespace="default", name="weights"
)


def assignment(cluster: str, port: int) -> LoadAssignment:
    """One endpoint on loopback."""
    endpoints = (Endpoint(address="127.0.0.1", port=port),)
    return LoadAssignment(cluster=cluster, localities=(LocalityEndpoints(endpoints=endpoints),))


def weighted(
    listen: int, ports: Mapping[str, int], weights: Mapping[str, int], timeout_ms: int = 10_000, delay_ms: int = 0
) -> Layer:
    """A listener at `listen` that splits requests by `weights` between clusters whose endpoints are at `ports`, and
    holds them up for `delay_ms`."""
    clusters = tuple(WeightedCluster(cluster=name, weight=weight) for name, weight in weights.items())
    fault = Fault(delay_ms=delay_ms, delay_share=1_000_000) if delay_ms else None
    route = Route(action=Forward(clusters=clusters, timeout_ms=5_000), origin=RULE, fault=fault)
    chain = FilterChain(name="http", network=Http(stat_prefix="http", route_name="web"))
    bind = Bind(address="127.0.0.1", port=listen)
    return Layer(
        "all",
        listeners={"web": Listener(name="web", binds=(bind,), direction=Direction.OUTBOUND, chains=(chain,))},
        clusters={
            name: Cluster(name=name, kind=ClusterKind.EDS, connect_timeout_ms=timeout_ms, service=name)
            for name in ports
        },
        endpoints={name: assignment(name, port) for name, port in ports.items()},
        routes={
            "web": RouteConfig(name="web", virtual_hosts=(VirtualHost(name="all", domains=("*",), routes=(route,)),))
        },
    )


class XdsMesh:
    """Fleet and server. `serve` starts them anew, as a restarted control plane would."""

    def __init__(self, socket: Path, linger: float = 0.0) -> None:
        self.socket = socket
        self.linger = linger
        self.layer = Layer("all")
        self.revision = 0
        self.sent: list[tuple[str, tuple[str, ...]]] = []

    def config_for(self, _: Proxy) -> ProxyConfig:
        return ProxyConfig((self.layer,))

    async def serve(self) -> None:
        """Start with the present configuration."""
        self.fleet = Fleet(self, SystemClock(), linger=self.linger)
        self.server = XdsServer(self.fleet, SystemClock(), Address(self.socket))
        self.fleet.publish(self.revision)
        await self.server.start()

    async def publish(self, layer: Layer) -> Outcome:
        """Replace the configuration; returns when every proxy has answered, or after ten seconds."""
        self.layer = layer
        self.revision += 1
        self.fleet.publish(self.revision)
        return await self.fleet.distributions.wait_for(self.revision, 10.0)

    def responses(self) -> float:
        """How many responses were sent since the start."""
        samples = [sample for metric in self.fleet.metrics.pushes.collect() for sample in metric.samples]
        return sum(sample.value for sample in samples if sample.name.endswith("_total"))

    async def connected(self, count: int = 1, seconds: float = 20.0) -> None:
        """Wait until so many proxies are connected and have answered everything."""
        async with asyncio.timeout(seconds):
            while len(self.fleet.connections) < count or not all(
                connection.stream.settled for connection in self.fleet.connections.values()
            ):
                await asyncio.sleep(0.005)
