"""`lateen completion`: teach the shell to complete this command."""

import click
from click.shell_completion import get_completion_class

VARIABLE = "_LATEEN_COMPLETE"


@click.command(name="completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print a script for the shell.

    \b
      source <(lateen completion bash)                             in ~/.bashrc
      source <(lateen completion zsh)                              in ~/.zshrc
      lateen completion fish > ~/.config/fish/completions/lateen.fish
    """
    kind = get_completion_class(shell)
    assert kind is not None  # noqa: S101 - the choices are click's own
    click.echo(kind(ctx.find_root().command, {}, "lateen", VARIABLE).source())
