"""A control plane that fetches the keys of RequestAuthentications should be told where not to fetch them.

IST0175 for an istiod without BLOCKED_CIDRS_IN_JWKS_URIS.
"""

from collections.abc import Iterator

from lateen.analysis.config import Configuration
from lateen.analysis.messages import OPEN_KEY_SOURCES
from lateen.analysis.subject import full_name
from lateen.api.deployment import Deployment
from lateen.api.problem import Problem
from lateen.api.request_authentication import RequestAuthentication

_SETTING = "BLOCKED_CIDRS_IN_JWKS_URIS"
_MOST_NAMES = 5


def analyze(config: Configuration) -> Iterator[Problem]:
    """Report control planes that fetch from anywhere."""
    names = [full_name(each) for each in config.of(RequestAuthentication)]
    more = f", and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    for deployment in config.of(Deployment) if names else ():
        variables = (each for part in deployment.spec.template.spec.containers for each in part.env)
        is_istiod = deployment.metadata.labels.get("app") == "istiod"
        if is_istiod and not any(each.name == _SETTING and each.value for each in variables):
            shown = ", ".join(names[:_MOST_NAMES]) + more
            yield OPEN_KEY_SOURCES.at(deployment.ref, "spec.template.spec.containers", count=len(names), names=shown)
