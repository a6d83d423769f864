"""What the mesh found out about resources that were just applied."""

import time
from collections.abc import Iterator, Sequence

import click

from lateen.api.meta import JsonObject
from lateen.cli.kinds import Target
from lateen.client.error import ApiError
from lateen.client.sync import SyncClient

CATEGORY = "istio-io"
SCHEMA = "IST0133"
"""What is wrong with a document on its own, which is told before it is applied."""
PATIENCE_SECONDS = 1.0
POLL_SECONDS = 0.02


def report_findings(client: SyncClient, applied: Sequence[tuple[Target, str]]) -> None:
    """Print what the mesh says of each Istio resource in `applied` (with its namespace) that it can't do as asked.

    Looks until the mesh has judged the newest version of each, at most a second in all.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    for target, namespace in applied:
        if CATEGORY in target.info.categories:
            for line in _findings(client, target, namespace, deadline):
                click.echo(f"warning: {target.title}: {line}", err=True)


def _findings(client: SyncClient, target: Target, namespace: str, deadline: float) -> Iterator[str]:
    while True:
        try:
            document = client.get(target.path(namespace))
        except ApiError:
            return
        status: JsonObject = document.get("status") or {}
        if status.get("observedGeneration", 0) >= document["metadata"].get("generation", 0):
            break
        if time.monotonic() > deadline:
            return
        time.sleep(POLL_SECONDS)
    for message in status.get("validationMessages") or []:
        if message.get("level") != "INFO" and (message.get("type") or {}).get("code") != SCHEMA:
            yield f"{(message.get('type') or {}).get('code', '')}: {message['message']}"
