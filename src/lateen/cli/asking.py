"""What `explain` and `test` ask about: files, a running mesh, or files as if they were applied to it."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import click
from click.core import ParameterSource

from lateen.api.codec import Document
from lateen.api.meta import JsonObject
from lateen.api.schema import KINDS, kind_info
from lateen.app.profiles import part_documents
from lateen.cli.documents import read_documents
from lateen.cli.kinds import Target
from lateen.cli.mesh import connect, fail
from lateen.client.sync import SyncClient
from lateen.explain.scenario import Scenario, build_scenario
from lateen.model.build import KINDS as MODEL_KINDS

NEEDED = (*(struct.__name__ for struct in MODEL_KINDS), "Deployment")
"""The kinds that routing depends on."""

GATEWAY_LABEL = ("istio", "ingressgateway")


def scenario_from(
    files: Sequence[str],
    *,
    recursive: bool,
    namespace: str,
    ports: Collection[int],
    mesh: str,
    kubeconfig: Path | None,
    context: str,
) -> Scenario:
    """The mesh to ask about calls to `ports`. Mistakes in files are printed, and what has them left out.

    Files alone need no mesh, unless one is named on the command line.
    """
    documents, unreadable = read_documents(files, recursive=recursive)
    running: list[JsonObject] = []
    if not files or _is_named():
        with connect(mesh, kubeconfig, context) as client:
            running = running_resources(client)
    scenario = scenario_of(documents, running=running, namespace=namespace or "default", ports=ports)
    scenario.problems = (*unreadable, *scenario.problems)
    for problem in scenario.problems:
        click.echo(f"{problem.severity.lower()}: {problem}", err=True)
    if files and not documents:
        fail(f"error: no resource was found in {', '.join(files)}")
    return scenario


def scenario_of(
    documents: Sequence[Document],
    *,
    running: Sequence[JsonObject] = (),
    namespace: str = "default",
    ports: Collection[int] = (),
) -> Scenario:
    """The mesh that documents describe, on top of what is running; without that, with the gateway that every mesh has
    unless told otherwise."""
    defaults = [] if running or _has_gateway([each.body for each in documents]) else part_documents("ingress-gateway")
    return build_scenario(documents, running=running, defaults=defaults, namespace=namespace, ports=ports)


def running_resources(client: SyncClient) -> list[JsonObject]:
    """Everything that a running mesh holds of the kinds that routing depends on."""
    found: list[JsonObject] = []
    for info in KINDS:
        if info.id in NEEDED:
            items: list[JsonObject] = client.get(Target(info).path("")).get("items") or []
            found += [{"apiVersion": info.api_version, "kind": info.kind, **item} for item in items]
    return found


def parse_labels(text: str) -> dict[str, str]:
    """`app=x,version=v1`. Raises click.UsageError."""
    labels: dict[str, str] = {}
    for part in text.split(",") if text else ():
        key, separator, value = part.partition("=")
        if not separator or not key:
            raise click.UsageError(f"-l {text}: write KEY=VALUE,KEY=VALUE")
        labels[key.strip()] = value.strip()
    return labels


def _is_named() -> bool:
    """Whether the command line names a mesh; the environment variable says which one is meant, not that one is."""
    context = click.get_current_context()
    names = ("mesh", "kubeconfig", "context")
    return any(context.get_parameter_source(name) is ParameterSource.COMMANDLINE for name in names)


def _has_gateway(bodies: Sequence[JsonObject]) -> bool:
    """Whether the files bring an ingress gateway of their own."""
    return any(GATEWAY_LABEL in _pod_labels(body).items() for body in bodies)


def _pod_labels(body: JsonObject) -> Mapping[str, str]:
    if body.get("kind") == kind_info("Pod").kind:
        return (body.get("metadata") or {}).get("labels") or {}
    template = (body.get("spec") or {}).get("template") if isinstance(body.get("spec"), dict) else None
    return ((template or {}).get("metadata") or {}).get("labels") or {} if isinstance(template, dict) else {}
