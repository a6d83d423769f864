"""Access logging that Telemetries ask for needs a provider: their own, or the mesh's.

IST0157 for one without.
"""

from collections.abc import Iterator

from lateen.analysis.config import Configuration
from lateen.analysis.messages import NO_PROVIDER
from lateen.api.problem import Problem
from lateen.api.telemetry import Telemetry


def analyze(config: Configuration) -> Iterator[Problem]:
    """Report access logging that goes nowhere."""
    defaults = config.mesh_config.get("defaultProviders")
    if isinstance(defaults, dict) and defaults.get("accessLogging"):
        return
    for telemetry in config.of(Telemetry):
        for place, logging in enumerate(telemetry.spec.access_logging):
            if not logging.disabled and not logging.providers:
                facts = {"name": telemetry.metadata.name, "namespace": telemetry.metadata.namespace}
                yield NO_PROVIDER.at(telemetry.ref, f"spec.accessLogging[{place}]", **facts)
