"""Waiting until what was applied is in force: pods ready, endpoints known, every proxy told."""

import time
from collections.abc import Collection, Iterator

from lateen.api.meta import JsonObject
from lateen.cli.distribution import report_distribution, revision_now
from lateen.cli.kinds import Target, kind_named
from lateen.cli.mesh import fail
from lateen.cli.pods import is_ready, list_pods
from lateen.cli.readiness import wait_for_workloads
from lateen.client.sync import SyncClient
from lateen.model.endpoint_slices import SERVICE_LABEL
from lateen.model.selection import selects

POLL_SECONDS = 0.02


def settle(client: SyncClient, before: int, timeout: float) -> bool:
    """Return when everything after the revision `before`, and the pods that came of it, is known to every proxy.

    False when a proxy refused it or did not answer, which is printed. Exits with a message when pods don't get ready.
    """
    deadline = time.monotonic() + timeout
    wait_for_workloads(client, timeout)
    _wait_for_endpoints(client, deadline)
    left = max(1.0, deadline - time.monotonic())
    return report_distribution(client, revision_now(client), first=before + 1, wait=True, timeout=left)


def wait_for_no_pods(client: SyncClient, namespace: str, owners: Collection[str], timeout: float) -> None:
    """Return when the pods of these deployments are gone; exits with a message when that takes longer."""
    deadline = time.monotonic() + timeout
    while left := [pod for pod in list_pods(client, namespace) if _owner(pod) in owners]:
        if time.monotonic() > deadline:
            fail(f"error: pod {left[0]['metadata']['name']} is still there after {timeout:g} s")
        time.sleep(POLL_SECONDS)


def _wait_for_endpoints(client: SyncClient, deadline: float) -> None:
    """Return when every ready pod that a service selects is an endpoint of it."""
    while missing := set(_expected(client)) - set(_present(_items(client, "endpointslices"))):
        if time.monotonic() > deadline:
            namespace, service, address = min(missing)
            fail(f"error: the pod with address {address} is no endpoint of service {namespace}/{service} yet")
        time.sleep(POLL_SECONDS)


def _expected(client: SyncClient) -> Iterator[tuple[str, str, str]]:
    pods = [pod for pod in list_pods(client, "") if is_ready(pod) and not pod["metadata"].get("deletionTimestamp")]
    for service in _items(client, "services"):
        meta, selector = service["metadata"], service["spec"].get("selector")
        for pod in pods if selector else ():
            same = pod["metadata"]["namespace"] == meta["namespace"]
            if same and selects(selector, pod["metadata"].get("labels") or {}):
                yield meta["namespace"], meta["name"], pod["status"]["podIP"]


def _present(slices: list[JsonObject]) -> Iterator[tuple[str, str, str]]:
    for each in slices:
        meta = each["metadata"]
        service = (meta.get("labels") or {}).get(SERVICE_LABEL, "")
        for endpoint in each.get("endpoints") or []:
            if (endpoint.get("conditions") or {}).get("ready", True):
                yield from ((meta["namespace"], service, address) for address in endpoint["addresses"])


def _owner(pod: JsonObject) -> str:
    owners: list[JsonObject] = pod["metadata"].get("ownerReferences") or []
    return str(owners[0]["name"]) if owners else ""


def _items(client: SyncClient, kind: str) -> list[JsonObject]:
    items: list[JsonObject] = client.get(Target(kind_named(kind)).path("")).get("items") or []
    return items
