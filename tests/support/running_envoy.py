"""A stock Envoy process for a test, on loopback ports of its own."""

import json
import random
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from envoy.config.bootstrap.v3.bootstrap_pb2 import Bootstrap
from tests.support.fetch import fetch
from tests.support.static_bootstrap import envoy_binary
from tests.support.until import until

from lateen.translate.bootstrap import to_json

PORTS = range(16_000, 29_000)


def free_port() -> int:
    """A port that nothing listened at a moment ago, below those that clients' connections are given."""
    return next(free_ports())


def free_ports() -> Iterator[int]:
    """Such ports, all different."""
    for port in random.SystemRandom().sample(PORTS, len(PORTS)):
        with closing(socket.socket()) as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            yield port


@dataclass
class RunningEnvoy:
    """A running Envoy and the port of its admin interface."""

    admin_port: int
    log: Path

    def admin(self, path: str) -> str:
        status, text = fetch(f"http://127.0.0.1:{self.admin_port}{path}")
        return text if status else ""

    def stat(self, name: str) -> int:
        """A statistic's value; 0 when it has none yet."""
        text = self.admin(f"/stats?format=json&filter=^{name}$")
        found = json.loads(text)["stats"] if text else []
        return next((int(one["value"]) for one in found if one.get("name") == name), 0)


@contextmanager
def running_envoy(bootstrap: Bootstrap, folder: Path) -> Iterator[RunningEnvoy]:
    """Envoy from the start until the end of the block; its log stays in `folder`."""
    file, log = folder / "envoy.json", folder / "envoy.log"
    file.write_text(to_json(bootstrap))
    command = [str(envoy_binary()), "-c", str(file), "--disable-hot-restart", "--concurrency", "1"]
    with log.open("w") as output:
        process = subprocess.Popen([*command, "-l", "warning"], stdout=output, stderr=output)
        try:
            envoy = RunningEnvoy(bootstrap.admin.address.socket_address.port_value, log)
            until(lambda: bool(envoy.admin("/ready")), f"admin answers: {log.read_text()}")
            yield envoy
        finally:
            process.terminate()
            process.wait(timeout=10)
