"""`lateen profile`: what a mesh can start with."""

import click

from lateen.app.profiles import PROFILES


@click.group(name="profile")
def command() -> None:
    """The installation profiles, by istioctl's names."""


@command.command(name="list")
def list_profiles() -> None:
    """List the profiles."""
    click.echo("Istio configuration profiles:")
    width = max(len(profile.name) for profile in PROFILES)
    for profile in PROFILES:
        click.echo(f"    {profile.name.ljust(width)}   {profile.description}")
