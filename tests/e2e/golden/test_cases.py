"""Envoy accepts every golden case, and does with its calls what the simulator says."""

from pathlib import Path

import pytest
from envoy.config.route.v3.route_pb2 import RouteConfiguration
from tests.support.golden.calls import calls_in
from tests.support.golden.case import cases, load, name_of, tell
from tests.support.routed_envoy import routed_envoy
from tests.support.static_bootstrap import validate

from lateen.simulation.call import Call
from lateen.simulation.outcome import Outcome
from lateen.simulation.simulate import simulate
from lateen.translate.resources import translate_proxy

pytestmark = pytest.mark.root


@pytest.mark.parametrize("folder", cases(), ids=name_of)
def test_envoy_accepts_it_without_a_warning(folder: Path, tmp_path: Path) -> None:
    assert validate(translate_proxy(tell(load(folder)).config), tmp_path) == ""


def test_every_golden_call(tmp_path: Path) -> None:
    """All cases' route configurations in one Envoy; faults are left out, as they would only make calls fail."""
    found: list[str] = []
    configs: dict[str, RouteConfiguration] = {}
    checks: list[tuple[str, Call, Outcome]] = []
    for folder in cases():
        case = load(folder)
        resources = translate_proxy(tell(case).config)
        for call in calls_in(case):
            outcome = simulate(resources, call)
            if outcome.route_config in resources.routes:
                label = f"{name_of(folder)} {outcome.route_config}"
                configs[label] = resources.routes[outcome.route_config]
                checks.append((label, call, outcome))
    with routed_envoy(configs, tmp_path) as envoy:
        for label, call, outcome in checks:
            found += [f"{label}: {call}: {text}" for text in envoy.disagreements(label, call, outcome)]
    assert found == []
    assert len(checks) > 20
