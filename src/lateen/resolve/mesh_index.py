"""What follows from a snapshot of the mesh for all proxies."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lateen.api.destination_rule import DestinationRule
from lateen.api.gateway import Gateway
from lateen.api.problem import Problem
from lateen.api.sidecar import Sidecar
from lateen.api.virtual_service import VirtualService
from lateen.lib.memo import Memo, Stage
from lateen.model.service import Resolution, Service
from lateen.model.settings import MeshSettings
from lateen.model.snapshot import EndpointKey, MeshSnapshot
from lateen.model.tls_secret import TlsSecret
from lateen.resolve.destination_rules import RuleIndex, distinct_by_rules, index_rules
from lateen.resolve.host_rule import named_secrets
from lateen.resolve.layers import Endpoints
from lateen.resolve.locality import places_compared
from lateen.resolve.policy_problems import policy_problems
from lateen.resolve.scope import NamespacedName, ScopeIndex, route_labels
from lateen.resolve.sds import TlsSecrets, names_for
from lateen.resolve.selectors import ServiceSelectors, index_selectors
from lateen.resolve.sidecars import SidecarIndex, index_sidecars, sidecar_conflicts
from lateen.resolve.visibility import distinct_by_services

Services = Mapping[tuple[str, str], Service]


@dataclass(frozen=True, slots=True, eq=False)
class MeshIndex:
    """A snapshot, indexed.

    `named` are the endpoints of services that are looked up by name, `headless` those that clients dial themselves;
    `credentials` the Secrets that destination rules name, by namespace; `problems` what is wrong with those rules,
    `conflicts` with Sidecars.
    """

    snapshot: MeshSnapshot
    sidecars: Mapping[NamespacedName, Sidecar]
    rules: RuleIndex
    selectors: ServiceSelectors
    scopes: ScopeIndex
    named: Endpoints
    headless: Endpoints
    credentials: Mapping[str, TlsSecrets]
    problems: tuple[Problem, ...]
    conflicts: tuple[Problem, ...]


class MeshIndexer:
    """Indexes one snapshot after another; whatever an update does not change keeps its identity."""

    def __init__(self) -> None:
        self._rules = Stage(index_rules)
        self._selectors = Stage(_selectors)
        self._sidecars = Stage(lambda _, sidecars, settings: index_sidecars(sidecars, settings.root_namespace))
        self._conflicts = Stage(lambda _, index, workloads: sidecar_conflicts(index, workloads.values()))
        self._distributions = Stage(_distributions)
        self._places = Stage(places_compared)
        self._scopes = Stage(_scopes)
        self._special = Stage(_special)
        self._named = Stage(_pick)
        self._headless = Stage(_pick)
        self._credentials = Stage(_credentials)
        self._problems = Stage(_problems)

    def index(self, snapshot: MeshSnapshot) -> MeshIndex:
        """Do the work of what changed since the snapshot before."""
        services, settings = snapshot.services, snapshot.settings
        rules = self._rules.run(snapshot.destination_rules, settings)
        sidecars = self._sidecars.run(snapshot.sidecars, settings)
        named, headless = self._special.run(services)
        return MeshIndex(
            snapshot=snapshot,
            sidecars={(each.metadata.namespace, each.metadata.name): each for each in snapshot.sidecars},
            rules=rules,
            selectors=self._selectors.run(services),
            scopes=self._scopes.run(
                services,
                rules,
                self._places.run(snapshot.destination_rules, settings, self._distributions.run(services)),
                snapshot.virtual_services,
                snapshot.gateways,
                sidecars,
                settings,
            ),
            named=self._named.run(named, snapshot.endpoints),
            headless=self._headless.run(headless, snapshot.endpoints),
            credentials=self._credentials.run(snapshot.secrets, snapshot.destination_rules),
            problems=self._problems.run(rules, snapshot.destination_rules),
            conflicts=self._conflicts.run(sidecars, snapshot.workloads),
        )


def _selectors(_: Memo, services: Services) -> ServiceSelectors:
    return index_selectors(services.values())


def _scopes(
    _: Memo,
    services: Services,
    index: RuleIndex,
    places: frozenset[str] | None,
    virtual_services: tuple[VirtualService, ...],
    gateways: tuple[Gateway, ...],
    sidecars: SidecarIndex,
    settings: MeshSettings,
) -> ScopeIndex:
    return ScopeIndex(
        labels=route_labels(virtual_services) | index.labels,
        rule_labels=index.labels,
        distinct=frozenset(distinct_by_services(services.values()) | distinct_by_rules(index, services, settings)),
        place_labels=places,
        gateways=gateways,
        sidecars=sidecars,
    )


def _distributions(_: Memo, services: Services) -> frozenset[str]:
    return frozenset(each.traffic_distribution for each in services.values() if each.traffic_distribution)


def _special(_: Memo, services: Services) -> tuple[tuple[EndpointKey, ...], tuple[EndpointKey, ...]]:
    """The ports whose endpoints matter to more than EDS: those looked up by name, and those that clients dial."""
    named = tuple(_keys(each for each in services.values() if each.resolution.is_by_name))
    return named, tuple(_keys(each for each in services.values() if each.headless or _has_own_workloads(each)))


def _has_own_workloads(service: Service) -> bool:
    """Whether a ServiceEntry without resolution stands for workloads that it selects."""
    return service.resolution is Resolution.NONE and bool(service.selector)


def _keys(services: Iterable[Service]) -> Iterable[EndpointKey]:
    return ((each.namespace, each.hostname, port.number) for each in services for port in each.ports)


def _pick(_: Memo, keys: tuple[EndpointKey, ...], endpoints: Endpoints) -> Endpoints:
    return {key: endpoints.get(key, ()) for key in keys}


def _credentials(
    memo: Memo, secrets: Mapping[NamespacedName, TlsSecret], rules: tuple[DestinationRule, ...]
) -> dict[str, TlsSecrets]:
    """By namespace, the Secrets that destination rules name; empty only if they name none."""
    credentials = {name for rule in rules for name in memo.recall(("named by", rule.ref), named_secrets, rule)}
    names = {name for credential in credentials for name in names_for(credential)}
    found: dict[str, dict[str, TlsSecret]] = {"": {}} if names else {}
    for (namespace, name), secret in secrets.items():
        if name in names:
            found.setdefault(namespace, {})[name] = secret
    return {namespace: memo.keep(namespace, group) for namespace, group in found.items()}


def _problems(_: Memo, index: RuleIndex, rules: tuple[DestinationRule, ...]) -> tuple[Problem, ...]:
    return (*index.problems, *(problem for rule in rules for problem in policy_problems(rule)))
