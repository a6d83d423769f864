"""`lateen apply`: create or change what files describe, and say which proxies that reached."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click

from lateen.api.codec import Document
from lateen.api.elder_form import with_elder_defaults
from lateen.api.kind import KindInfo
from lateen.api.meta import JsonObject
from lateen.api.problem import Problem, Severity
from lateen.api.schema import info_of
from lateen.cli.distribution import report_distribution
from lateen.cli.documents import read_documents
from lateen.cli.findings import report_findings
from lateen.cli.kinds import Target
from lateen.cli.mesh import connect, fail, mesh_options, namespace_option
from lateen.cli.seconds import SECONDS
from lateen.cli.three_way import merge
from lateen.cli.transition import keeping_subsets
from lateen.client.error import ApiError
from lateen.client.resource_path import with_query
from lateen.client.sync import Answer, SyncClient
from lateen.validation.validate import validate

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
CUSTOM_GROUPS = ".istio.io"
TRIES_ON_CONFLICT = 5

# What others refer to comes first: a route must not be there before the subset it names.
ORDER = (
    "Namespace",
    "ServiceAccount",
    "Secret",
    "ConfigMap",
    "Service",
    "ServiceEntry",
    "WorkloadGroup",
    "WorkloadEntry",
    "DestinationRule",
    "Sidecar",
    "Gateway",
    "VirtualService",
)


@click.command(name="apply")
@click.option("-f", "--filename", "sources", multiple=True, required=True, help="File, folder, loopback URL, or -.")
@click.option("-R", "--recursive", is_flag=True, help="Look into the folders of folders too.")
@namespace_option
@click.option(
    "--dry-run", type=click.Choice(["none", "client", "server"]), default="none", help="Only say what would be."
)
@click.option("--wait", is_flag=True, help="Return when every proxy that this touches has acknowledged it.")
@click.option("--timeout", type=SECONDS, default="30s", show_default=True, help="How long --wait waits.")
@mesh_options
def command(
    sources: tuple[str, ...],
    recursive: bool,
    namespace: str,
    dry_run: str,
    wait: bool,
    timeout: float,
    mesh: str,
    kubeconfig: Path | None,
    context: str,
) -> None:
    """Create or change the resources in files.

    All documents are checked before the first is applied; with an error in any of them nothing is. They are applied in
    the order in which they need each other, so a file may hold them in any order.
    """
    documents = served_documents(sources, recursive=recursive)
    with connect(mesh, kubeconfig, context) as client:
        applier = Applier(client, namespace or client.access.namespace, dry_run)
        ok = applier.apply_all(documents)
        reached = not applier.revision or report_distribution(
            client, applier.revision, first=applier.first, wait=wait, timeout=timeout
        )
        report_findings(client, applier.applied)
    if not ok or not reached:
        raise SystemExit(1)


def checked_documents(sources: Sequence[str], *, recursive: bool = False, done: str = "applied") -> list[Document]:
    """The documents of `sources`; prints every problem, and exits when one is an error: nothing was `done`, then."""
    documents, problems = read_documents(sources, recursive=recursive)
    for document in documents:
        problems += validate(document.body, document)
    for problem in problems:
        click.echo(f"{_word(problem)}: {problem}", err=True)
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    if errors:
        fail(f"nothing was {done}: {errors} error{'s' if errors > 1 else ''} in {', '.join(sources)}")
    if not documents:
        folders = not recursive and any(Path(source).is_dir() for source in sources)
        fail(f"error: no documents in {', '.join(sources)}" + ("; -R looks into folders of folders" if folders else ""))
    return documents


def served_documents(sources: Sequence[str], *, recursive: bool = False) -> list[Document]:
    """The checked documents without those that have no effect, about which a warning is printed; exits when none is
    left."""
    documents = checked_documents(sources, recursive=recursive)
    served = [document for document in documents if info_of(document.body) is not None]
    return served or fail(f"nothing was applied: no document in {', '.join(sources)} has an effect")


def _word(problem: Problem) -> str:
    return {Severity.ERROR: "error", Severity.WARNING: "warning"}.get(problem.severity, "note")


@dataclass(slots=True)
class Applier:
    """Applies documents one by one; `first` and `revision` are the oldest and the newest that the server gave to a
    change, `applied` names what was created or changed, each with its namespace."""

    client: SyncClient
    namespace: str
    dry_run: str = "none"
    first: int = 0
    revision: int = 0
    applied: list[tuple[Target, str]] = field(default_factory=list)

    def apply_all(self, documents: Sequence[Document]) -> bool:
        """Apply in order of need; a refusal is printed and the rest goes on. True when all went well."""
        ok = True
        ordered = sorted(documents, key=lambda document: apply_rank(document.body))
        if self.dry_run == "none" and any(_kind(document) == "VirtualService" for document in ordered):
            ordered.sort(key=self._bridge)
        for document in ordered:
            try:
                self.apply(document)
            except ApiError as error:
                ok = False
                click.echo(f"{_place(document)}{error}{_next_step(error)}", err=True)
        return ok

    def apply(self, document: Document) -> None:
        """Create or change one resource and print what happened. Raises ApiError."""
        info = info_of(document.body)
        assert info is not None  # noqa: S101 - unknown kinds are errors of the check before
        body = self._placed(document.body, info)
        target = Target(info, body["metadata"]["name"])
        if self.dry_run == "client":
            click.echo(f"{target.title} applied (dry run)")
            return
        word, answer = self._write(target, body)
        self._report(target, word, answer, document)

    def _bridge(self, document: Document) -> bool:
        """Whether this is a destination rule that drops subsets; it has them until the routes have changed, and is to
        be applied after those."""
        info = info_of(document.body)
        if info is None or info.id != "DestinationRule":
            return False
        body = self._placed(document.body, info)
        path = Target(info, body["metadata"]["name"]).path(body["metadata"]["namespace"])
        try:
            current = self.client.get(path)
            between = keeping_subsets(_merged(body, current, info), current)
            if between is not None:
                self.client.replace(path, between)
        except ApiError:
            return False  # if it matters, applying it will say why
        return between is not None

    def _report(self, target: Target, word: str, answer: Answer | None, document: Document) -> None:
        for warning in _new(answer.warnings, document) if answer and answer.warnings else ():
            click.echo(f"Warning: {warning}", err=True)
        if answer and self.dry_run == "none":
            metadata = answer.body["metadata"]
            revision = int(metadata["resourceVersion"])
            self.first, self.revision = min(self.first or revision, revision), max(self.revision, revision)
            self.applied.append((target, metadata.get("namespace", "")))
        click.echo(f"{target.title} {word}{' (server dry run)' if self.dry_run == 'server' else ''}")

    def _write(self, target: Target, body: JsonObject) -> tuple[str, Answer | None]:
        namespace = body["metadata"].get("namespace", "")
        query = {"dryRun": "All" if self.dry_run == "server" else "", "fieldManager": "lateen"}
        for _ in range(TRIES_ON_CONFLICT):
            current = self._current(target, namespace)
            try:
                if current is None:
                    path = with_query(Target(target.info).path(namespace), **query)
                    return "created", self.client.create(path, _annotated(body))
                wanted = _merged(body, current, target.info)
                if wanted == current:
                    return "unchanged", None
                return "configured", self.client.replace(with_query(target.path(namespace), **query), wanted)
            except ApiError as error:
                if not error.is_conflict:
                    raise
        raise ApiError(409, "Conflict", f"{target.title} is being changed by others; try again")

    def _current(self, target: Target, namespace: str) -> JsonObject | None:
        try:
            return self.client.get(target.path(namespace))
        except ApiError as error:
            if error.is_missing:
                return None
            raise

    def _placed(self, body: JsonObject, info: KindInfo) -> JsonObject:
        """The document in the stored version of its kind, in its own namespace or in the one given by -n."""
        metadata = dict(body["metadata"])
        if info.namespaced:
            metadata.setdefault("namespace", self.namespace)
        else:
            metadata.pop("namespace", None)
        return {**with_elder_defaults(body), "apiVersion": info.api_version, "metadata": metadata}


def _new(warnings: Sequence[str], document: Document) -> list[str]:
    """The server's warnings without those that the check of the document has told already."""
    told = tuple(f"{problem.path}: {problem.message}" for problem in validate(document.body, document))
    return [warning for warning in warnings if not warning.startswith(told)]


