"""VirtualServices with their names completed: what they are bound to, which hosts they speak for, where they send."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lateen.api.problem import Problem, ResourceRef, Severity
from lateen.api.virtual_service import Destination, VirtualService
from lateen.ir.origin import ConfigOrigin
from lateen.lib.memo import Memo
from lateen.model.hostname import covers, fully_qualified, is_wildcard, overlaps
from lateen.model.settings import MeshSettings
from lateen.resolve.config_origin import config_origins
from lateen.resolve.gateway_name import MESH, gateway_name
from lateen.resolve.http_parts import HttpPart, NamespacedName, Written, delegates_of, http_parts


@dataclass(frozen=True, slots=True)
class Target:
    """A destination with its full host name; `port` 0 is whichever the service or the listener has.

    `path` is where it is written: in `source`, where that is not the rule itself but a delegate of it.
    """

    host: str
    subset: str
    port: int
    path: str
    source: ResourceRef | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One VirtualService. `gateways` are `mesh` and `namespace/name`; `http` and `l4` list where its routes send.

    `parts` are its HTTP routes, with those of delegates in their places; `problems` is what is wrong with these.
    """

    source: VirtualService
    hosts: tuple[str, ...]
    gateways: frozenset[str]
    http: tuple[Target, ...]
    l4: tuple[Target, ...]
    origins: tuple[ConfigOrigin, ...]
    parts: tuple[HttpPart, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def ref(self) -> ResourceRef:
        """The VirtualService's kind, namespace and name."""
        return self.source.ref

    @property
    def origin(self) -> ConfigOrigin:
        """The resource that this was written as."""
        return self.origins[0]

    def origin_of(self, number: int) -> ConfigOrigin:
        """The resource that HTTP route `number` was written as; several legacy ones may make up one rule."""
        return self.origins[number] if number < len(self.origins) else self.origin

    @property
    def namespace(self) -> str:
        """The namespace in which its short names are meant."""
        return self.source.metadata.namespace

    @property
    def name(self) -> str:
        """The VirtualService's name."""
        return self.source.metadata.name

    def problem(
        self, path: str, code: str, message: str, hint: str, *, error: bool = False, source: ResourceRef | None = None
    ) -> Problem:
        """A finding about this rule, or about `source`, which it delegates to."""
        severity = Severity.ERROR if error else Severity.WARNING
        return Problem(source or self.ref, path, code, severity, message, hint)


def rules_of(memo: Memo, sources: Iterable[VirtualService], settings: MeshSettings) -> list[Rule]:
    """The rules that have hosts, in their order; the others are delegates."""
    sources = tuple(sources)
    delegates = {
        (source.metadata.namespace, source.metadata.name): source for source in sources if not source.spec.hosts
    }
    return [_rule(memo, source, delegates, settings) for source in sources if source.spec.hosts]


def _rule(
    memo: Memo, source: VirtualService, delegates: Mapping[NamespacedName, VirtualService], settings: MeshSettings
) -> Rule:
    used = tuple(delegates[key] for key in delegates_of(source) if key in delegates)
    return memo.recall(
        ("rule", source.metadata.namespace, source.metadata.name),
        _read,
        source,
        settings.cluster_domain,
        *((settings, *used) if used else ()),
    )


def _read(
    source: VirtualService, cluster_domain: str, settings: MeshSettings | None = None, *delegates: VirtualService
) -> Rule:
    export_to = settings.default_virtual_service_export_to if settings else ()
    return read_rule(source, cluster_domain, delegates, export_to)


def read_rule(
    source: VirtualService,
    cluster_domain: str,
    delegates: Sequence[VirtualService] = (),
    export_to: Sequence[str] = (),
) -> Rule:
    """A VirtualService with every short name completed in its own namespace (`ResolveVirtualServiceShortnames`).

    `delegates` are those it delegates to, as far as they exist; `export_to` is the mesh's default.
    """
    meta, spec = source.metadata, source.spec
    by_name = {(each.metadata.namespace, each.metadata.name): each for each in delegates}
    found = http_parts(source, by_name, cluster_domain, export_to)
    return Rule(
        source=source,
        hosts=full_hosts(source, cluster_domain),
        gateways=frozenset(gateway_name(name, meta.namespace) for name in spec.gateways or (MESH,)),
        http=tuple(target for part in found.parts for target in part_targets(source, part, cluster_domain)),
        l4=tuple(_l4_targets(source, cluster_domain)),
        origins=config_origins(source, "VirtualService"),
        parts=found.parts,
        problems=found.problems,
    )


def full_hosts(rule: VirtualService, cluster_domain: str) -> tuple[str, ...]:
    """The hosts that a VirtualService speaks for, in lower case, short ones completed in its namespace; each once."""
    found = (fully_qualified(host, rule.metadata.namespace, cluster_domain).lower() for host in rule.spec.hosts)
    return tuple(dict.fromkeys(found))


def target_of(
    destination: Destination, namespace: str, cluster_domain: str, path: str = "", source: ResourceRef | None = None
) -> Target:
    """A destination whose short name is meant in `namespace`."""
    port = destination.port.number if destination.port else 0
    host = fully_qualified(destination.host, namespace, cluster_domain).lower()
    return Target(host, destination.subset, port, path, source)


def part_targets(rule: VirtualService, part: HttpPart, domain: str) -> Iterator[Target]:
    """Where one of a rule's HTTP routes sends requests, and copies of them."""
    for place, weighted in enumerate(part.route.route):
        yield _written(weighted.destination, part.leaf, rule, domain, f"route[{place}].destination")
    if part.route.mirror is not None:
        yield _written(part.route.mirror, part.mirror, rule, domain, "mirror")
    for place, mirror in enumerate(part.route.mirrors):
        yield _written(mirror.destination, part.mirrors, rule, domain, f"mirrors[{place}].destination")


def _written(destination: Destination, at: Written, rule: VirtualService, domain: str, path: str) -> Target:
    source = None if at.source is rule else at.source.ref
    return target_of(destination, at.source.metadata.namespace, domain, f"{at.path}.{path}", source)


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
