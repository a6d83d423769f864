"""A stock Envoy process for a test, on loopback ports of its own."""

import json
import random
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from envoy.config.bootstrap.v3.bootstrap_pb2 import Bootstrap
from tests.support.static_bootstrap import envoy_binary

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


def until(condition: Callable[[], bool], what: str, timeout: float = 20.0) -> float:
    """Seconds until the condition held; fails after `timeout`."""
    start = time.monotonic()
    while not condition():
        assert time.monotonic() - start < timeout, f"not within {timeout} s: {what}"
        time.sleep(0.01)
    return time.monotonic() - start


def get(url: str, timeout: float = 2.0, **headers: str) -> tuple[int, str]:
    """Status and body; (0, "") when nobody answers."""
    request = urllib.request.Request(url, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


@dataclass
class RunningEnvoy:
    """A running Envoy and the port of its admin interface."""

    admin_port: int
    log: Path

    def admin(self, path: str) -> str:
        return get(f"http://127.0.0.1:{self.admin_port}{path}")[1]

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
