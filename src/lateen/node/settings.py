"""What the node agent of one mesh is told when it starts."""

from dataclasses import dataclass, field
from pathlib import Path

from lateen.model.service import Locality


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeSettings:
    """`pods` holds a folder per pod, `xds_socket` is the control plane's, `hide` are folders pods must not see.

    `gateways_on_machine`: gateways may also listen in the machine's network namespace, at their node ports.
    `drain_seconds` is how long a pod that is to end goes on serving while others learn that it ends.
    """

    mesh: str
    node_name: str
    pods: Path
    xds_socket: Path
    hide: tuple[Path, ...] = ()
    host_ip: str = "127.0.0.1"
    dns_address: str = ""
    cluster_domain: str = "cluster.local"
    gateways_on_machine: bool = True
    locality: Locality = field(default_factory=Locality)
    image_files: tuple[Path, ...] = ()
    drain_seconds: float = 1.0
    envoy_concurrency: int = 1

    @property
    def cgroup(self) -> str:
        """The control group that holds those of the pods."""
        return f"lateen-{self.mesh}"
