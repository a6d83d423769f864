"""`lateen describe`: everything about a resource that a person may want to read, its events last."""

import json
from collections.abc import Sequence
from pathlib import Path

import click

from lateen.api.meta import JsonObject
from lateen.cli.completing import complete_resources
from lateen.cli.description.deployment import describe_deployment
from lateen.cli.description.events import events_entry
from lateen.cli.description.lines import Entry, Lines, render
from lateen.cli.description.plain import describe_plain
from lateen.cli.description.pod import describe_pod, pod_mesh
from lateen.cli.description.related import listed, proxy_state, rules_for, services_of, sidecar_of, slices_of
from lateen.cli.description.rule import describe_rule
from lateen.cli.description.service import describe_service
from lateen.cli.kinds import Target, parse_targets
from lateen.cli.mesh import connect, mesh_options, namespace_option
from lateen.cli.pods import list_pods
from lateen.client.error import ApiError
from lateen.client.resource_path import with_query
from lateen.client.sync import SyncClient


@click.command(name="describe")
@click.argument("what", nargs=-1, required=True, metavar="KIND [NAME…] | KIND/NAME…", shell_complete=complete_resources)
@namespace_option
@click.option("-A", "--all-namespaces", is_flag=True, help="In every namespace.")
@click.option("-l", "--selector", default="", help="Everything of the kind with these labels.")
@mesh_options
def command(
    what: tuple[str, ...],
    namespace: str,
    all_namespaces: bool,
    selector: str,
    mesh: str,
    kubeconfig: Path | None,
    context: str,
) -> None:
    """Show resources in full: their fields, what the mesh says about them, and their events.

    \b
      lateen describe pod -l app=reviews
      lateen describe svc/reviews vs/reviews
    """
    targets = parse_targets(what)
    with connect(mesh, kubeconfig, context) as client:
        where = "" if all_namespaces else namespace or client.access.namespace
        documents = [document for target in targets for document in _find(client, target, where, selector)]
        if not documents:
            click.echo(f"No resources found in {where} namespace." if where else "No resources found", err=True)
        for number, document in enumerate(documents):
            if number:
                click.echo("\n")
            parts = [*describe(client, document), *_problems(client, document), events_entry(_events(client, document))]
            click.echo("\n".join(render(parts)))


def describe(client: SyncClient, document: JsonObject) -> Sequence[Entry]:
    """The description of a resource in the form of its kind."""
    kind, metadata = document["kind"], document["metadata"]
    if kind == "Pod":
        services = services_of(client, document)
        names = [each["metadata"]["name"] for each in services]
        rules = [*rules_for(client, services), *sidecar_of(client, document)]
        return describe_pod(document, pod_mesh(names, rules, proxy_state(client, document)))
    if kind == "Service":
        return describe_service(document, slices_of(client, document), rules_for(client, [document]))
    if kind == "Deployment":
        selector = (document["spec"].get("selector") or {}).get("matchLabels") or {}
        labels = ",".join(f"{key}={value}" for key, value in selector.items())
        return describe_deployment(document, list_pods(client, metadata["namespace"], labels) if labels else [])
    if _is_rule(document):
        return describe_rule(document)
    return describe_plain(document)


def _find(client: SyncClient, target: Target, where: str, selector: str) -> list[JsonObject]:
    if target.name:
        return [client.get(target.path(where))]
    types = {"apiVersion": target.info.api_version, "kind": target.info.kind}
    listing = client.get(with_query(target.path(where), labelSelector=selector))
    return [{**types, **item} for item in listing.get("items") or []]


def _problems(client: SyncClient, document: JsonObject) -> list[Entry]:
    """What the mesh finds wrong with a resource whose status does not say so; nothing where nothing is."""
    metadata = document["metadata"]
    if _is_rule(document):
        return []
    about = {"kind": document["kind"], "namespace": metadata.get("namespace", ""), "name": metadata["name"]}
    try:
        found: list[JsonObject] = json.loads(client.text(with_query("/debug/problemz", **about)))
    except (ApiError, ValueError):
        return []  # another server than ours
    lines = [f"{each['level'].lower()} [{each['code']}] {each['message']}" for each in found]
    return [("Problems", Lines(lines))] if lines else []


def _is_rule(document: JsonObject) -> bool:
    return str(document["apiVersion"]).partition("/")[0].endswith(".istio.io")


def _events(client: SyncClient, document: JsonObject) -> list[JsonObject]:
    metadata = document["metadata"]
    about = f"involvedObject.name={metadata['name']},involvedObject.kind={document['kind']}"
    return listed(client, "events", metadata.get("namespace") or "default", fields=about)
