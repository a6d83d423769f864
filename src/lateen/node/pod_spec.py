"""What a pod's shim is to run: the pod, with everything looked up."""

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import lateen
from lateen.api.container import Container
from lateen.api.pod import Pod
from lateen.api.probe import Lifecycle, LifecycleHandler
from lateen.model.pods import PROXY_CONTAINER
from lateen.node import envoy
from lateen.node.environment import build_environment, expand, expand_all, hostname
from lateen.node.identity import identity_of
from lateen.node.image import Image, annotated_image, find_image
from lateen.node.pod_fields import PodFields
from lateen.node.pod_folder import PodFolder
from lateen.node.quantity import parse_quantity
from lateen.node.settings import NodeSettings
from lateen.node.shim.rootfs import MACHINE_NETNS
from lateen.node.shim.spec import ContainerSpec, HttpCall, LimitSpec, MountSpec, ShimSpec
from lateen.node.sources import ConfigError, Sources
from lateen.node.volumes import host_path

_PROXY_UID = 1337
_ISTIO_INIT = frozenset({"istio-init", "istio-validation"})
_SYSCTLS = {"net.ipv4.ip_unprivileged_port_start": "0", "net.ipv4.ping_group_range": "0 2147483647"}


class ContainerError(Exception):
    """A container can't be started now; `reason` is kubelet's word for that."""

    def __init__(self, container: str, reason: str, message: str) -> None:
        super().__init__(message)
        self.container = container
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a pod's specification is made with."""

    settings: NodeSettings
    sources: Sources
    images: Sequence[Image]
    image_hint: str
    folder: PodFolder
    fields: PodFields
    netns: str

    @property
    def pod(self) -> Pod:
        """The pod."""
        return self.fields.pod


def build_spec(around: Surroundings, restarts: dict[str, int]) -> ShimSpec:
    """The pod's specification. `restarts` are the counts of a shim before this one. Raises ContainerError."""
    pod, settings = around.pod, around.settings
    security = pod.spec.security_context
    sysctls = {s.name: s.value for s in security.sysctls} if security else {}
    init = [_container(c, around, init=True) for c in pod.spec.init_containers]
    grace = pod.spec.termination_grace_period_seconds
    return {
        "uid": pod.metadata.uid,
        "name": pod.metadata.name,
        "namespace": pod.metadata.namespace,
        "hostname": hostname(around.fields),
        "netns": around.netns,
        "address": around.fields.pod_ip,
        "cgroup": f"{settings.cgroup}/{pod.metadata.uid}",
        "grace": float(grace),
        "restart_policy": pod.spec.restart_policy,
        "sysctls": _SYSCTLS | sysctls,
        "hide": [os.path.realpath(path) for path in settings.hide],
        "keep": needed_paths(),
        "mounts": [
            _mount(around.folder.path / "etc" / name, f"/etc/{name}") for name in ("hosts", "hostname", "resolv.conf")
        ],
        "containers": [*init, *(_container(c, around, init=False) for c in pod.spec.containers)],
        "restarts": restarts,
    }


def needed_paths() -> list[str]:
    """What programs of the image table need to be able to read: Python, its packages, Envoy."""
    source = Path(lateen.__file__).parent
    paths = [sys.prefix, sys.base_prefix, str(source)]
    with suppress(envoy.MissingEnvoyError):
        paths.append(envoy.envoy_binary())
    return list(dict.fromkeys(os.path.realpath(path) for path in paths))


def image_of(pod: Pod, container: Container, images: Sequence[Image]) -> Image | None:
    """The program of a container: the pod's annotation before the table. Raises ContainerError."""
    try:
        annotated = annotated_image(pod.metadata.annotations, container.name)
    except ValueError as error:
        raise ContainerError(container.name, "InvalidImageName", f"annotation: {error}") from None
    return annotated or find_image(images, container.image)


def _container(container: Container, around: Surroundings, *, init: bool) -> ContainerSpec:
    image = image_of(around.pod, container, around.images)
    if image is None:
        message = f'no local program for image "{container.image}": {around.image_hint}'
        raise ContainerError(container.name, "ImagePullBackOff", message)
    try:
        return _resolved(container, image, around, init=init)
    except (ConfigError, ValueError) as error:
        raise ContainerError(container.name, "CreateContainerConfigError", str(error)) from None
    except envoy.MissingEnvoyError as error:
        raise ContainerError(container.name, "ImagePullBackOff", str(error)) from None


