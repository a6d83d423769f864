"""The root of the command line: the table of verbs, and the options that every verb knows."""

import importlib
from collections.abc import Sequence
from typing import Any

import click
from click.shell_completion import CompletionItem

from lateen import __version__
from lateen.cli.ending import ended

VERBS: dict[str, tuple[str, str, str]] = {
    # verb: (section, module, one line of help). Helps are here so that `lateen --help` imports no verb.
    "up": ("Mesh", "up", "Start a mesh on this machine, and apply files to it"),
    "down": ("Mesh", "down", "Stop a mesh and remove what it made"),
    "status": ("Mesh", "status", "Show what runs, and where to reach it"),
    "demo": ("Mesh", "demo", "Bring up bookinfo, shift its traffic, show the split"),
    "install": ("Mesh", "install", "Start a mesh with an installation profile (istioctl's word for `up`)"),
    "profile": ("Mesh", "profile", "List the installation profiles"),
    "kubeconfig": ("Mesh", "kubeconfig", "Write the file by which kubectl reaches the mesh"),
    "images": ("Mesh", "images", "Show which local program stands in for which image"),
    "version": ("Mesh", "version", "Show the versions of Lateen and of Envoy"),
    "completion": ("Mesh", "completion", "Print a script that teaches the shell to complete this command"),
    "apply": ("Resources", "apply", "Create or change resources, and say which proxies it reached"),
    "delete": ("Resources", "delete", "Delete resources"),
    "get": ("Resources", "get", "List resources"),
    "describe": ("Resources", "describe", "Show a resource, what is wrong with it and its events"),
    "label": ("Resources", "label", "Set or remove labels"),
    "annotate": ("Resources", "annotate", "Set or remove annotations"),
    "patch": ("Resources", "patch", "Change fields of a resource"),
    "create": ("Resources", "create", "Create a namespace, ConfigMap, Secret or service account, or what a file holds"),
    "scale": ("Resources", "scale", "Set how many pods a deployment has"),
    "rollout": ("Resources", "rollout", "Restart a deployment, or wait until its change is done"),
    "wait": ("Resources", "wait", "Wait until resources are ready, gone, or as a condition asks"),
    "events": ("Resources", "events", "List what happened, in order"),
    "api-resources": ("Resources", "api_resources", "List the kinds of resources"),
    "kube-inject": ("Resources", "kube_inject", "Add sidecars to workloads in files"),
    "validate": ("Configuration", "validate", "Check files: schema and rules, every mistake at once"),
    "analyze": ("Configuration", "analyze", "Say what is wrong across resources, of files or the running mesh"),
    "explain": ("Configuration", "explain", "Say what a request would do, and why"),
    "test": ("Configuration", "test", "Check what requests would do against files of expectations"),
    "convert": ("Resources", "convert", "Print legacy resources (RouteRule, ...) in today's API"),
    "logs": ("Workloads", "logs", "Print a container's log"),
    "exec": ("Workloads", "exec", "Run a command in a container"),
    "traffic": ("Workloads", "traffic", "Send requests, count who answered, compare with the rules"),
    "proxy-status": ("Proxies", "proxy_status", "Show which proxies have the newest configuration"),
    "proxy-config": ("Proxies", "proxy_config", "Show what a proxy was told"),
}
ALIASES = {"ps": "proxy-status", "pc": "proxy-config"}
LEADING = ("-n", "--namespace", "--mesh", "--kubeconfig", "--context")


class VerbGroup(click.Group):
    """Imports a verb's module only when the verb is used."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click's; verbs' options may stand in front of the verb, as in `lateen -n shop get pods`."""
        leading = _leading(args)
        words = args[leading:]
        command = self.get_command(ctx, words[0]) if leading and words else None
        place = 2 if isinstance(command, click.Group) else 1
        return super().parse_args(ctx, [*words[:place], *args[:leading], *words[place:]])

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All verbs, in the order of the table."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a verb; its module holds it as `command`."""
        verb = ALIASES.get(cmd_name, cmd_name)
        if verb not in VERBS:
            return None
        command = importlib.import_module(f"lateen.cli.{VERBS[verb][1]}").command
        assert isinstance(command, click.Command)  # noqa: S101 - a rule for the modules of this package
        return command

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,  # click's own
    ) -> Any:
        """As click's, with messages of this command line's form."""
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        with ended():
            status = super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        raise SystemExit(status or 0)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Verbs by their beginning, without importing them."""
        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        return [CompletionItem(verb, help=text) for verb, (_, _, text) in VERBS.items() if verb.startswith(incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The verbs by section, without importing them."""
        for section in dict.fromkeys(section for section, _, _ in VERBS.values()):
            with formatter.section(section):
                formatter.write_dl([(verb, text) for verb, (of, _, text) in VERBS.items() if of == section])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Like click's, with a hint at a similar verb."""
        if args and args[0] not in VERBS and args[0] not in ALIASES and not args[0].startswith("-"):
            raise click.UsageError(unknown_verb(args[0]), ctx)
        return super().resolve_command(ctx, args)


def _leading(args: Sequence[str]) -> int:
    """How many of the arguments are options that belong to the verb behind them, and their values."""
    count = 0
    while count < len(args) and args[count].partition("=")[0] in LEADING:
        count += 1 if "=" in args[count] else 2
    return count


def unknown_verb(word: str) -> str:
    """What to say about a verb that does not exist."""
    import difflib  # noqa: PLC0415 - only needed here

    similar = difflib.get_close_matches(word, [*VERBS, *ALIASES], n=1)
    return f"there is no verb {word!r}" + (f"; did you mean `lateen {similar[0]}`?" if similar else "")


def _show_version(ctx: click.Context, _: click.Parameter, value: Any) -> None:
    if value and not ctx.resilient_parsing:
        click.echo(f"lateen {__version__}")
        ctx.exit()


@click.group(cls=VerbGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_show_version, help="Print it.")
def root() -> None:
    """A service mesh with Istio's API, without a cluster.

    \b
      lateen up                       start a mesh on this machine
      lateen apply -f bookinfo.yaml   the same YAML, the same words as kubectl and istioctl
      lateen traffic http://productpage:9080/productpage -n 100 --from deploy/sleep
    """
