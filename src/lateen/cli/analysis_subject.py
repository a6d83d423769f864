"""What `lateen analyze` looks at: files, and the mesh that they are for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click

from lateen.analysis.messages import SCHEMA_ERROR
from lateen.analysis.reading import read_resource
from lateen.api.codec import Document
from lateen.api.config_map import ConfigMap
from lateen.api.meta import ObjectMeta, Resource
from lateen.api.problem import Origin, Problem, ResourceRef
from lateen.api.schema import encode, info_of
from lateen.api.unserved import is_istios, unserved_kind
from lateen.api.yaml_tree import Tree
from lateen.app.profiles import part_documents
from lateen.cli.documents import read_documents
from lateen.model.mesh_config import SETTINGS_MAP

_GATEWAY = "ingress-gateway"


@dataclass(slots=True)
class Subject:
    """What is analyzed: the mesh's resources with the files' in their place; `problems` are of reading the files."""

    documents: list[Document]
    problems: list[Problem]
    resources: dict[ResourceRef, Resource]
    unknown: list[Document] = field(default_factory=list)
    held: list[Document] = field(default_factory=list)
    """The mesh's own rules, as far as the files don't replace them."""

    def add_mesh(self, held: Iterable[Resource], mesh_config: Path | None, *, is_running: bool) -> None:
        """Add what the files don't say: the mesh's resources, or the gateway that a mesh has unless told otherwise."""
        for resource in held if is_running else _shipped():
            if self.resources.setdefault(resource.ref, resource) is resource and _is_rule(resource):
                body = encode(resource)
                self.held.append(Document(body, Origin(), Tree(body, 0)))
        if mesh_config is not None:
            settings = _settings(mesh_config)
            self.resources[settings.ref] = settings


def read_sources(sources: Sequence[str], namespace: str) -> Subject:
    """The files' resources; those without a namespace are in `namespace`."""
    subject = subject_of(*read_documents(sources, recursive=True), namespace)
    if subject.unknown:
        kinds = ", ".join(sorted({str(each.body.get("kind", "")) for each in subject.unknown}))
        count = "a document" if len(subject.unknown) == 1 else f"{len(subject.unknown)} documents"
        click.echo(f"note: {count} of kinds that are not analyzed: {kinds}", err=True)
    return subject


def subject_of(documents: Iterable[Document], problems: Iterable[Problem], namespace: str) -> Subject:
    """What documents hold, and what was wrong with reading them."""
    subject = Subject([], [_unreadable(problem) for problem in problems], {})
    for document in documents:
        known, metadata = info_of(document.body) or unserved_kind(document.body), document.body.get("metadata")
        if known is None:
            unknown = subject.documents if is_istios(document.body) else subject.unknown
            unknown.append(document)
            continue
        if known.namespaced and isinstance(metadata, dict) and not metadata.get("namespace"):
            body = {**document.body, "metadata": {**metadata, "namespace": namespace}}
            document = Document(body, document.origin, document.tree, document.problems)  # noqa: PLW2901 - it moved
        subject.documents.append(document)
        if (resource := read_resource(document.body)) is not None:
            subject.resources[resource.ref] = resource
    return subject


def _is_rule(resource: Resource) -> bool:
    return resource.api_version.partition("/")[0].endswith(".istio.io")


def _unreadable(problem: Problem) -> Problem:
    message = SCHEMA_ERROR.template.format(detail=problem.message)
    code, severity = SCHEMA_ERROR.code, SCHEMA_ERROR.severity
    return Problem(problem.resource, problem.path, code, severity, message, problem.hint, problem.origin)


def _shipped() -> list[Resource]:
    resources = (read_resource(body) for body in part_documents(_GATEWAY))
    return [resource for resource in resources if resource is not None]


def _settings(path: Path) -> ConfigMap:
    namespace, name = SETTINGS_MAP
    meta = ObjectMeta(name=name, namespace=namespace)
    return ConfigMap(api_version="v1", kind="ConfigMap", metadata=meta, data={"mesh": path.read_text()})
