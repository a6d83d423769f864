"""`lateen proxy-config`: what a proxy was told, as istioctl prints it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from lateen.api.meta import JsonObject
from lateen.cli.alias_group import AliasGroup
from lateen.cli.completing import complete_workload
from lateen.cli.envoy_admin import Dump, cluster_stats, config_dump, proxy_pod, whole_dump
from lateen.cli.mesh import connect, mesh_options, namespace_option
from lateen.cli.output import formatted
from lateen.cli.proxy_tables import (
    CLUSTER_HEADINGS,
    ENDPOINT_HEADINGS,
    LISTENER_HEADINGS,
    ROUTE_HEADINGS,
    cluster_rows,
    endpoint_rows,
    listener_rows,
    listening_at,
    route_rows,
)
from lateen.cli.table import format_table
from lateen.client.sync import SyncClient

F = TypeVar("F", bound=Callable[..., object])
FORMATS = ("short", "json", "yaml")


ALIASES = {
    **dict.fromkeys(("clusters", "c"), "cluster"),
    **dict.fromkeys(("listeners", "l"), "listener"),
    **dict.fromkeys(("routes", "r"), "route"),
    **dict.fromkeys(("endpoints", "ep"), "endpoint"),
    "b": "bootstrap",
    "a": "all",
}


@click.group(name="proxy-config", cls=AliasGroup, aliases=ALIASES)
def command() -> None:
    """Show what a proxy was told: PROXY is deploy/NAME, a pod's name, or POD.NAMESPACE."""


def _proxy_options(decorated: F) -> F:
    for option in (
        click.option("-o", "--output", type=click.Choice(FORMATS), default="short", show_default=True),
        namespace_option,
        mesh_options,
        click.argument("proxy", shell_complete=complete_workload),
    ):
        decorated = option(decorated)
    return decorated


@dataclass(frozen=True, slots=True)
class _Connection:
    client: SyncClient
    pod: JsonObject

    def dump(self) -> Dump:
        return config_dump(self.client, self.pod)


@contextmanager
def _proxy(proxy: str, namespace: str, mesh: str, kubeconfig: Path | None, context: str) -> Iterator[_Connection]:
    with connect(mesh, kubeconfig, context) as client:
        yield _Connection(client, proxy_pod(client, proxy, namespace or client.access.namespace))


def _print(
    parts: Sequence[JsonObject] | JsonObject, output: str, headings: Sequence[str], rows: Sequence[Sequence[str]]
) -> None:
    if output == "short":
        click.echo(format_table(headings, rows))
    else:
        click.echo(formatted(parts, output), nl=False)


@command.command(name="cluster")
@click.option("--fqdn", default="", help="Only of services whose name contains this.")
@click.option("--port", type=int, help="Only of this service port.")
@click.option("--subset", default="", help="Only of this subset.")
@click.option("--direction", type=click.Choice(["inbound", "outbound"]), help="Only of this direction.")
@_proxy_options
def cluster(
    fqdn: str,
    port: int | None,
    subset: str,
    direction: str | None,
    output: str,
    **where: Any,  # Any: click's options
) -> None:
    """Show the clusters."""
    with _proxy(**where) as proxy:
        chosen = [
            each for each in proxy.dump().clusters if _cluster_matches(each["name"], fqdn, port, subset, direction)
        ]
        _print(chosen, output, CLUSTER_HEADINGS, cluster_rows(chosen))


def _cluster_matches(name: str, fqdn: str, port: int | None, subset: str, direction: str | None) -> bool:
    parts = name.split("|")
    if len(parts) != 4:
        return fqdn in name and port is None and not subset and not direction
    return (
        fqdn in parts[3]
        and (port is None or parts[1] == str(port))
        and (not subset or parts[2] == subset)
        and (not direction or parts[0] == direction)
    )


@command.command(name="listener")
@click.option("--port", type=int, help="Only of this port.")
@click.option("--address", default="", help="Only at this address.")
@_proxy_options
def listener(port: int | None, address: str, output: str, **where: Any) -> None:  # Any: click's options
    """Show the listeners."""
    with _proxy(**where) as proxy:
        chosen = [
            each
            for each in proxy.dump().listeners
            if port in {None, listening_at(each)[1]} and address in {"", listening_at(each)[0]}
        ]
        _print(chosen, output, LISTENER_HEADINGS, listener_rows(chosen))


@command.command(name="route")
@click.option("--name", default="", help="Only the route configuration of this name, such as 9080.")
@_proxy_options
def route(name: str, output: str, **where: Any) -> None:  # Any: click's options
    """Show the routes."""
    with _proxy(**where) as proxy:
        chosen = [each for each in proxy.dump().routes if not name or each.get("name") == name]
        _print(chosen, output, ROUTE_HEADINGS, route_rows(chosen))


@command.command(name="endpoint")
@click.option("--cluster", "cluster_name", default="", help="Only of this cluster.")
@click.option("--address", default="", help="Only at this address.")
@click.option("--port", type=int, help="Only at this port.")
@click.option("--status", default="", help="Only in this state, such as healthy.")
@_proxy_options
def endpoint(
    cluster_name: str,
    address: str,
    port: int | None,
    status: str,
    output: str,
    **where: Any,  # Any: click's options
) -> None:
    """Show the endpoints, as the proxy sees them now."""
    with _proxy(**where) as proxy:
        stats = [
            each for each in cluster_stats(proxy.client, proxy.pod) if not cluster_name or each["name"] == cluster_name
        ]
        rows = [
            row
            for row in endpoint_rows(stats)
            if row[0].startswith(address)
            and (port is None or row[0].endswith(f":{port}"))
            and (not status or row[1].lower() == status.lower())
        ]
        _print(stats, output, ENDPOINT_HEADINGS, rows)


@command.command(name="bootstrap")
@_proxy_options
def bootstrap(output: str, **where: Any) -> None:  # Any: click's options
    """Show what the proxy was started with."""
    with _proxy(**where) as proxy:
        click.echo(formatted(proxy.dump().bootstrap, "json" if output == "short" else output), nl=False)


@command.command(name="all")
@_proxy_options
def everything(output: str, **where: Any) -> None:  # Any: click's options
    """Show clusters, listeners, routes and endpoints; as JSON or YAML, all that Envoy says of its configuration."""
    with _proxy(**where) as proxy:
        if output != "short":
            click.echo(formatted(whole_dump(proxy.client, proxy.pod), output), nl=False)
            return
        dump, stats = proxy.dump(), cluster_stats(proxy.client, proxy.pod)
    tables = (
        format_table(CLUSTER_HEADINGS, cluster_rows(dump.clusters)),
        format_table(LISTENER_HEADINGS, listener_rows(dump.listeners)),
        format_table(ROUTE_HEADINGS, route_rows(dump.routes)),
        format_table(ENDPOINT_HEADINGS, endpoint_rows(stats)),
    )
    click.echo("\n\n".join(tables))