def _merged(body: JsonObject, current: JsonObject, info: KindInfo) -> JsonObject:
    annotations = current["metadata"].get("annotations") or {}
    last = json.loads(annotations.get(LAST_APPLIED) or "{}")
    keyed = not info.group.endswith(CUSTOM_GROUPS)
    return merge(last, _annotated(body), current, keyed_lists=keyed)


def _annotated(body: JsonObject) -> JsonObject:
    """The document with the annotation by which the next `apply` (kubectl's too) knows what this one set."""
    metadata = body["metadata"]
    annotations = dict(metadata.get("annotations") or {})
    annotations.pop(LAST_APPLIED, None)
    plain = {**body, "metadata": {**metadata, "annotations": annotations}}
    annotations[LAST_APPLIED] = json.dumps(plain, separators=(",", ":"), sort_keys=True) + "\n"
    return {**body, "metadata": {**metadata, "annotations": annotations}}


def _place(document: Document) -> str:
    return f"{document.origin}: " if str(document.origin) else ""


def _next_step(error: ApiError) -> str:
    missing = error.is_missing and error.details.get("kind") == "namespaces"
    return ": apply a Namespace of this name first, or correct metadata.namespace" if missing else ""


def _kind(document: Document) -> str:
    info = info_of(document.body)
    return info.id if info else ""


def apply_rank(body: JsonObject) -> int:
    """The place of a document among those applied together."""
    info = info_of(body)
    return ORDER.index(info.id) if info and info.id in ORDER else len(ORDER)
