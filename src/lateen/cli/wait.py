"""`lateen wait`: until resources are as a condition asks."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from lateen.api.meta import JsonObject
from lateen.cli.completing import complete_resources
from lateen.cli.json_path import PathError, parse_template, render
from lateen.cli.kinds import Target, parse_targets
from lateen.cli.mesh import connect, fail, mesh_options, namespace_option
from lateen.cli.seconds import SECONDS
from lateen.client.error import ApiError
from lateen.client.resource_path import with_query
from lateen.client.sync import SyncClient

POLL_SECONDS = 0.1

Check = Callable[[JsonObject | None], bool]
"""Whether a resource (None: it is not there) is as it should be."""


@click.command(name="wait")
@click.argument("what", nargs=-1, required=True, metavar="KIND [NAME…] | KIND/NAME…", shell_complete=complete_resources)
@click.option(
    "--for", "condition", required=True, help="condition=NAME[=VALUE], delete, create, or jsonpath=PATH=VALUE."
)
@click.option("-l", "--selector", default="", help="Everything of the kind with these labels.")
@click.option("--all", "everything", is_flag=True, help="Everything of the kind in the namespace.")
@click.option("--timeout", type=SECONDS, default="30s", show_default=True, help="How long to wait.")
@namespace_option
@mesh_options
def command(
    what: tuple[str, ...],
    condition: str,
    selector: str,
    everything: bool,
    timeout: float,
    namespace: str,
    mesh: str,
    kubeconfig: Path | None,
    context: str,
) -> None:
    """Return when resources are as asked; exits with 1 when that takes too long.

    \b
      lateen wait --for=condition=Ready pod -l app=reviews --timeout=60s
      lateen wait --for=condition=Available deploy/reviews-v1
      lateen wait --for=delete pod/old
      lateen wait --for=jsonpath='{.status.phase}'=Running pod/web
    """
    check = parse_condition(condition)
    with connect(mesh, kubeconfig, context) as client:
        waiter = Waiter(client, namespace or client.access.namespace, check, time.monotonic() + timeout)
        targets = waiter.chosen(parse_targets(what), selector, everything)
        if not targets and condition != "delete":
            fail("error: no matching resources found")
        for target in targets:
            waiter.wait(target)
            click.echo(f"{target.title} condition met")


def parse_condition(text: str) -> Check:
    """What `--for` asks. Raises click.UsageError."""
    word, _, rest = text.partition("=")
    if text == "delete":
        return lambda document: document is None
    if text == "create":
        return lambda document: document is not None
    if word == "condition" and rest:
        name, _, value = rest.partition("=")
        return lambda document: _holds(document, name, value or "True")
    if word == "jsonpath" and rest:
        return _path_check(rest)
    raise click.UsageError(f"--for={text}: write condition=NAME[=VALUE], delete, create, or jsonpath=PATH=VALUE")


def _path_check(text: str) -> Check:
    path, equals, value = text.rpartition("}=")
    try:
        parts = parse_template(f"{path}}}" if equals else text)
    except PathError as error:
        raise click.UsageError(f"--for=jsonpath: {error}") from None

    def check(document: JsonObject | None) -> bool:
        found = render(parts, document) if document else ""
        return found == value if equals else bool(found)

    return check


def _holds(document: JsonObject | None, name: str, value: str) -> bool:
    """Whether a condition has a value, and for the present generation, as kubectl looks at it."""
    status: JsonObject = (document or {}).get("status") or {}
    conditions: list[JsonObject] = status.get("conditions") or []
    return any(
        each.get("type", "").lower() == name.lower()
        and str(each.get("status")).lower() == value.lower()
        and _is_current(document or {}, each.get("observedGeneration") or status.get("observedGeneration"))
        for each in conditions
    )


def _is_current(document: JsonObject, seen: object) -> bool:
    """Whether the generation that a controller has seen (elder ones write text, or nothing) is the present one."""
    return seen is None or int(str(seen)) >= document["metadata"].get("generation", 0)


@dataclass(frozen=True, slots=True)
class Waiter:
    """Waits for one resource after the other; `deadline` is for all of them together."""

    client: SyncClient
    namespace: str
    check: Check
    deadline: float

    def chosen(self, targets: Sequence[Target], selector: str, everything: bool) -> list[Target]:
        """The resources that are meant. Raises click.UsageError when none are named."""
        found: list[Target] = []
        for target in targets:
            if target.name:
                found.append(target)
            elif selector or everything:
                listing = self.client.get(with_query(target.path(self.namespace), labelSelector=selector))
                found += [Target(target.info, item["metadata"]["name"]) for item in listing.get("items") or []]
            else:
                raise click.UsageError(f"name which {target.info.plural}, or give -l or --all")
        return found

    def wait(self, target: Target) -> None:
        """Return when the resource is as asked; exits with a message when it takes too long."""
        gone_is_met = self.check(None)
        while True:
            document = self._get(target)
            if self.check(document):
                return
            if document is None and not gone_is_met and not self._may_come():
                fail(f'Error from server (NotFound): {target.info.resource_name} "{target.name}" not found')
            if time.monotonic() > self.deadline:
                fail(f"error: timed out waiting for the condition on {target.info.plural}/{target.name}")
            time.sleep(POLL_SECONDS)

    def _may_come(self) -> bool:
        return self.check({"metadata": {}})

    def _get(self, target: Target) -> JsonObject | None:
        try:
            return self.client.get(target.path(self.namespace))
        except ApiError as error:
            if error.is_missing:
                return None
            raise
