"""Applying a test's documents to its mesh."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from lateen.api.codec import Document
from lateen.api.meta import JsonObject
from lateen.api.problem import Problem, Severity
from lateen.api.schema import info_of
from lateen.cli.apply import Applier
from lateen.cli.distribution import revision_now
from lateen.cli.kinds import Target, kind_named
from lateen.cli.settling import settle
from lateen.client.sync import SyncClient
from lateen.model.injection import NAMESPACE_LABEL
from lateen.testing.error import MeshError
from lateen.testing.sources import Source, read_sources
from lateen.validation.validate import validate


def apply(
    client: SyncClient,
    sources: Sequence[Source],
    folders: Sequence[Path],
    *,
    namespace: str,
    injection: bool,
    timeout: float,
) -> None:
    """Apply all documents, and return when they are in force. Raises MeshError.

    Namespaces that are named but not described are made; with `injection`, for pods with proxies.
    """
    documents, problems = read_sources(sources, folders)
    _refuse_errors([*problems, *(each for document in documents for each in validate(document.body, document))])
    before = revision_now(client)
    _make_namespaces(client, documents, namespace, injection=injection)
    applier = Applier(client, namespace)
    if not applier.apply_all([document for document in documents if info_of(document.body) is not None]):
        raise MeshError("the mesh refused a document; standard error says which and why")
    if not settle(client, before, timeout):
        raise MeshError("not every proxy took the change; standard error says which and why")


def enable_injection(client: SyncClient, namespace: str) -> None:
    """Have pods of the namespace get proxies."""
    patch = {"metadata": {"labels": {NAMESPACE_LABEL: "enabled"}}}
    client.patch(Target(kind_named("namespace"), namespace).path(""), patch)


def _refuse_errors(problems: Iterable[Problem]) -> None:
    errors = [str(problem) for problem in problems if problem.severity is Severity.ERROR]
    if errors:
        raise MeshError("\n".join(errors))


def _make_namespaces(client: SyncClient, documents: Sequence[Document], default: str, *, injection: bool) -> None:
    described = {_name(each.body) for each in documents if each.body.get("kind") == "Namespace"}
    named = {default, *((each.body.get("metadata") or {}).get("namespace") or default for each in documents)}
    path = Target(kind_named("namespaces")).path("")
    present = {_name(each) for each in client.get(path).get("items") or []}
    for name in sorted(named - described - present):
        labels = {NAMESPACE_LABEL: "enabled"} if injection else {}
        client.create(path, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}})


def _name(body: JsonObject) -> str:
    return str((body.get("metadata") or {}).get("name", ""))
