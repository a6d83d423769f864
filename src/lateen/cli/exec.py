"""`lateen exec`: run a command in a container."""

import os
import shutil
import signal
import sys
import termios
import threading
import tty
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlencode

import click

from lateen.cli.completing import complete_workload
from lateen.cli.kinds import Target, kind_named
from lateen.cli.mesh import connect, mesh_options, namespace_option
from lateen.cli.pods import choose_container, find_pod
from lateen.client.access import Access
from lateen.client.remote_command import RemoteCommand, start_command


@click.command(name="exec", context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.option("-i", "--stdin", "with_input", is_flag=True, help="Hand standard input to the command.")
@click.option("-t", "--tty", "with_tty", is_flag=True, help="Give the command a terminal.")
@click.option("-c", "--container", default="", help="Which container [default: the first that is no proxy].")
@namespace_option
@mesh_options
@click.argument("pod", metavar="POD | deploy/NAME | svc/NAME", shell_complete=complete_workload)
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="-- COMMAND [ARGUMENT…]")
def command(
    with_input: bool,
    with_tty: bool,
    container: str,
    namespace: str,
    mesh: str,
    kubeconfig: Path | None,
    context: str,
    pod: str,
    words: tuple[str, ...],
) -> None:
    """Run a command in a container; exits with its exit status.

    \b
      lateen exec deploy/sleep -- curl -s http://reviews:9080/reviews/1
      lateen exec -it deploy/sleep -- sh
    """
    container, words = _kubectl_order(container, words)
    if not words:
        raise click.UsageError("say which command to run: -- COMMAND [ARGUMENT…]")
    if with_tty and with_input and not sys.stdin.isatty():
        click.echo("Unable to use a TTY: standard input is no terminal", err=True)
        with_tty = False
    with connect(mesh, kubeconfig, context) as client:
        where = namespace or client.access.namespace
        found = find_pod(client, pod, where)
        path = exec_path(
            Target(kind_named("pod"), found["metadata"]["name"]).path(where, "exec"),
            choose_container(found, container),
            words,
            with_input=with_input,
            with_tty=with_tty,
        )
        code = run_attached(client.access, path, with_input=with_input, with_tty=with_tty)
    if code:
        click.echo(f"command terminated with exit code {code}", err=True)
    raise SystemExit(code)


def exec_path(
    path: str, container: str, words: Sequence[str], *, with_input: bool = False, with_tty: bool = False
) -> str:
    """The path, with query, at which the API runs a command."""
    query = [("command", word) for word in words] + [("container", container), ("stdout", "true")]
    query += [("stdin", "true")] if with_input else []
    query += [("tty", "true")] if with_tty else [("stderr", "true")]
    return f"{path}?{urlencode(query)}"


def run_attached(access: Access, path: str, *, with_input: bool, with_tty: bool) -> int:
    """Run a command with this terminal as its own, and return its exit code."""
    remote = start_command(access, path)
    try:
        with _raw_terminal(with_tty and with_input and sys.stdin.isatty()):
            if with_tty:
                _follow_size(remote)
            if with_input:
                threading.Thread(target=_send_input, args=(remote,), daemon=True).start()
            return remote.run(_writer(sys.stdout.buffer), _writer(sys.stderr.buffer))
    finally:
        remote.close()


def _kubectl_order(container: str, words: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """kubectl takes `-c NAME` after the pod too, up to `--`."""
    while len(words) > 2 and words[0] in {"-c", "--container"}:
        container, words = words[1], words[2:]
    return container, words[1:] if words[:1] == ("--",) else words


def _send_input(remote: RemoteCommand) -> None:
    while content := os.read(sys.stdin.fileno(), 65536):
        remote.write(content)
    remote.end_input()


def _follow_size(remote: RemoteCommand) -> None:
    def send(*_: object) -> None:
        size = shutil.get_terminal_size()
        remote.resize(size.columns, size.lines)

    signal.signal(signal.SIGWINCH, send)
    send()


def _writer(stream: BinaryIO) -> Callable[[bytes], None]:
    def write(content: bytes) -> None:
        stream.write(content)
        stream.flush()

    return write


@contextmanager
def _raw_terminal(wanted: bool) -> Iterator[None]:
    if not wanted:
        yield
        return
    before = termios.tcgetattr(sys.stdin)
    try:
        tty.setraw(sys.stdin)
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)
