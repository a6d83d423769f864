"""VirtualServices with their names completed: what they are bound to, which hosts they speak for, where they send."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lateen.api.problem import Problem, ResourceRef, Severity
from lateen.api.virtual_service import Destination, VirtualService
from lateen.ir.origin import ConfigOrigin
from lateen.lib.memo import Memo
from lateen.model.hostname import covers, fully_qualified, is_wildcard, overlaps

MESH = "mesh"
"""The word that binds a rule to sidecars."""


@dataclass(frozen=True, slots=True)
class Target:
    """A destination with its full host name; `port` 0 is whichever the service or the listener has. `path` names it."""

    host: str
    subset: str
    port: int
    path: str


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One VirtualService. `gateways` are `mesh` and `namespace/name`; `http` and `l4` list where its routes send."""

    source: VirtualService
    hosts: tuple[str, ...]
    gateways: frozenset[str]
    http: tuple[Target, ...]
    l4: tuple[Target, ...]
    origin: ConfigOrigin

    @property
    def ref(self) -> ResourceRef:
        """The VirtualService's kind, namespace and name."""
        return self.source.ref

    @property
    def namespace(self) -> str:
        """The namespace in which its short names are meant."""
        return self.source.metadata.namespace

    @property
    def name(self) -> str:
        """The VirtualService's name."""
        return self.source.metadata.name

    def problem(self, path: str, code: str, message: str, hint: str, *, error: bool = False) -> Problem:
        """A finding about this rule."""
        severity = Severity.ERROR if error else Severity.WARNING
        return Problem(self.ref, path, code, severity, message, hint)


def rules_of(memo: Memo, sources: Iterable[VirtualService], cluster_domain: str) -> list[Rule]:
    """The rules that have hosts, in their order; the others are delegates."""
    return [
        memo.recall(("rule", source.metadata.namespace, source.metadata.name), read_rule, source, cluster_domain)
        for source in sources
        if source.spec.hosts
    ]


def read_rule(source: VirtualService, cluster_domain: str) -> Rule:
    """A VirtualService with every short name completed in its own namespace (`ResolveVirtualServiceShortnames`)."""
    meta, spec = source.metadata, source.spec
    hosts = (fully_qualified(host, meta.namespace, cluster_domain).lower() for host in spec.hosts)
    return Rule(
        source=source,
        hosts=tuple(dict.fromkeys(hosts)),
        gateways=frozenset(gateway_name(name, meta.namespace) for name in spec.gateways or (MESH,)),
        http=tuple(_http_targets(source, cluster_domain)),
        l4=tuple(_l4_targets(source, cluster_domain)),
        origin=ConfigOrigin(
            group="networking.istio.io",
            version="v1",
            kind="VirtualService",
            namespace=meta.namespace,
            name=meta.name,
        ),
    )


def gateway_name(name: str, namespace: str) -> str:
    """`mesh`, or a Gateway as `namespace/name` (`resolveGatewayName`; `name.namespace.svc…` is its oldest form)."""
    if name == MESH:
        return name
    owner, slash, short = name.partition("/")
    if slash:
        return f"{namespace if owner == '.' else owner}/{short}"
    short, dot, rest = name.partition(".")
    return f"{rest.partition('.')[0] if dot else namespace}/{short}"


def target_of(destination: Destination, namespace: str, cluster_domain: str, path: str = "") -> Target:
    """A destination whose short name is meant in `namespace`."""
    port = destination.port.number if destination.port else 0
    return Target(fully_qualified(destination.host, namespace, cluster_domain).lower(), destination.subset, port, path)


def _http_targets(source: VirtualService, domain: str) -> Iterator[Target]:
    namespace = source.metadata.namespace
    for number, route in enumerate(source.spec.http):
        path = f"spec.http[{number}]"
        for place, weighted in enumerate(route.route):
            yield target_of(weighted.destination, namespace, domain, f"{path}.route[{place}].destination")
        if route.mirror is not None:
            yield target_of(route.mirror, namespace, domain, f"{path}.mirror")
        for place, mirror in enumerate(route.mirrors):
            yield target_of(mirror.destination, namespace, domain, f"{path}.mirrors[{place}].destination")


def _l4_targets(source: VirtualService, domain: str) -> Iterator[Target]:
    for field in ("tcp", "tls"):
        for number, route in enumerate(getattr(source.spec, field)):
            for place, weighted in enumerate(route.route):
                path = f"spec.{field}[{number}].route[{place}].destination"
                yield target_of(weighted.destination, source.metadata.namespace, domain, path)


@dataclass(frozen=True, slots=True, eq=False)
class HostIndex:
    """Rules in order of choice, by the hosts they speak for."""

    exact: Mapping[str, tuple[Rule, ...]]
    wildcards: Mapping[str, tuple[Rule, ...]]
    order: Mapping[Rule, int]

    def for_host(self, hostname: str) -> list[Rule]:
        """Every rule one of whose hosts means `hostname` or some of what it means, in order."""
        found = list(self.exact.get(hostname, ()))
        for pattern, rules in self.wildcards.items():
            if overlaps(pattern, hostname):
                found += rules
        if is_wildcard(hostname):
            found += [rule for host, rules in self.exact.items() if covers(hostname, host) for rule in rules]
        return sorted(dict.fromkeys(found), key=self.order.__getitem__) if len(found) > 1 else found

    def wildcard_for(self, hostname: str) -> Rule | None:
        """The rule that governs `hostname` if none names it exactly: the oldest of the longest wildcard."""
        if hostname in self.exact:
            return None
        best = max((pattern for pattern in self.wildcards if covers(pattern, hostname)), key=_length, default=None)
        return self.wildcards[best][0] if best is not None else None


def _length(pattern: str) -> tuple[int, str]:
    return len(pattern), pattern


def index_hosts(rules: Sequence[Rule]) -> HostIndex:
    """Index `rules`, which are in order of choice."""
    exact: dict[str, list[Rule]] = {}
    wildcards: dict[str, list[Rule]] = {}
    for rule in rules:
        for host in rule.hosts:
            (wildcards if is_wildcard(host) else exact).setdefault(host, []).append(rule)
    return HostIndex(
        {host: tuple(group) for host, group in exact.items()},
        {host: tuple(group) for host, group in wildcards.items()},
        {rule: position for position, rule in enumerate(rules)},
    )
