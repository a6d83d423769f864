"""Telemetries must select workloads that exist, and no workload may be selected by two of them.

IST0101 for a selector that selects nothing, IST0159 for workloads that several select.
"""

from collections.abc import Iterator

from lateen.analysis.config import Configuration
from lateen.analysis.messages import NOT_FOUND, TELEMETRY_CONFLICT, brackets
from lateen.analysis.selecting import Selections
from lateen.analysis.subject import selector_text
from lateen.api.problem import Problem
from lateen.api.telemetry import Telemetry

_SELECTOR = "spec.selector.matchLabels"


def analyze(config: Configuration) -> Iterator[Problem]:
    """Report Telemetries that select nothing, or what others select."""
    selectors = ((each, each.spec.selector.match_labels) for each in config.of(Telemetry) if each.spec.selector)
    selections = Selections(((each, labels) for each, labels in selectors if labels), config.workloads)
    for telemetry, labels in selections.idle:
        yield NOT_FOUND.at(telemetry.ref, _SELECTOR, what="selector", name=selector_text(labels))
    reported: set[tuple[str, str]] = set()
    for workload, telemetries in selections:
        names = brackets(sorted(each.metadata.name for each in telemetries))
        for telemetry in telemetries if len(telemetries) > 1 else ():
            if (key := (str(telemetry.ref), names)) not in reported:
                reported.add(key)
                facts = {"names": names, "namespace": workload.namespace, "workload": workload.source.name}
                yield TELEMETRY_CONFLICT.at(telemetry.ref, _SELECTOR, **facts)
