"""What a mesh offers, for people: where its API and its gateways are."""

import socket

import click

from lateen.api.meta import JsonObject
from lateen.cli.kinds import Target, kind_named
from lateen.client.paths import MeshPaths
from lateen.client.sync import SyncClient


def print_overview(client: SyncClient, paths: MeshPaths) -> None:
    """Print the addresses that a user needs next."""
    click.echo(f"REST API   {client.access.server}   (kubectl --kubeconfig {paths.kubeconfig} get pods)")
    for name, port, node_port in gateway_ports(client):
        where = f"http://127.0.0.1:{node_port}"
        click.echo(f"gateway    {name} port {port} is {where}{_remark(node_port)}")


def _remark(port: int) -> str:
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return "" if probe.connect_ex(("127.0.0.1", port)) == 0 else ", closed until a Gateway asks for it"


def gateway_ports(client: SyncClient) -> list[tuple[str, int, int]]:
    """(service, port, the machine's port) for the HTTP port of each gateway service."""
    services: list[JsonObject] = client.get(Target(kind_named("services")).path("")).get("items") or []
    return [
        (service["metadata"]["name"], port["port"], port["nodePort"])
        for service in services
        if "istio" in (service["metadata"].get("labels") or {})
        for port in service["spec"].get("ports") or []
        if port.get("nodePort") and port.get("name", "").startswith("http2")
    ]
