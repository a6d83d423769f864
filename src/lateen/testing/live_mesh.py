"""A mesh of a test's own, up and running."""

import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

import click

from lateen.api.meta import JsonObject
from lateen.app.lifecycle import StartOptions, start, stop
from lateen.app.waiting import LifecycleError
from lateen.cli.delete import Deleter
from lateen.cli.distribution import revision_now
from lateen.cli.grouping import VERSION, Grouping, parse_grouping
from lateen.cli.kinds import parse_targets
from lateen.cli.live_caller import find_caller, node_port_address
from lateen.cli.logs import LogSource
from lateen.cli.measuring import measure
from lateen.cli.mesh import Failure
from lateen.cli.pods import choose_container
from lateen.cli.readiness import wait_for_workloads
from lateen.cli.sending import Sending, send
from lateen.cli.settling import settle, wait_for_no_pods
from lateen.client.access import AccessError
from lateen.client.error import ApiError
from lateen.client.kubeconfig import read_access
from lateen.client.paths import MeshPaths
from lateen.client.sync import SyncClient
from lateen.testing.applying import apply, enable_injection
from lateen.testing.error import MeshError
from lateen.testing.guard import guarded
from lateen.testing.response import Response
from lateen.testing.sources import Source
from lateen.testing.thread import in_thread
from lateen.testing.traffic import Traffic

T = TypeVar("T")

BODY_MOST = 16 << 20


def random_name() -> str:
    """A name that no other mesh of this machine has."""
    return f"test-{secrets.token_hex(4)}"


@dataclass(slots=True)
class LiveMesh:
    """One mesh, on this machine, for a test to ask. Its methods raise MeshError, and need no particular event loop.

    `folders` are where files are looked for; with `injection`, namespaces get proxies unless a document says otherwise.
    """

    name: str = field(default_factory=random_name)
    folders: Sequence[Path] = (Path(),)
    profile: str = ""
    injection: bool = True

    @property
    def kubeconfig(self) -> Path:
        """How kubectl and others reach the mesh's API."""
        return MeshPaths(self.name).kubeconfig

    def up(self, sources: Sequence[Source] = (), timeout: float = 60.0) -> None:
        """Start the mesh, apply documents, and return when all is ready."""
        with translated():
            start(MeshPaths(self.name), StartOptions(profile=self.profile))
            with self._client() as client:
                wait_for_workloads(client, timeout)
                if self.injection:
                    enable_injection(client, "default")
                if sources:
                    self._apply(client, sources, "default", timeout)

    def down(self) -> None:
        """Stop the mesh and remove all of it; nothing happens when it is not there."""
        with translated():
            stop(MeshPaths(self.name), purge=True)

    async def apply(self, *sources: Source, namespace: str = "default", timeout: float = 60.0) -> None:
        """Create or change what files, folders or YAML texts describe, and return when that is in force.

        `timeout` is in seconds.
        """
        await self._do(lambda client: self._apply(client, sources, namespace, timeout))

    async def delete(self, *words: str, namespace: str = "default", timeout: float = 60.0) -> None:
        """Delete resources, as in `virtualservice/reviews`, and return when proxies have forgotten them."""
        await self._do(lambda client: _delete(client, words, namespace, timeout))

    async def get(self, word: str, namespace: str = "default") -> JsonObject:
        """A resource, as in `virtualservice/reviews`; all of a kind, as in `pods`, are its `items`."""
        return await self._do(lambda client: client.get(parse_targets((word,))[0].path(namespace)))

    async def request(
        self,
        method: str,
        url: str,
        *,
        from_: str = "",
        headers: Mapping[str, str] | None = None,
        body: str = "",
        namespace: str = "default",
        timeout: float = 10.0,
    ) -> Response:
        """Send one request and return its answer; redirects are not followed.

        The caller `from_` is `deploy/sleep`, `sleep`, `pod/…`, `svc/…` or `sa/…`, `NAME.NAMESPACE` where it is not in
        `namespace`. `gateway/istio-ingressgateway` is a client outside of the mesh, who dials the gateway at the URL's
        port. Without a caller the request comes from this machine. Raises MeshError when no answer comes.
        """
        wanted = Sending(
            url=url,
            requests=1,
            concurrency=1,
            rate=None,
            method=method,
            headers=headers or {},
            timeout=timeout,
            grouping=Grouping(VERSION),
            body=body,
            all_headers=True,
            body_most=BODY_MOST,
        )
        (answer,) = await self._do(lambda client: send(client, *_from(client, from_, namespace, wanted)))
        if not answer.status:
            raise MeshError(f"{method} {url} from {from_ or 'this machine'}: no answer: {answer.error}")
        return Response(answer.status, answer.headers, answer.body, answer.milliseconds)

    async def traffic(
        self,
        url: str,
        n: int = 100,
        *,
        from_: str = "",
        by: str = VERSION,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        concurrency: int = 1,
        namespace: str = "default",
        timeout: float = 10.0,
    ) -> Traffic:
        """Send `n` requests and count who answered: `by` version, pod, `header:NAME` or `regex:PATTERN` in the body.

        Version and pod are seen at the caller's proxy, or at the gateway. `from_` is as for `request`.
        """

        def work(client: SyncClient) -> Traffic:
            wanted = Sending(url, n, concurrency, None, method, headers or {}, timeout, parse_grouping(by))
            measured = measure(client, *_from(client, from_, namespace, wanted))
            counts = {row.group: row.count for row in measured.comparison.rows if row.count}
            statuses = Counter(answer.status for answer in measured.answers)
            return Traffic(len(measured.answers), counts, dict(statuses))

        return await self._do(work)

    async def logs(
        self,
        workload: str,
        container: str = "",
        *,
        namespace: str = "default",
        tail: int | None = None,
        previous: bool = False,
    ) -> str:
        """What a container has logged so far; by default the first one that is no proxy."""

        def work(client: SyncClient) -> str:
            pod = find_caller(client, workload, namespace).pod
            source = LogSource(pod, choose_container(pod, container))
            pieces = source.pieces(client, {"tailLines": None if tail is None else str(tail), "previous": previous})
            return b"".join(pieces).decode("utf-8", "replace")

        return await self._do(work)

    def _apply(self, client: SyncClient, sources: Sequence[Source], namespace: str, timeout: float) -> None:
        apply(client, sources, self.folders, namespace=namespace, injection=self.injection, timeout=timeout)

    def _client(self) -> SyncClient:
        return SyncClient(read_access(self.kubeconfig))

    async def _do(self, work: Callable[[SyncClient], T]) -> T:
        def run() -> T:
            with translated(), self._client() as client:
                return work(client)

        return await in_thread(run)


