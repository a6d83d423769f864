"""`lateen rollout`: restart deployments, and wait for their changes."""

import time
from datetime import UTC, datetime
from pathlib import Path

import click

from lateen.api.meta import JsonObject
from lateen.cli.completing import complete_resources
from lateen.cli.kinds import Target, parse_targets
from lateen.cli.mesh import connect, fail, mesh_options, namespace_option
from lateen.cli.seconds import SECONDS
from lateen.client.sync import SyncClient

POLL_SECONDS = 0.2
RESTARTED_AT = "kubectl.kubernetes.io/restartedAt"


@click.group(name="rollout")
def command() -> None:
    """Restart deployments, or wait until a change of theirs is done."""


@command.command(name="restart")
@click.argument(
    "what", nargs=-1, required=True, metavar="deploy/NAME… | deploy NAME…", shell_complete=complete_resources
)
@namespace_option
@mesh_options
def restart(what: tuple[str, ...], namespace: str, mesh: str, kubeconfig: Path | None, context: str) -> None:
    """Replace the pods of deployments one after the other, without a gap."""
    stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    patch = {"spec": {"template": {"metadata": {"annotations": {RESTARTED_AT: stamp}}}}}
    with connect(mesh, kubeconfig, context) as client:
        for target in _deployments(client, what, namespace or client.access.namespace):
            client.patch(target.path(namespace or client.access.namespace), patch)
            click.echo(f"{target.title} restarted")


@command.command(name="status")
@click.argument(
    "what", nargs=-1, required=True, metavar="deploy/NAME… | deploy NAME…", shell_complete=complete_resources
)
@click.option("--timeout", type=SECONDS, default="120s", show_default=True, help="How long to wait.")
@namespace_option
@mesh_options
def status(
    what: tuple[str, ...], timeout: float, namespace: str, mesh: str, kubeconfig: Path | None, context: str
) -> None:
    """Wait until deployments have all their pods, of the newest template, ready."""
    deadline = time.monotonic() + timeout
    with connect(mesh, kubeconfig, context) as client:
        where = namespace or client.access.namespace
        for target in _deployments(client, what, where):
            before = ""
            while waiting := unfinished(client.get(target.path(where))):
                if time.monotonic() > deadline:
                    fail(f"error: {target.title} is not done after {timeout:g} s: {waiting}; see `lateen get pods`")
                if waiting != before:
                    click.echo(f'Waiting for deployment "{target.name}" rollout to finish: {waiting}...')
                before = waiting
                time.sleep(POLL_SECONDS)
            click.echo(f'deployment "{target.name}" successfully rolled out')


def unfinished(deployment: JsonObject) -> str:
    """What a deployment still waits for; "" when it is done."""
    status: JsonObject = deployment.get("status") or {}
    wanted = deployment["spec"].get("replicas", 1)
    if status.get("observedGeneration", 0) < deployment["metadata"].get("generation", 0):
        return "its change was not looked at yet"
    updated, available = status.get("updatedReplicas", 0), status.get("availableReplicas", 0)
    if updated < wanted:
        return f"{updated} of {wanted} pods are new"
    if status.get("replicas", 0) > updated:
        return f"{status['replicas'] - updated} old pods are still there"
    return f"{available} of {wanted} pods are ready" if available < wanted else ""


def _deployments(client: SyncClient, what: tuple[str, ...], where: str) -> list[Target]:
    targets = parse_targets(what)
    if any(target.info.id != "Deployment" for target in targets):
        raise click.UsageError("only deployments are rolled out: deploy/reviews-v1")
    if all(target.name for target in targets):
        return targets
    listing = client.get(targets[0].path(where))
    return [Target(targets[0].info, item["metadata"]["name"]) for item in listing.get("items") or []]