def _resolved(container: Container, image: Image, around: Surroundings, *, init: bool) -> ContainerSpec:
    proxy = image.proxy and container.name == PROXY_CONTAINER
    env = build_environment(container, around.fields, around.sources, image.env)
    argv = _argv(container, image, env, around)
    if not argv:
        raise ConfigError(f"image {container.image} has no program of its own: the container needs a command")
    identity = identity_of(around.pod, container, _PROXY_UID if proxy else 0)
    native = init and container.restart_policy == "Always"
    lifecycle = container.lifecycle or Lifecycle()
    spec: ContainerSpec = {
        "name": container.name,
        "role": "init"
        if init and not native
        else "sidecar"
        if native or _is_sidecar(around.pod, proxy=proxy)
        else "app",
        "native": native,
        "argv": argv,
        "env": env,
        "cwd": container.working_dir or "/",
        "mounts": _mounts(container, around, env),
        "uid": identity.uid,
        "gid": identity.gid,
        "groups": list(identity.groups),
        "capabilities": list(identity.add),
        "drop_capabilities": list(identity.drop),
        "privileged": identity.privileged,
        "read_only_root": identity.read_only_root,
        "limits": _limits(container),
        "gate": None,
        "drain": None,
        "drain_seconds": 0.0,
        "post_start": _command(lifecycle.post_start),
        "pre_stop": _command(lifecycle.pre_stop),
        "pre_stop_http": _http(lifecycle.pre_stop, container),
        "pre_stop_sleep": _sleep(lifecycle.pre_stop),
    }
    return _as_proxy(spec, around) if proxy else spec


def _argv(container: Container, image: Image, env: dict[str, str], around: Surroundings) -> list[str]:
    if container.name in _ISTIO_INIT and image.proxy:
        return ["true"]  # the node itself redirects the pod's traffic
    if image.proxy and container.name == PROXY_CONTAINER:
        return envoy.envoy_argv(container, env, around.settings)
    return expand_all(image.argv(container.command, container.args), env)


def _is_sidecar(pod: Pod, *, proxy: bool) -> bool:
    return proxy and len(pod.spec.containers) > 1


def _as_proxy(spec: ContainerSpec, around: Surroundings) -> ContainerSpec:
    """Envoy's additions: bootstrap, the control plane's socket, start gate, draining; for gateways the machine."""
    gateway = envoy.is_gateway(around.pod)
    run = around.settings.xds_socket.parent
    spec["gate"] = envoy.READY
    spec["drain"] = envoy.drain_call(gateway=gateway)
    spec["drain_seconds"] = envoy.drain_seconds(gateway=gateway)
    spec["mounts"] += [_mount(around.folder.path / "envoy", envoy.FOLDER, read_only=True), _mount(run, str(run))]
    if gateway and around.settings.gateways_on_machine:
        spec["capabilities"].append("SYS_ADMIN")
        netns: MountSpec = {"source": MACHINE_NETNS, "target": envoy.MACHINE_NETNS, "read_only": False}
        spec["mounts"].append(netns)
    return spec


def _mounts(container: Container, around: Surroundings, env: dict[str, str]) -> list[MountSpec]:
    volumes = {volume.name: volume for volume in around.pod.spec.volumes}
    mounts = []
    for wish in container.volume_mounts:
        volume = volumes.get(wish.name)
        if volume is None:
            raise ConfigError(f'volume mount {wish.mount_path}: there is no volume "{wish.name}"')
        source = host_path(volume) if volume.host_path else around.folder.volume(wish.name)
        writable = not volume.config_map and not volume.secret and not volume.downward_api and not volume.projected
        if sub_path := expand(wish.sub_path_expr, env) or wish.sub_path:
            source = _below(source, sub_path, make=writable)
        mounts.append(_mount(source, wish.mount_path, read_only=wish.read_only or not writable))
    return mounts


def _below(folder: Path, sub_path: str, *, make: bool) -> Path:
    path = (folder / sub_path).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise ConfigError(f"subPath {sub_path!r} must stay inside its volume")
    if folder.exists() and not path.exists():
        if not make:
            raise ConfigError(f"subPath {sub_path!r}: its volume has no such file")
        path.mkdir(parents=True)
        path.chmod(0o777)
    return path


def _mount(source: Path, target: str, *, read_only: bool = False) -> MountSpec:
    return {"source": os.path.realpath(source), "target": os.path.normpath(target), "read_only": read_only}


def _limits(container: Container) -> LimitSpec:
    limits = container.resources.limits
    return {
        "cpu": int(parse_quantity(limits.get("cpu", 0)) * 1000),
        "memory": int(parse_quantity(limits.get("memory", 0))),
    }


def _command(handler: LifecycleHandler | None) -> list[str]:
    return list(handler.exec.command) if handler and handler.exec else []


def _http(handler: LifecycleHandler | None, container: Container) -> HttpCall | None:
    if not handler or not handler.http_get:
        return None
    action = handler.http_get
    return {"port": port_number(action.port, container), "path": action.path}


def _sleep(handler: LifecycleHandler | None) -> float:
    return float(handler.sleep.seconds) if handler and handler.sleep else 0.0


def port_number(port: int | str, container: Container) -> int:
    """A port given by number or by the name of one of the container's ports. Raises ConfigError."""
    if isinstance(port, int):
        return port
    found = next((p.container_port for p in container.ports if p.name == port), None)
    if found is None and not port.isdigit():
        raise ConfigError(f'container {container.name} has no port named "{port}"')
    return found or int(port)
