"""`lateen status`: what runs, and where to reach it."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from lateen.api.age import age
from lateen.api.meta import JsonObject
from lateen.cli.kinds import Target, kind_named
from lateen.cli.mesh import access_for, fail, mesh_options, reported, running_meshes
from lateen.cli.overview import print_overview
from lateen.cli.pods import is_ready
from lateen.cli.processes import trouble
from lateen.client.access import AccessError
from lateen.client.error import ApiError
from lateen.client.paths import MeshPaths
from lateen.client.sync import SyncClient


@click.command(name="status")
@mesh_options
def command(mesh: str, kubeconfig: Path | None, context: str) -> None:
    """Show the meshes of this machine; exits with 1 when the chosen one does not answer or is not ready."""
    if kubeconfig or context:
        ok = _show(SyncClient(access_for("", kubeconfig, context)), None)
    else:
        names = [mesh] if mesh else running_meshes()
        if not names:
            fail("no mesh runs on this machine: start one with `lateen up`")
        answers = [_show_local(name) for name in names]
        ok = bool(answers) and all(answers)
    if not ok:
        raise SystemExit(1)


def _show_local(name: str) -> bool:
    paths = MeshPaths(name)
    try:
        with SyncClient(access_for(name, None, "")) as client:
            client.text("/livez")
            click.echo(f"mesh       {name}")
            ok = _show(client, paths)
    except (AccessError, ApiError) as error:
        click.echo(f"error: mesh {name}: {trouble(paths) or error}", err=True)
        return False
    if wrong := trouble(paths):
        click.echo(f"warning: mesh {name}: {wrong}", err=True)
    return ok and not wrong


def _proxies(client: SyncClient) -> list[JsonObject]:
    try:
        proxies: list[JsonObject] = json.loads(client.text("/debug/syncz"))
    except ApiError:
        return []  # another Kubernetes API: it has no proxies of ours
    return proxies


def _is_synced(proxy: JsonObject) -> bool:
    return all(state["status"] in {"SYNCED", "NOT SENT"} for state in proxy["types"].values())


def _last_heard(nodes: Sequence[JsonObject]) -> str:
    conditions = [each for node in nodes for each in (node.get("status") or {}).get("conditions") or []]
    times = [time for each in conditions if (time := each.get("lastHeartbeatTime"))]
    return f", last heard of {age(min(times), datetime.now(UTC))} ago" if times else ""


def _show(client: SyncClient, paths: MeshPaths | None) -> bool:
    with reported():
        pods: list[JsonObject] = client.get(Target(kind_named("pods")).path("")).get("items") or []
        nodes: list[JsonObject] = client.get(Target(kind_named("nodes")).path("")).get("items") or []
        ready = sum(map(is_ready, pods))
        click.echo(f"nodes      {sum(map(is_ready, nodes))} of {len(nodes)} ready{_last_heard(nodes)}")
        click.echo(f"pods       {ready} of {len(pods)} ready")
        if proxies := _proxies(client):
            click.echo(f"proxies    {sum(map(_is_synced, proxies))} of {len(proxies)} have the newest configuration")
        if paths:
            print_overview(client, paths)
    return ready == len(pods) and all(map(is_ready, nodes))
