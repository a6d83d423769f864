"""Each document must be what its kind's schema and rules ask for, and each rule of a VirtualService reachable.

IST0106 for what is wrong, IST0133 for what is suspicious, IST0130 for a rule of a VirtualService that is never used,
IST0131 for a match that an earlier one covers.
"""

from collections.abc import Iterator

import msgspec

from lateen.analysis.config import Configuration
from lateen.analysis.messages import INEFFECTIVE_MATCH, SCHEMA_ERROR, SCHEMA_WARNING, UNREACHABLE_RULE
from lateen.api.codec import Document
from lateen.api.meta import JsonObject
from lateen.api.problem import Problem, Severity
from lateen.api.schema import info_of
from lateen.api.unserved import is_istios, unserved_kind
from lateen.validation.validate import validate

_OWN = {message.code: message for message in (UNREACHABLE_RULE, INEFFECTIVE_MATCH)}


def analyze(config: Configuration) -> Iterator[Problem]:
    """Report what validation finds in the files' documents, and what legacy ones among them no longer mean; kinds that
    are not known are left alone."""
    for document in config.documents:
        yield from document_problems(document.body, document)
    yield from map(_as_message, config.legacy_problems if config.documents else ())


def document_problems(body: JsonObject, document: Document | None = None) -> Iterator[Problem]:
    """What validation finds in one document, in the words of analysis."""
    if info_of(body) is None and unserved_kind(body) is None and not is_istios(body):
        return
    for problem in validate(body, document):
        yield _as_message(problem)


def _as_message(problem: Problem) -> Problem:
    found = _OWN.get(problem.code) or (SCHEMA_ERROR if problem.severity is Severity.ERROR else SCHEMA_WARNING)
    message = found.template.format(detail=problem.message)
    return msgspec.structs.replace(problem, code=found.code, severity=found.severity, message=message)
