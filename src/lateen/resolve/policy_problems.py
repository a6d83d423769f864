"""What destination rules ask for that has no effect, or not everywhere, or not yet."""

from collections.abc import Iterable, Iterator

from lateen.api.destination_rule import ClientTLSSettings, DestinationRule
from lateen.api.problem import Problem, Severity
from lateen.resolve.destinations import REFERENCE
from lateen.resolve.host_rule import HostRule, written_policies
from lateen.resolve.sds import Unusable, names_for, secret_name


def policy_problems(rule: DestinationRule) -> Iterator[Problem]:
    """What can be said of the rule alone."""
    for path, policy in written_policies(rule):
        if policy.tls is not None:
            yield from _tls_problems(rule, f"{path}.tls", policy.tls)
        zones = policy.load_balancer.zone_aware_lb_setting if policy.load_balancer else None
        if zones is not None and zones.enabled is not False:
            where = f"{path}.loadBalancer.zoneAwareLbSetting"
            message = "regions are preferred; the zones of one are left alike: proxies don't know their own service"
            hint = "use localityLbSetting with outlierDetection, if requests are to stay in the zone"
            yield Problem(rule.ref, where, "ZonesAlike", Severity.INFO, message, hint)


def _tls_problems(rule: DestinationRule, path: str, tls: ClientTLSSettings) -> Iterator[Problem]:
    if tls.credential_name and tls.mode in {"SIMPLE", "MUTUAL"} and rule.spec.workload_selector is None:
        message = "takes effect at gateways only: sidecars send plain text, for the rule has no workloadSelector"
        hint = "add a workloadSelector if sidecars are to use the Secret"
        yield Problem(rule.ref, f"{path}.credentialName", "GatewaysOnly", Severity.INFO, message, hint)


def secret_problems(rule: HostRule, unusable: Iterable[Unusable], namespace: str) -> Iterator[Problem]:
    """The findings about Secrets that the proxies of a namespace need and don't get."""
    for secret in unusable:
        message, hint = secret.texts(namespace)
        for source in rule.sources:
            for path, policy in written_policies(source):
                if policy.tls is not None and secret_name(secret.name) in names_for(policy.tls.credential_name):
                    where = f"{path}.tls.credentialName"
                    text = f"{message}; requests to {source.spec.host} are answered 503"
                    yield Problem(source.ref, where, REFERENCE, Severity.ERROR, text, hint)
