"""How a command ends: a mistake is a line on standard error, never a traceback; and which exit status says what.

0: done. 1: refused, not found, not reachable. 2: the command line makes no sense. 130: interrupted. `exec` passes on
the status of the command it ran.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from click.exceptions import NoArgsIsHelpError

INTERRUPTED = 130


@contextmanager
def ended() -> Iterator[None]:
    """Turns click's exceptions into messages and exit statuses."""
    try:
        yield
        sys.stdout.flush()
    except NoArgsIsHelpError as missing:
        click.echo(missing.format_message())
        raise SystemExit(0) from None
    except click.UsageError as error:
        click.echo(f"error: {_uncapitalized(error.format_message())}", err=True)
        if error.ctx:
            click.echo(f"See `{error.ctx.command_path} --help`.", err=True)
        raise SystemExit(error.exit_code) from None
    except click.ClickException as error:
        click.echo(f"error: {_uncapitalized(error.format_message())}", err=True)
        raise SystemExit(error.exit_code) from None
    except click.Abort:
        raise SystemExit(INTERRUPTED) from None


def _uncapitalized(text: str) -> str:
    return text[:1].lower() + text[1:] if text[1:2].islower() else text
