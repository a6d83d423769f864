"""The command line as a process: signals, pipes, standard input, and kubectl beside it."""

import asyncio
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from tests.feature.api_server import api_server, node_agent, run

from lateen.client.kubeconfig import merge_context
from lateen.lib.clock import SystemClock
from lateen.store.memory import MemoryStore

LATEEN = (sys.executable, "-m", "lateen")

SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: reviews}
spec: {selector: {app: reviews}, ports: [{name: http, port: 9080, targetPort: 9080}]}
"""
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  nodeName: here
  containers: [{name: app, image: "app:1"}]
"""


class Cli:
    """A mesh's API, and programs that use it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "kubeconfig"
        self.serving = AsyncExitStack()

    async def start(self) -> None:
        await self.serving.enter_async_context(node_agent(self.folder))
        access = await self.serving.enter_async_context(api_server(MemoryStore(SystemClock()), self.folder))
        merge_context(self.config, access, make_current=True)

    async def run(self, *words: str, stdin: str = "") -> tuple[int, str, str]:
        return await run(*LATEEN, words[0], "--kubeconfig", str(self.config), *words[1:], stdin=stdin)

    async def kubectl(self, *words: str, stdin: str = "") -> str:
        code, out, err = await run("kubectl", *words, stdin=stdin, KUBECONFIG=str(self.config), HOME=str(self.folder))
        assert code == 0, err
        return out

    async def begin(self, *words: str) -> asyncio.subprocess.Process:
        """A command that goes on, once it has printed its first line."""
        process = await asyncio.create_subprocess_exec(
            *LATEEN,
            *(words[0], "--kubeconfig", str(self.config), *words[1:]),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        assert process.stdout
        assert await asyncio.wait_for(process.stdout.readline(), 30)
        return process


@pytest.fixture
async def cli(tmp_path: Path) -> AsyncIterator[Cli]:
    cli = Cli(tmp_path)
    async with cli.serving:
        await cli.start()
        assert (await cli.run("apply", "-f", "-", stdin=POD))[0] == 0
        yield cli


async def test_a_command_in_a_container_reads_standard_input_and_hands_on_its_status(cli: Cli) -> None:
    code, out, err = await cli.run("exec", "-i", "p", "--", "cat", "-", "x", stdin="hello\n")
    assert (code, out) == (3, "cat - x\nHELLO\n")
    assert err == "to stderr\ncommand terminated with exit code 3\n"


async def test_a_terminal_is_not_pretended(cli: Cli) -> None:
    code, _, err = await cli.run("exec", "-it", "p", "--", "sh")
    assert code == 1
    assert err.startswith("Unable to use a TTY: standard input is no terminal\n")


async def test_an_interrupt_ends_a_watch_without_a_word(cli: Cli) -> None:
    process = await cli.begin("get", "pods", "-w")
    process.send_signal(signal.SIGINT)
    _, err = await asyncio.wait_for(process.communicate(), 30)
    assert (process.returncode, err.strip()) == (130, b"")


async def test_the_end_of_the_control_plane_ends_a_watch_with_one_line(cli: Cli) -> None:
    process = await cli.begin("get", "pods", "-w")
    await cli.serving.aclose()
    _, err = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 1
    assert err.startswith(b"error: ")
    assert err.count(b"\n") == 1


@pytest.mark.parametrize("words", [("get", "pods", "-o", "json"), ("logs", "p"), ("describe", "pod", "p")])
async def test_a_reader_that_has_enough_is_no_error(cli: Cli, words: tuple[str, ...]) -> None:
    quoted = " ".join((*LATEEN, words[0], "--kubeconfig", str(cli.config), *words[1:]))
    # `exec <&-` closes the pipe's reading end before anything is written.
    code, _, err = await run("sh", "-c", f"{{ {quoted}; }} | exec true")
    assert (code, err) == (0, "")


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
async def test_kubectl_and_lateen_know_what_the_other_applied(cli: Cli) -> None:
    assert (await cli.run("apply", "-f", "-", stdin=SERVICE))[1] == "service/reviews created\n"
    assert await cli.kubectl("apply", "-f", "-", stdin=SERVICE) == "service/reviews unchanged\n"
    # Each removes a field that the other's file had set.
    labelled = SERVICE.replace("name: reviews}", "name: reviews, labels: {a: b}}", 1)
    assert await cli.kubectl("apply", "-f", "-", stdin=labelled) == "service/reviews configured\n"
    assert (await cli.run("apply", "-f", "-", stdin=SERVICE))[1] == "service/reviews configured\n"
    assert await cli.kubectl("get", "svc/reviews", "-o", "jsonpath={.metadata.labels}") in {"", "{}"}


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
@pytest.mark.parametrize(
    "words",
    [
        ("get", "pods"),
        ("get", "pods", "-o", "wide"),
        ("get", "all"),
        ("get", "svc,pods"),
        ("get", "pods", "-A", "--show-labels"),
        ("get", "pods", "-o", "name"),
        ("get", "pods", "-o", "jsonpath={.items[*].metadata.name}"),
        ("get", "pods", "-o", "custom-columns=NAME:.metadata.name,IMAGE:.spec.containers[*].image"),
        ("get", "svc/reviews", "-o", "yaml"),
        ("get", "svc/reviews", "-o", "json"),
    ],
)
async def test_what_is_printed_is_what_kubectl_prints(cli: Cli, words: tuple[str, ...]) -> None:
    await cli.run("apply", "-f", "-", stdin=SERVICE)
    code, out, _ = await cli.run(*words)
    theirs = await cli.kubectl(*words)
    assert code == 0
    # Ages grow while one looks.
    assert _without_ages(out) == _without_ages(theirs)


def _without_ages(text: str) -> list[list[str]]:
    return [
        [word for word in line.split() if not (word[:-1].isdigit() and word[-1] in "ms")] for line in text.splitlines()
    ]
