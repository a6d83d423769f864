"""Rules by which a gateway routes on claims of tokens need a RequestAuthentication that has the tokens verified.

IST0149 for each pod of a gateway that has none.
"""

from collections.abc import Iterator, Mapping, Sequence

from lateen.analysis.analyzers.mesh_hosts import MESH
from lateen.analysis.config import Configuration
from lateen.analysis.messages import UNVERIFIED_CLAIM
from lateen.analysis.subject import full_name, gateway_name
from lateen.analysis.workloads import Workload
from lateen.api.gateway import Gateway
from lateen.api.problem import Problem
from lateen.api.request_authentication import RequestAuthentication
from lateen.api.virtual_service import VirtualService
from lateen.model.selection import selects
from lateen.validation.http_header import CLAIM

_CLAIMS = (f"{CLAIM}.", f"{CLAIM}[")


def analyze(config: Configuration) -> Iterator[Problem]:
    """Report the gateways' pods that know no claims."""
    gateways = {full_name(each): each for each in config.of(Gateway)}
    verifying = _selectors(config)
    for rule in config.of(VirtualService):
        path, claim = next(_claims(rule), ("", ""))
        for written in rule.spec.gateways if claim else ():
            name = gateway_name(written, rule.metadata.namespace)
            gateway = gateways.get(name) if written != MESH else None
            for workload in config.workloads.selected(gateway.spec.selector) if gateway else ():
                if not _is_verifying(config, workload, verifying):
                    yield UNVERIFIED_CLAIM.at(rule.ref, path, key=claim, pod=workload.name, gateway=name)


def _claims(rule: VirtualService) -> Iterator[tuple[str, str]]:
    """The conditions on claims: where they are, and which header names them."""
    for place, route in enumerate(rule.spec.http):
        for each, match in enumerate(route.match):
            for key, headers in (("headers", match.headers), ("withoutHeaders", match.without_headers)):
                for name in headers:
                    if name.lower().startswith(_CLAIMS):
                        yield f"spec.http[{place}].match[{each}].{key}", name


def _selectors(config: Configuration) -> Mapping[str, Sequence[Mapping[str, str]]]:
    """The selectors of RequestAuthentications by namespace; the empty one selects everything there."""
    found: dict[str, list[Mapping[str, str]]] = {}
    for policy in config.of(RequestAuthentication):
        labels = policy.spec.selector.match_labels if policy.spec.selector else {}
        found.setdefault(policy.metadata.namespace, []).append(labels)
    return found


def _is_verifying(
    config: Configuration, workload: Workload, selectors: Mapping[str, Sequence[Mapping[str, str]]]
) -> bool:
    places = (config.settings.root_namespace, workload.namespace)
    return any(selects(each, workload.labels) for place in places for each in selectors.get(place, ()))