@contextmanager
def running_mesh(
    sources: Sequence[Source] = (), folders: Sequence[Path] = (Path(),), *, profile: str = "", injection: bool = True
) -> Iterator[LiveMesh]:
    """A mesh for the block, with documents in it; nothing of it is left afterwards, even when this process dies."""
    mesh = LiveMesh(folders=folders, profile=profile, injection=injection)
    with guarded(mesh.name):
        try:
            mesh.up(sources)
            yield mesh
        finally:
            mesh.down()


@contextmanager
def translated() -> Iterator[None]:
    """Turns every way in which the command line's parts say no into MeshError."""
    try:
        yield
    except Failure as failure:
        raise MeshError(failure.message) from None
    except click.ClickException as error:
        raise MeshError(error.format_message()) from None
    except (ApiError, AccessError, LifecycleError, FileNotFoundError) as error:
        raise MeshError(str(error)) from error


def _from(client: SyncClient, word: str, namespace: str, wanted: Sending) -> tuple[JsonObject | None, Sending]:
    """The pod that sends, None for this machine, and what it sends."""
    if not word:
        return None, wanted
    caller = find_caller(client, word, namespace)
    if caller.at_gateway:
        return None, replace(wanted, peer=node_port_address(client, caller.pod, wanted.url))
    return caller.pod, wanted


def _delete(client: SyncClient, words: Sequence[str], namespace: str, timeout: float) -> None:
    before = revision_now(client)
    deleter = Deleter(client, None, ignore_missing=False)
    targets = parse_targets(tuple(words))
    for target in targets:
        deleter.delete(target, namespace)
    deleter.wait(timeout)
    wait_for_no_pods(client, namespace, {target.name for target in targets}, timeout)
    if deleter.failed or not settle(client, before, timeout):
        raise MeshError(f"not everything was deleted: {', '.join(words)}")
