"""A namespace must not have two Telemetries without a selector.

IST0160 for each of them.
"""

from collections.abc import Iterator

from lateen.analysis.config import Configuration
from lateen.analysis.messages import DEFAULT_TELEMETRY_CONFLICT, brackets
from lateen.api.problem import Problem
from lateen.api.telemetry import Telemetry


def analyze(config: Configuration) -> Iterator[Problem]:
    """Report Telemetries that are for the same whole namespace."""
    by_namespace: dict[str, list[Telemetry]] = {}
    for telemetry in config.of(Telemetry):
        if telemetry.spec.selector is None:
            by_namespace.setdefault(telemetry.metadata.namespace, []).append(telemetry)
    for namespace, telemetries in by_namespace.items():
        names = brackets(sorted(each.metadata.name for each in telemetries))
        for telemetry in telemetries if len(telemetries) > 1 else ():
            yield DEFAULT_TELEMETRY_CONFLICT.at(telemetry.ref, "spec", names=names, namespace=namespace)
