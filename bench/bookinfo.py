"""Seconds from `lateen up` to six bookinfo pods with sidecars ready and the gateway answering 200, by the command line.

Usage: python -m bench.bookinfo; needs root. Prints the median of several meshes, each started from nothing.
"""

import http.client
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import lateen
from lateen.cli.overview import gateway_ports
from lateen.client.kubeconfig import read_access
from lateen.client.paths import MeshPaths
from lateen.client.sync import SyncClient

MESH = "bench"
ROUNDS = 3
SAMPLES = Path(lateen.__file__).parent / "samples" / "bookinfo"
NAMESPACE = """
apiVersion: v1
kind: Namespace
metadata: {name: default, labels: {istio-injection: enabled}}
"""
PATIENCE_SECONDS = 60.0


def run(*words: str) -> None:
    """Run one verb; a failure ends the measurement."""
    subprocess.run([sys.executable, "-m", "lateen", *words], check=True, stdout=subprocess.DEVNULL)


def answers(port: int) -> bool:
    """Whether the gateway serves the page."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/productpage")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def measure() -> float:
    """One mesh, from nothing to the page."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as namespace:
        namespace.write(NAMESPACE)
        namespace.flush()
        files = (namespace.name, str(SAMPLES / "bookinfo.yaml"), str(SAMPLES / "bookinfo-gateway.yaml"))
        started = time.monotonic()
        try:
            run("up", "--name", MESH, "--detach", *(word for file in files for word in ("-f", file)))
            with SyncClient(read_access(MeshPaths(MESH).kubeconfig)) as client:
                ((_, _, port),) = gateway_ports(client)
            while not answers(port):
                if time.monotonic() - started > PATIENCE_SECONDS:
                    raise SystemExit("the gateway does not answer")
                time.sleep(0.02)
            return time.monotonic() - started
        finally:
            run("down", "--name", MESH, "--purge")


if __name__ == "__main__":
    print(statistics.median(measure() for _ in range(ROUNDS)))
