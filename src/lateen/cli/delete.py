"""`lateen delete`: remove resources by name, label or file."""

import time
from collections.abc import Sequence
from pathlib import Path

import click

from lateen.api.codec import Document
from lateen.api.schema import info_of
from lateen.api.unserved import unserved_kind
from lateen.cli.apply import apply_rank
from lateen.cli.completing import complete_resources
from lateen.cli.distribution import report_distribution, revision_now
from lateen.cli.documents import read_documents
from lateen.cli.kinds import Target, parse_targets
from lateen.cli.mesh import connect, fail, mesh_options, namespace_option
from lateen.cli.seconds import SECONDS
from lateen.client.error import ApiError
from lateen.client.resource_path import with_query
from lateen.client.sync import SyncClient

POLL_SECONDS = 0.1


@click.command(name="delete")
@click.argument("what", nargs=-1, metavar="[KIND NAME… | KIND/NAME…]", shell_complete=complete_resources)
@click.option("-f", "--filename", "sources", multiple=True, help="Delete what this file, folder, URL or - describes.")
@click.option("-R", "--recursive", is_flag=True, help="Look into the folders of folders too.")
@namespace_option
@click.option("-l", "--selector", default="", help="Everything of the kind with these labels.")
@click.option("--all", "everything", is_flag=True, help="Everything of the kind in the namespace.")
@click.option("--ignore-not-found", is_flag=True, help="What is not there is no error.")
@click.option("--grace-period", type=int, help="Seconds a pod gets to stop [default: what the pod says].")
@click.option("--wait/--no-wait", default=True, help="Return when it is gone.")
@click.option("--force", is_flag=True, help="The same as --grace-period=0.")
@click.option("--now", is_flag=True, help="The same as --grace-period=1.")
@click.option("--timeout", type=SECONDS, default="60s", show_default=True, help="How long to wait.")
@mesh_options
def command(
    what: tuple[str, ...],
    sources: tuple[str, ...],
    recursive: bool,
    namespace: str,
    selector: str,
    everything: bool,
    ignore_not_found: bool,
    grace_period: int | None,
    wait: bool,
    force: bool,
    now: bool,
    timeout: float,
    mesh: str,
    kubeconfig: Path | None,
    context: str,
) -> None:
    """Delete resources; a pod gets its grace period."""
    with connect(mesh, kubeconfig, context) as client:
        where = namespace or client.access.namespace
        chosen = _from_files(sources, recursive, where) + _from_words(client, what, where, selector, everything)
        if not chosen:
            raise click.UsageError("name what to delete: KIND NAME, KIND -l LABEL, KIND --all, or -f FILE")
        grace = 0 if force else 1 if now else grace_period
        deleter = Deleter(client, grace, ignore_not_found)
        before = revision_now(client)
        for target, at in chosen:
            deleter.delete(target, at)
        if wait:
            deleter.wait(timeout)
        if (after := revision_now(client)) > before:
            report_distribution(client, after, first=before + 1)
    if deleter.failed:
        raise SystemExit(1)


class Deleter:
    """Deletes one resource after the other; a refusal is printed and the rest goes on."""

    def __init__(self, client: SyncClient, grace: int | None, ignore_missing: bool) -> None:
        self._client = client
        self._grace = grace
        self._ignore_missing = ignore_missing
        self._pending: list[tuple[Target, str, str]] = []
        self.failed = False

    def delete(self, target: Target, namespace: str) -> None:
        """Delete and print so."""
        path = target.path(namespace)
        options = {"propagationPolicy": "Background"} | (
            {} if self._grace is None else {"gracePeriodSeconds": self._grace}
        )
        try:
            uid = self._client.get(path)["metadata"].get("uid", "")
            self._client.delete(path, options)
        except ApiError as error:
            if not (error.is_missing and self._ignore_missing):
                click.echo(str(error), err=True)
                self.failed = True
            return
        self._pending.append((target, path, uid))
        click.echo(f'{target.title.removesuffix(f"/{target.name}")} "{target.name}" deleted')

    def wait(self, timeout: float) -> None:
        """Return when all are gone; exits with an error when that takes too long."""
        deadline = time.monotonic() + timeout
        for target, path, uid in self._pending:
            while self._is_there(path, uid):
                if time.monotonic() > deadline:
                    fail(f"error: {target.title} is still there after {timeout:g} s: see `lateen describe`")
                time.sleep(POLL_SECONDS)

    def _is_there(self, path: str, uid: str) -> bool:
        try:
            return bool(self._client.get(path)["metadata"].get("uid") == uid)
        except ApiError as error:
            if error.is_missing:
                return False
            raise


def _from_files(sources: Sequence[str], recursive: bool, where: str) -> list[tuple[Target, str]]:
    documents, problems = read_documents(sources, recursive=recursive)
    if problems:
        fail("\n".join(f"error: {problem}" for problem in problems))
    served = [document for document in documents if unserved_kind(document.body) is None]
    if documents and not served:
        fail(f"nothing was deleted: no document in {', '.join(sources)} has an effect in this version")
    ordered = sorted(served, key=lambda document: apply_rank(document.body), reverse=True)
    return [_from_document(document, where) for document in ordered]


def _from_document(document: Document, where: str) -> tuple[Target, str]:
    info = info_of(document.body)
    metadata = document.body.get("metadata") or {}
    if info is None or not metadata.get("name"):
        fail(f"error: {document.origin}: names no resource of a known kind")
    return Target(info, metadata["name"]), metadata.get("namespace") or where


def _from_words(
    client: SyncClient, what: tuple[str, ...], where: str, selector: str, everything: bool
) -> list[tuple[Target, str]]:
    if not what:
        return []
    chosen: list[tuple[Target, str]] = []
    for target in parse_targets(what):
        if target.name:
            chosen.append((target, where))
        elif selector or everything:
            listing = client.get(with_query(target.path(where), labelSelector=selector))
            chosen += [(Target(target.info, item["metadata"]["name"]), where) for item in listing.get("items") or []]
        else:
            raise click.UsageError(f"name which {target.info.plural} to delete, or give -l or --all")
    return chosen
