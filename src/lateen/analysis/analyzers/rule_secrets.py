"""Credentials that DestinationRules name must be Secrets where the proxies are that use them.

With a workload selector these are the rule's own workloads, else gateways. IST0101 for a Secret that is in none of
their namespaces, or has not what the TLS mode needs: a certificate and its key for MUTUAL, an authority for both.
"""

from collections.abc import Iterator, Sequence

from lateen.analysis.config import Configuration
from lateen.analysis.credentials import Credentials
from lateen.analysis.messages import NOT_FOUND
from lateen.api.destination_rule import ClientTLSSettings, DestinationRule, TrafficPolicy
from lateen.api.gateway import Gateway
from lateen.api.problem import Problem
from lateen.api.secret import Secret
from lateen.model.tls_secret import CA_SUFFIX


def analyze(config: Configuration) -> Iterator[Problem]:
    """Report credentials that no proxy will find."""
    credentials = Credentials(config.of(Secret), config.now)
    gateways = config.of(Gateway)
    found = {each.namespace for gateway in gateways for each in config.workloads.selected(gateway.spec.selector)}
    for rule in config.of(DestinationRule):
        namespaces = [rule.metadata.namespace] if rule.spec.workload_selector is not None else sorted(found)
        for path, tls in _settings(rule) if namespaces else ():
            if defect := _defect(credentials, namespaces, tls):
                hint = f"{defect} in namespace {' or '.join(namespaces)}"
                facts = {"what": "credentialName", "name": tls.credential_name}
                yield NOT_FOUND.at(rule.ref, f"{path}.credentialName", hint=hint, **facts)


def _settings(rule: DestinationRule) -> Iterator[tuple[str, ClientTLSSettings]]:
    """TLS by a credential, and where it is."""
    yield from _of_policy("spec.trafficPolicy", rule.spec.traffic_policy)
    for place, subset in enumerate(rule.spec.subsets):
        yield from _of_policy(f"spec.subsets[{place}].trafficPolicy", subset.traffic_policy)


def _of_policy(path: str, policy: TrafficPolicy | None) -> Iterator[tuple[str, ClientTLSSettings]]:
    if policy is None:
        return
    ports = enumerate(policy.port_level_settings)
    for where, tls in (("", policy.tls), *((f".portLevelSettings[{place}]", each.tls) for place, each in ports)):
        if tls is not None and tls.credential_name and tls.mode in ("SIMPLE", "MUTUAL"):
            yield f"{path}{where}.tls", tls


def _defect(credentials: Credentials, namespaces: Sequence[str], tls: ClientTLSSettings) -> str:
    """What is to be done about a credential; "" where one of the namespaces has it whole."""
    name, wanted = tls.credential_name, ""
    for namespace in namespaces:
        secret, authority = credentials.find(namespace, name), credentials.authority(namespace, name)
        if authority is None:
            wanted = wanted or f"apply a Secret {name}"
        elif tls.mode == "MUTUAL" and (secret is None or credentials.certificate_defect(secret)):
            reason = credentials.certificate_defect(secret) if secret else "there is none"
            wanted = f"correct the Secret {name} ({reason})"
        elif reason := credentials.authority_defect(authority):
            wanted = f"give Secret {name} a ca.crt, or apply a Secret {name}{CA_SUFFIX} ({reason})"
        else:
            return ""
    return wanted
