"""`--set KEY=VALUE`, in the words of `istioctl install`."""

from collections.abc import Sequence
from typing import Any

import click

from lateen.api.codec import from_yaml
from lateen.api.meta import JsonObject
from lateen.app.profiles import PROFILES, profile_named

MESH_CONFIG = "meshConfig."
PROFILE = "profile"


def mesh_config(settings: Sequence[str]) -> JsonObject:
    """The MeshConfig that `--set meshConfig.a.b=value` describes; values are YAML scalars. Raises click.UsageError."""
    config: JsonObject = {}
    for setting in settings:
        key, value = _split(setting)
        if key == PROFILE:
            continue
        if not key.startswith(MESH_CONFIG):
            raise click.UsageError(f"--set {setting}: only {PROFILE} and {MESH_CONFIG}… can be set")
        _put(config, key.removeprefix(MESH_CONFIG).split("."), _scalar(setting, value))
    return config


def profile_of(option: str, settings: Sequence[str]) -> str:
    """The profile chosen by `--profile` or `--set profile=…`, "" for none. Raises click.UsageError."""
    chosen = option
    for setting in settings:
        key, value = _split(setting)
        chosen = value if key == PROFILE else chosen
    if chosen and profile_named(chosen) is None:
        known = ", ".join(profile.name for profile in PROFILES)
        raise click.UsageError(f"there is no profile {chosen!r}: choose one of {known}")
    return chosen


def _split(setting: str) -> tuple[str, str]:
    key, separator, value = setting.partition("=")
    if not separator or not key:
        raise click.UsageError(f"--set {setting}: write KEY=VALUE")
    return key, value


def _scalar(setting: str, value: str) -> Any:  # Any: a YAML scalar
    try:
        return from_yaml(f"value: {value}")["value"]
    except ValueError as error:
        raise click.UsageError(f"--set {setting}: {error}") from None


def _put(config: JsonObject, path: Sequence[str], value: Any) -> None:  # Any: a YAML scalar
    for step in path[:-1]:
        inner = config.setdefault(step, {})
        if not isinstance(inner, dict):
            raise click.UsageError(f"--set {MESH_CONFIG}{'.'.join(path)}: {step} has a value already")
        config = inner
    config[path[-1]] = value
