"""Runs analyzers: everything they find, once, in a stable order, without what resources or users suppress."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from lateen.analysis.analyzer import Analyzer
from lateen.analysis.catalog import DEFAULTS
from lateen.analysis.config import Configuration
from lateen.api.codec import Document
from lateen.api.problem import Origin, Problem, ResourceRef, Severity
from lateen.api.schema import ref_of
from lateen.model.legacy.blame import blamed

SUPPRESS_ANNOTATION = "galley.istio.io/analyze-suppress"
"""Codes, with commas between them, or `*`: not to be reported for the resource."""

_ORDER = tuple(Severity)


def analyze(config: Configuration, analyzers: Sequence[Analyzer] = DEFAULTS) -> tuple[Problem, ...]:
    """What `analyzers` find, the worst first, with the files' lines."""
    found = (problem for each in analyzers for problem in each.analyze(config))
    return finished(found, config)


def finished(problems: Iterable[Problem], config: Configuration) -> tuple[Problem, ...]:
    """`problems`, each once and in order, without those their resources suppress, with the files' lines."""
    documents = {ref_of(each.body): each for each in config.documents}
    suppressed = suppressions(config)
    kept = {
        _placed(problem, documents)
        for problem in blamed(problems, config.sources)
        if not suppressed.get(problem.resource, frozenset()) & {problem.code, "*"}
    }
    return tuple(sorted(kept, key=_rank))


def suppressions(config: Configuration) -> Mapping[ResourceRef | None, frozenset[str]]:
    """The codes that resources say are not to be reported for them."""
    return {
        resource.ref: frozenset(word.strip() for word in resource.metadata.annotations[SUPPRESS_ANNOTATION].split(","))
        for group in config.by_kind.values()
        for resource in group
        if SUPPRESS_ANNOTATION in resource.metadata.annotations
    }


def _placed(problem: Problem, documents: Mapping[ResourceRef, Document]) -> Problem:
    document = documents.get(problem.resource) if problem.resource else None
    if problem.origin.file or document is None:
        return problem
    return msgspec.structs.replace(problem, origin=Origin(document.origin.file, document.line_of(problem.path)))


def _rank(problem: Problem) -> tuple[int, str, str, str, int, str, str]:
    origin = problem.origin
    level = _ORDER.index(problem.severity)
    return level, problem.code, str(problem.resource), origin.file, origin.line, problem.path, problem.message
