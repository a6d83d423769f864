"""`--set` as istioctl has it."""

import click
import pytest

from lateen.cli.settings import mesh_config, profile_of


def test_values_are_yaml_and_paths_nest() -> None:
    settings = [
        "profile=demo",
        "meshConfig.accessLogFile=/dev/stdout",
        "meshConfig.outboundTrafficPolicy.mode=REGISTRY_ONLY",
    ]
    assert mesh_config([*settings, "meshConfig.enableAutoMtls=false"]) == {
        "accessLogFile": "/dev/stdout",
        "outboundTrafficPolicy": {"mode": "REGISTRY_ONLY"},
        "enableAutoMtls": False,
    }
    assert profile_of("", settings) == "demo"


@pytest.mark.parametrize("setting", ["meshConfig.a", "values.pilot.cpu=1", "=x"])
def test_what_can_not_be_set_is_refused(setting: str) -> None:
    with pytest.raises(click.UsageError, match="--set"):
        mesh_config([setting])


def test_an_unknown_profile_is_answered_with_the_known_ones() -> None:
    with pytest.raises(click.UsageError, match="default, demo"):
        profile_of("huge", [])
