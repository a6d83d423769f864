"""TLS to a host should say which authorities may vouch for it.

IST0128 for TLS mode SIMPLE or MUTUAL without caCertificates in the host's policy, IST0129 in a port's.
"""

from collections.abc import Iterator

from lateen.analysis.config import Configuration
from lateen.analysis.messages import UNVERIFIED_HOST, UNVERIFIED_PORT
from lateen.api.destination_rule import ClientTLSSettings, DestinationRule
from lateen.api.problem import Problem


def analyze(config: Configuration) -> Iterator[Problem]:
    """Report TLS settings without authorities; credentials count where a workload selector makes them reachable."""
    for rule in config.of(DestinationRule):
        policy, meta = rule.spec.traffic_policy, rule.metadata
        if policy is None:
            continue
        facts = {"rule": f"{meta.namespace}/{meta.name}", "namespace": meta.namespace, "host": rule.spec.host}
        if policy.tls is not None and _is_unverified(rule, policy.tls):
            yield UNVERIFIED_HOST.at(rule.ref, "spec.trafficPolicy.tls", mode=policy.tls.mode, **facts)
        for place, port in enumerate(policy.port_level_settings):
            if port.tls is not None and _is_unverified(rule, port.tls):
                path = f"spec.trafficPolicy.portLevelSettings[{place}].tls"
                number = port.port.number if port.port else 0
                yield UNVERIFIED_PORT.at(rule.ref, path, mode=port.tls.mode, port=number, **facts)


def _is_unverified(rule: DestinationRule, tls: ClientTLSSettings) -> bool:
    has_credential = bool(tls.credential_name) and rule.spec.workload_selector is not None
    return tls.mode in ("SIMPLE", "MUTUAL") and not tls.ca_certificates and not has_credential
