"""Making what a pod needs on this machine before its shim starts, and removing it afterwards. All of it blocks."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Address
from pathlib import Path
from typing import Protocol

from lateen.api.pod import Pod
from lateen.model.pods import PROXY_CONTAINER
from lateen.node import envoy, etc_files
from lateen.node.environment import hostname
from lateen.node.image import Image
from lateen.node.network.capture import Capture, captures_names, parse_capture
from lateen.node.network.pod_network import Attachment
from lateen.node.pod_fields import PodFields
from lateen.node.pod_folder import PodFolder
from lateen.node.pod_spec import ContainerError, Surroundings, build_spec
from lateen.node.settings import NodeSettings
from lateen.node.shim import cgroup
from lateen.node.shim.spec import ShimSpec
from lateen.node.sources import Sources
from lateen.node.volumes import write_volumes

log = logging.getLogger(__name__)


class Network(Protocol):
    """Connects pods; `lateen.node.network.pod_network.PodNetwork`."""

    def attach(self, pod_uid: str) -> Attachment: ...
    def detach(self, attachment: Attachment) -> None: ...
    def attachments(self) -> list[Attachment]: ...
    def remove_unfinished(self) -> None: ...


class NoNetwork:
    """A network that leaves pods in the machine's namespace, for tests."""

    def attach(self, pod_uid: str) -> Attachment:
        """An attachment without a namespace."""
        return Attachment(pod_uid, Path(), IPv4Address("127.0.0.1"), IPv4Address("127.0.0.1"))

    def detach(self, attachment: Attachment) -> None:
        """Nothing to do."""

    def attachments(self) -> list[Attachment]:
        """None."""
        return []

    def remove_unfinished(self) -> None:
        """Nothing is ever unfinished."""


@dataclass(frozen=True, slots=True)
class PodSetup:
    """Sets pods up and takes them down. `images` is asked anew for each pod: users edit the table while pods wait."""

    settings: NodeSettings
    network: Network
    capture: Callable[[Path, Capture], None]
    sources: Sources
    images: Callable[[], Sequence[Image]]
    image_hint: str

    def folder(self, uid: str) -> PodFolder:
        """The folder of a pod."""
        return PodFolder(self.settings.pods / uid)

    def check(self, pod: Pod) -> None:
        """Whether the pod could be made now, before anything is. Raises ContainerError."""
        self._build(pod, None, {})

    def prepare(self, pod: Pod, attachment: Attachment, restarts: dict[str, int]) -> list[str]:
        """Write everything the shim reads, and redirect the pod's traffic if it has a sidecar.

        Returns what is wrong with the pod's annotations. Raises ConfigError, ContainerError, OSError."""
        folder, settings = self.folder(pod.metadata.uid), self.settings
        address = str(attachment.address)
        folder.make()
        fields = PodFields(pod, address, settings.host_ip)
        write_volumes(pod, folder, fields, self.sources)
        spec = self._build(pod, attachment, restarts)
        etc = folder.path / "etc"
        etc.mkdir(exist_ok=True)
        name = hostname(fields)
        (etc / "hostname").write_text(f"{name}\n")
        (etc / "hosts").write_text(etc_files.hosts(pod, address, name, settings.cluster_domain))
        machine = Path("/etc/resolv.conf").read_text() if Path("/etc/resolv.conf").exists() else ""
        resolv = etc_files.resolv_conf(pod, settings.dns_address, settings.cluster_domain, machine)
        (etc / "resolv.conf").write_text(resolv)
        self._write_bootstrap(pod, address, folder, spec)
        complaints: list[str] = []
        if captured(pod):
            capture, complaints = parse_capture(pod.metadata.annotations)
            if settings.dns_address and captures_names(pod.metadata.annotations):
                capture = replace(capture, name_server=IPv4Address(settings.dns_address))
            self.capture(attachment.netns, capture)
        folder.write_spec(spec)
        return complaints

    def _build(self, pod: Pod, attachment: Attachment | None, restarts: dict[str, int]) -> ShimSpec:
        around = Surroundings(
            settings=self.settings,
            sources=self.sources,
            images=self._images(pod),
            image_hint=self.image_hint,
            folder=self.folder(pod.metadata.uid),
            fields=PodFields(pod, str(attachment.address) if attachment else "", self.settings.host_ip),
            netns=str(attachment.netns) if attachment and attachment.netns != Path() else "",
        )
        return build_spec(around, restarts)

    def _images(self, pod: Pod) -> Sequence[Image]:
        try:
            return self.images()
        except ValueError as error:
            raise ContainerError(pod.spec.containers[0].name, "ImageInspectError", str(error)) from None

    def _write_bootstrap(self, pod: Pod, address: str, folder: PodFolder, spec: ShimSpec) -> None:
        proxy = next((c for c in spec["containers"] if c["gate"] == envoy.READY), None)
        if proxy is None:
            return
        target = folder.path / "envoy"
        target.mkdir(exist_ok=True)
        (target / envoy.FILE).write_text(envoy.bootstrap_json(pod, address, proxy["env"], self.settings))
        (target / envoy.FILE).chmod(0o644)

    def refresh(self, pod: Pod, address: str) -> bool:
        """Bring the volumes' files up to date. Raises ConfigError."""
        fields = PodFields(pod, address, self.settings.host_ip)
        return write_volumes(pod, self.folder(pod.metadata.uid), fields, self.sources)

    def attached(self, uid: str) -> Attachment | None:
        """The pod's place in the network, if it has one."""
        return next((each for each in self.network.attachments() if each.pod_uid == uid), None)

    def attach(self, uid: str) -> Attachment:
        """The pod's place in the network, a new one if it has none. Raises NoFreeAddressError, OSError."""
        return self.attached(uid) or self.network.attach(uid)

    def detach(self, uid: str) -> None:
        """Take the pod off the network."""
        if (attachment := self.attached(uid)) is not None:
            self.network.detach(attachment)

    def kill(self, uid: str) -> None:
        """End every process of the pod at once."""
        cgroup.kill(f"{self.settings.cgroup}/{uid}")

    def remove(self, uid: str) -> None:
        """Remove what the pod has on this machine, its processes first; doing it again is fine."""
        group = f"{self.settings.cgroup}/{uid}"
        self.kill(uid)
        if not cgroup.remove(group):
            log.warning("control group %s can't be removed: a process in it doesn't end", group)
        self.detach(uid)
        self.folder(uid).remove()


def captured(pod: Pod) -> bool:
    """Whether the pod's traffic goes through a sidecar of its own."""
    every = (*pod.spec.init_containers, *pod.spec.containers)
    return any(c.name == PROXY_CONTAINER for c in every) and not envoy.is_gateway(pod)
