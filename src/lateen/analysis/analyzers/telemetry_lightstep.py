"""Traces should not go to Lightstep providers, which Istio has replaced by OpenTelemetry's.

IST0002 for each reference.
"""

from collections.abc import Iterator

from lateen.analysis.config import Configuration
from lateen.analysis.messages import DEPRECATED
from lateen.api.problem import Problem
from lateen.api.telemetry import Telemetry


def analyze(config: Configuration) -> Iterator[Problem]:
    """Report tracing by Lightstep."""
    extensions = config.mesh_config.get("extensionProviders")
    known = [each for each in extensions if isinstance(each, dict)] if isinstance(extensions, list) else []
    names = {each.get("name") for each in known if "lightstep" in each}
    for telemetry in config.of(Telemetry):
        for place, tracing in enumerate(telemetry.spec.tracing):
            for number, provider in enumerate(tracing.providers):
                if provider.name in names:
                    path = f"spec.tracing[{place}].providers[{number}].name"
                    detail = f"the Lightstep provider {provider.name}; use an OpenTelemetry provider"
                    yield DEPRECATED.at(telemetry.ref, path, detail=detail)
