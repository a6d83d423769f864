"""Waiting for workloads, and saying what they wait for."""

import time

import click

from lateen.api.meta import JsonObject
from lateen.cli.kinds import Target, kind_named
from lateen.cli.mesh import fail
from lateen.cli.pods import is_ready, list_pods
from lateen.cli.rollout import unfinished
from lateen.client.sync import SyncClient

POLL_SECONDS = 0.1


def wait_for_workloads(client: SyncClient, timeout: float) -> int:
    """Return how many pods there are when every deployment of the mesh is done and every pod is ready, or has done
    what it had to; exits with the reasons when it takes longer than `timeout` seconds.

    Pods are asked, too: a deployment's status is a little behind that of its pods.
    """
    deadline = time.monotonic() + timeout
    while True:
        deployments = client.get(Target(kind_named("deployments")).path("")).get("items") or []
        waiting = {_name(each): reason for each in deployments if (reason := unfinished(each))}
        pods = list_pods(client, "")
        unready = {_name(pod): pod_trouble(pod) for pod in pods if not _is_done(pod)}
        if not waiting and not unready:
            return len(pods)
        if time.monotonic() > deadline:
            _give_up(waiting, unready, timeout)
        time.sleep(POLL_SECONDS)


def _is_done(pod: JsonObject) -> bool:
    over = "deletionTimestamp" in pod["metadata"] or (pod.get("status") or {}).get("phase") in {"Succeeded", "Failed"}
    return over or is_ready(pod)


def _give_up(deployments: dict[str, str], pods: dict[str, str], timeout: float) -> None:
    for kind, reasons in (("deployment", deployments), ("pod", pods)):
        for name, reason in reasons.items():
            click.echo(f"{kind} {name}: {reason}", err=True)
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


def _name(item: JsonObject) -> str:
    return f"{item['metadata']['namespace']}/{item['metadata']['name']}"
