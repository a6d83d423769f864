"""A verb with verbs of its own, some of which have other names too."""

from collections.abc import Mapping
from typing import Any

import click


class AliasGroup(click.Group):
    """Understands aliases, and lists only the names they stand for."""

    def __init__(self, *args: Any, aliases: Mapping[str, str], **extra: Any) -> None:  # click's own parameters
        super().__init__(*args, **extra)
        self._aliases = aliases

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name or of an alias."""
        return super().get_command(ctx, self._aliases.get(cmd_name, cmd_name))
