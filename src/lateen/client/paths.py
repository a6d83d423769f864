"""Where a mesh keeps its files on this machine."""

from dataclasses import dataclass
from pathlib import Path

STATE_ROOT = Path("/var/lib/lateen")
RUN_ROOT = Path("/run/lateen")

SUPERVISOR, CONTROL_PLANE, NODE, DNS = "supervisor", "controlplane", "node", "dns"
"""The processes of a mesh, as their logs and pid files are called."""


@dataclass(frozen=True, slots=True)
class MeshPaths:
    """The folders of the mesh `name`: `state` outlives a restart of the machine, `run` does not."""

    name: str = "default"
    state_root: Path = STATE_ROOT
    run_root: Path = RUN_ROOT

    @property
    def state(self) -> Path:
        """What must be kept: the store, the certificates, the kubeconfig."""
        return self.state_root / self.name

    @property
    def run(self) -> Path:
        """Sockets and process ids."""
        return self.run_root / self.name

    @property
    def store(self) -> Path:
        """The SQLite file of the configuration."""
        return self.state / "store.db"

    @property
    def pki(self) -> Path:
        """The certificate authority's and the API's certificates and keys."""
        return self.state / "pki"

    @property
    def token(self) -> Path:
        """The bearer token of whoever may do everything."""
        return self.state / "token"

    @property
    def kubeconfig(self) -> Path:
        """How to reach the REST API."""
        return self.state / "kubeconfig"

    @property
    def pods(self) -> Path:
        """One folder for each pod: its files, its logs, its shim's socket. On disk, for logs may be long."""
        return self.state / "pods"

    @property
    def logs(self) -> Path:
        """The logs of Lateen's own processes."""
        return self.state / "logs"

    @property
    def xds_socket(self) -> Path:
        """The control plane's delta xDS."""
        return self.run / "xds.sock"

    @property
    def node_socket(self) -> Path:
        """The node agent's logs, exec and proxy."""
        return self.run / "node.sock"

    def log_file(self, process: str) -> Path:
        """The log of one of Lateen's own processes."""
        return self.logs / f"{process}.log"

    def pid_file(self, process: str) -> Path:
        """The file with the process id of one of Lateen's own processes."""
        return self.run / f"{process}.pid"

    @property
    def lock(self) -> Path:
        """Held by the command that starts or stops the mesh."""
        return self.run_root / f"{self.name}.lock"
