"""`lateen demo`: bookinfo from nothing to a shifted split, by the same verbs that a user types."""

import shlex
import time
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import click

from lateen.cli.mesh import fail
from lateen.cli.overview import gateway_ports
from lateen.cli.root import root
from lateen.cli.up import stop_mesh, wait_for_interrupt
from lateen.client.kubeconfig import read_access
from lateen.client.paths import MeshPaths
from lateen.client.sync import SyncClient

REQUESTS = 1000
GATEWAY_SECONDS = 5.0
HOP = "deploy/productpage-v1=http://reviews:9080/reviews/0"


@click.command(name="demo")
@click.option("--once", is_flag=True, help="Stop after the split and remove everything.")
@click.option("--name", default="demo", show_default=True, help="The mesh's name.")
def command(once: bool, name: str) -> None:
    """Bring up a mesh with bookinfo, shift its traffic with a VirtualService, and show the split.

    Every step is a verb of this command line, printed before it runs. Stays up until Ctrl-C; exits with 0 only if
    everything, the split included, came out as the rules ask.
    """
    try:
        Demo(name).run()
        if not once:
            click.echo("\nThe mesh stays up. Open the page above in a browser, or try `lateen --help`. Ctrl-C ends it.")
            wait_for_interrupt()
    finally:
        stop_mesh(name, purge=True)


class Demo:
    """The steps."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._folder = Path(str(files("lateen") / "samples" / "bookinfo"))

    def run(self) -> None:
        """Run all steps; exits with a message at the first that does not come out as it should."""
        self._say("A mesh: control plane, DNS, ingress gateway.")
        self._lateen("up", "--name", self._name, "--detach")
        self._say("Bookinfo: six pods, each with an Envoy beside it.")
        self._lateen("label", "namespace", "default", "istio-injection=enabled")
        self._lateen("up", "--name", self._name, "--detach", "-f", self._file("bookinfo.yaml"))
        self._lateen("get", "pods")
        url = self._page()
        self._say("The gateway's port is closed until a Gateway asks for it.")
        self._expect(url, None)
        self._lateen("apply", "--wait", "-f", self._file("bookinfo-gateway.yaml"))
        self._expect(url, 200)
        self._say("With no rule, requests spread over all three versions of reviews.")
        self._traffic(url)
        self._say("Half to v2, half to v3, none to v1.")
        rules = ("destination-rule-reviews.yaml", "virtual-service-reviews-v2-v3.yaml")
        self._lateen("apply", "--wait", *(word for rule in rules for word in ("-f", self._file(rule))))
        self._lateen("get", "virtualservices")
        self._traffic(url)

    def _say(self, text: str) -> None:
        click.secho(f"\n# {text}", bold=True)

    def _lateen(self, *words: str) -> None:
        click.echo(f"$ lateen {shlex.join(words)}")
        own = () if words[0] == "up" else ("--mesh", self._name)
        root.main([words[0], *own, *words[1:]], prog_name="lateen", standalone_mode=False)

    def _traffic(self, url: str) -> None:
        words = ("traffic", url, "-n", str(REQUESTS), "--by", "regex:reviews-(v[0-9])", "--hop", HOP)
        self._lateen(*words)

    def _file(self, name: str) -> str:
        path = self._folder / name
        return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)

    def _page(self) -> str:
        with SyncClient(read_access(MeshPaths(self._name).kubeconfig)) as client:
            ((_, _, port),) = gateway_ports(client)
        return f"http://127.0.0.1:{port}/productpage"

    def _expect(self, url: str, status: int | None) -> None:
        """`None`: the connection is refused."""
        found = _until(lambda: _status(url), status, GATEWAY_SECONDS)
        click.echo(f"$ curl {url}\n{'refused' if found is None else f'HTTP {found}'}")
        if found != status:
            fail(f"error: {url} should have been {'refused' if status is None else status}")


def _until(look: Callable[[], int | None], wanted: int | None, seconds: float) -> int | None:
    deadline = time.monotonic() + seconds
    while (found := look()) != wanted and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


def _status(url: str) -> int | None:
    try:
        with urlopen(url, timeout=5) as answer:  # noqa: S310 - http, this machine
            return int(answer.status)
    except HTTPError as error:
        return error.code
    except (URLError, OSError):
        return None
