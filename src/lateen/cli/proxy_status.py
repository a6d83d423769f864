"""`lateen proxy-status`: which proxies have the newest configuration."""

import json
from pathlib import Path

import click

from lateen.api.meta import JsonObject
from lateen.cli.distribution import group_by_words
from lateen.cli.mesh import connect, fail, mesh_options
from lateen.cli.table import format_table

NOT_SENT = "NOT SENT"
CONTROL_PLANE = "lateen"


@click.command(name="proxy-status")
@click.argument("proxy", default="", metavar="[PROXY]")
@click.option("-o", "--output", type=click.Choice(["short", "json"]), default="short", show_default=True)
@mesh_options
def command(proxy: str, output: str, mesh: str, kubeconfig: Path | None, context: str) -> None:
    """Show every connected proxy, or those whose name begins with PROXY: has it the newest configuration of each type?

    SYNCED: acknowledged. STALE: sent, not acknowledged yet. ERROR: refused; the reason is printed below the table.
    """
    with connect(mesh, kubeconfig, context) as client:
        proxies: list[JsonObject] = json.loads(client.text("/debug/syncz"))
    chosen = [each for each in proxies if each["proxy"].startswith(proxy)]
    if output == "json":
        click.echo(json.dumps(chosen, indent=4))
        return
    if not chosen:
        whose = f"no proxy called {proxy!r} is connected" if proxy else "no proxy is connected"
        fail(f"error: {whose}: see `lateen get pods -A`; pods get one where a namespace has istio-injection=enabled")
    rows = [(each["proxy"], each["cluster"], CONTROL_PLANE, each["version"], _types(each)) for each in chosen]
    click.echo(format_table(("NAME", "CLUSTER", "ISTIOD", "VERSION", "SUBSCRIBED TYPES"), rows))
    refused = group_by_words((each["proxy"], words) for each in chosen for words in _refusals(each))
    if refused:
        fail("\n" + "\n".join(f"{who} refused {words}" for words, who in refused.items()))


def _types(proxy: JsonObject) -> str:
    shown = [f"{name}: {state['status']}" for name, state in proxy["types"].items() if state["status"] != NOT_SENT]
    return ", ".join(shown) or NOT_SENT


def _refusals(proxy: JsonObject) -> list[str]:
    return [
        f"{name}: {state['message']}{_left_out(state.get('rules') or [])}"
        for name, state in proxy["types"].items()
        if state["message"]
    ]


def _left_out(rules: list[str]) -> str:
    return f"; left out until it is changed: {', '.join(rules)}" if rules else ""
