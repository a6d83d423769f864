"""Waiting for workloads, and saying what they wait for."""

import time

import click

from lateen.api.meta import JsonObject
from lateen.cli.kinds import Target, kind_named
from lateen.cli.mesh import fail
from lateen.cli.pods import is_ready
from lateen.cli.rollout import unfinished
from lateen.client.sync import SyncClient

POLL_SECONDS = 0.1


def wait_for_deployments(client: SyncClient, timeout: float) -> int:
    """Return how many pods there are when every deployment of the mesh is done; exits with the reasons when it takes
    longer than `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while True:
        deployments = client.get(Target(kind_named("deployments")).path("")).get("items") or []
        waiting = {_name(each): reason for each in deployments if (reason := unfinished(each))}
        if not waiting:
            return len(_pods(client))
        if time.monotonic() > deadline:
            _give_up(client, waiting, timeout)
        time.sleep(POLL_SECONDS)


def _give_up(client: SyncClient, waiting: dict[str, str], timeout: float) -> None:
    for name, reason in waiting.items():
        click.echo(f"deployment {name}: {reason}", err=True)
    for pod in _pods(client):
        if not is_ready(pod):
            click.echo(f"pod {_name(pod)}: {pod_trouble(pod)}", err=True)
    fail(
        f"error: not everything is ready after {timeout:g} s; look with `lateen describe pod NAME`, `lateen logs NAME`"
    )


def pod_trouble(pod: JsonObject) -> str:
    """Why a pod is not ready, as far as its status says."""
    status: JsonObject = pod.get("status") or {}
    reasons = []
    for each in status.get("containerStatuses") or []:
        state: JsonObject = (
            (each.get("state") or {}).get("waiting") or (each.get("state") or {}).get("terminated") or {}
        )
        if state:
            reasons.append(f"container {each['name']}: {state.get('reason', '')} {state.get('message', '')}".strip())
        elif not each.get("ready"):
            reasons.append(f"container {each['name']}: its readiness probe has not succeeded yet")
    return "; ".join(reasons) or status.get("phase") or "no node has taken it yet"


def _pods(client: SyncClient) -> list[JsonObject]:
    items: list[JsonObject] = client.get(Target(kind_named("pods")).path("")).get("items") or []
    return items


def _name(item: JsonObject) -> str:
    return f"{item['metadata']['namespace']}/{item['metadata']['name']}"
