"""What the shell offers while a command is typed: kinds, and names of resources in the running mesh."""

import click
from click.shell_completion import CompletionItem

SECONDS = 2.0


def complete_resources(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Kinds, names after a kind, and `KIND/NAME`."""
    from lateen.api.schema import KINDS  # noqa: PLC0415 - `--help` needs no kinds

    words: tuple[str, ...] = ctx.params.get(param.name or "") or ()
    kind, slash, name = incomplete.partition("/")
    if slash:
        return [CompletionItem(f"{kind}/{each}") for each in _names(ctx, kind) if each.startswith(name)]
    if words and "/" not in words[0]:
        return [CompletionItem(each) for each in _names(ctx, words[0]) if each.startswith(incomplete)]
    return [CompletionItem(info.plural) for info in KINDS if info.plural.startswith(incomplete)]


def complete_workload(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Pods by name, and `deploy/NAME`."""
    if "/" in incomplete:
        return complete_resources(ctx, param, incomplete)
    names = [*_names(ctx, "pods"), *(f"deploy/{name}" for name in _names(ctx, "deployments"))]
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


def _names(ctx: click.Context, kind: str) -> list[str]:
    from lateen.api.schema import find_kind  # noqa: PLC0415 - as above
    from lateen.cli.kinds import Target  # noqa: PLC0415
    from lateen.cli.mesh import access_for  # noqa: PLC0415
    from lateen.client.access import AccessError  # noqa: PLC0415
    from lateen.client.error import ApiError  # noqa: PLC0415
    from lateen.client.sync import SyncClient  # noqa: PLC0415

    info = find_kind(kind)
    chosen = ctx.params
    if info is None:
        return []
    try:
        access = access_for(chosen.get("mesh") or "", chosen.get("kubeconfig"), chosen.get("context") or "")
        with SyncClient(access, timeout=SECONDS) as client:
            listing = client.get(Target(info).path(chosen.get("namespace") or access.namespace))
    except (AccessError, ApiError):
        return []  # a shell shows no errors while one types
    return [item["metadata"]["name"] for item in listing.get("items") or []]
