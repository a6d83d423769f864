"""Load balancing of a DestinationRule. Rules: `validateLoadBalancer` in Istio."""

import math
from collections.abc import Iterable, Sequence
from typing import Final

from lateen.api.duration import Duration
from lateen.api.load_balancer import (
    ConsistentHashLB,
    Failover,
    LoadBalancerSettings,
    LocalityLoadBalancerSetting,
    ZoneAwareLoadBalancerSetting,
)
from lateen.api.topology import REGION, SUBZONE, ZONE
from lateen.validation.field import Field
from lateen.validation.one_of import check_one_of

MAGLEV_LIMIT: Final = 5_000_011
_TOPOLOGY: Final = frozenset((REGION, ZONE, SUBZONE))
_KEYS: Final = ("http_header_name", "http_cookie", "use_source_ip", "http_query_parameter_name")


def check_load_balancer(settings: LoadBalancerSettings | None, field: Field, *, outlier: bool) -> None:
    """Report load balancing that proxies refuse; `outlier`: whether unhealthy endpoints are detected."""
    if settings is None:
        return
    check_one_of(settings, ("simple", "consistent_hash", "backend_utilization"), field)
    check_one_of(settings, ("locality_lb_setting", "zone_aware_lb_setting"), field)
    if settings.simple == "LEAST_CONN":
        (field / "simple").warn("LEAST_CONN is old", "write LEAST_REQUEST, which is the same", "Deprecated")
    if settings.consistent_hash:
        _check_consistent_hash(settings.consistent_hash, field / "consistentHash")
    if settings.locality_lb_setting:
        _check_locality(settings.locality_lb_setting, field / "localityLbSetting", outlier=outlier)
    if settings.zone_aware_lb_setting:
        _check_zone_aware(settings.zone_aware_lb_setting, field / "zoneAwareLbSetting", outlier=outlier)
    if settings.warmup and settings.warmup.aggression == 0:
        field.at("warmup", "aggression").error("must be more than 0", "write 1 for a straight line")
    if settings.warmup_duration_secs is not None:
        (field / "warmupDurationSecs").warn("this field is old", 'write "warmup: {duration: ...}"', "Deprecated")


def _check_consistent_hash(settings: ConsistentHashLB, field: Field) -> None:
    check_one_of(settings, _KEYS, field)
    check_one_of(settings, ("ring_hash", "maglev"), field)
    if all(not getattr(settings, key) for key in _KEYS):
        hint = "set httpHeaderName, httpCookie, useSourceIp or httpQueryParameterName"
        field.warn("nothing is hashed, so requests are spread at random", hint)
    if settings.http_cookie:
        _check_cookie(settings, field / "httpCookie")
    if settings.minimum_ring_size:
        (field / "minimumRingSize").warn("this field is old", 'write "ringHash: {minimumRingSize: ...}"', "Deprecated")
        if settings.ring_hash or settings.maglev:
            (field / "minimumRingSize").error("a hash algorithm is set too", "remove this field", "Conflict")
    if settings.maglev:
        size = settings.maglev.table_size
        if not 0 < size < MAGLEV_LIMIT or not _is_prime(size):
            hint = f"write a prime below {MAGLEV_LIMIT}, like 65537"
            field.at("maglev", "tableSize").error(f"{size} is no size for a Maglev table", hint)


def _check_cookie(settings: ConsistentHashLB, field: Field) -> None:
    cookie = settings.http_cookie
    assert cookie is not None  # noqa: S101  # the caller looked
    if not cookie.name:
        (field / "name").error("is empty", "name the cookie", "MissingField")
    if cookie.ttl is not None and cookie.ttl < Duration():
        (field / "ttl").error("is below zero", "write 0s for a session cookie", "InvalidDuration")
    names: set[str] = set()
    for place, attribute in enumerate(cookie.attributes):
        if not attribute.name or attribute.name in names:
            where = field.at("attributes", place, "name")
            where.error("is empty or there twice", "name each attribute once", "Duplicate")
        names.add(attribute.name)


def _is_prime(number: int) -> bool:
    if number < 4:
        return number > 1
    return number % 2 == 1 and all(number % factor for factor in range(3, math.isqrt(number) + 1, 2))


def _check_locality(settings: LocalityLoadBalancerSetting, field: Field, *, outlier: bool) -> None:
    if settings.distribute and settings.failover:
        field.error("distribute and failover are both set", "keep one of them", "Conflict")
    topology = _TOPOLOGY & set(settings.failover_priority)
    if settings.failover and topology:
        (field / "failoverPriority").error(
            f"{', '.join(sorted(topology))} and failover contradict", "keep one", "Conflict"
        )
    _check_localities([each.from_ for each in settings.distribute], field / "distribute")
    for place, share in enumerate(settings.distribute):
        where = field.at("distribute", place, "to")
        for locality, weight in share.to.items():
            if not 1 <= weight <= 100:
                (where / locality).error(f"{weight} is no share", "write 1 to 100")
        if sum(share.to.values()) != 100:
            where.error(f"the shares sum to {sum(share.to.values())}", "they must sum to 100")
        _check_localities(share.to, where)
    _check_failover(settings.failover, field)
    _warn_of_failover(bool(settings.failover or settings.failover_priority), field, outlier=outlier)


def _check_zone_aware(settings: ZoneAwareLoadBalancerSetting, field: Field, *, outlier: bool) -> None:
    for place, label in enumerate(settings.failover_priority):
        if label in _TOPOLOGY:
            message = f"{label} is taken into account already"
            field.at("failoverPriority", place).error(message, "remove it", "Conflict")
    _check_failover(settings.failover, field)
    _warn_of_failover(bool(settings.failover or settings.failover_priority), field, outlier=outlier)


def _warn_of_failover(asked: bool, field: Field, *, outlier: bool) -> None:
    if asked and not outlier:
        field.warn("failover needs outlierDetection to notice failures", 'add "outlierDetection" beside "loadBalancer"')


def _check_failover(failover: Sequence[Failover], field: Field) -> None:
    for place, rule in enumerate(failover):
        where = field.at("failover", place)
        if rule.from_ == rule.to:
            where.error("from and to are the same region", "name two regions")
        for name, region in (("from", rule.from_), ("to", rule.to)):
            if "/" in region or "*" in region:
                (where / name).error(f'"{region}" is no region', "write the region only, without zone and *")


def _check_localities(localities: Iterable[str], field: Field) -> None:
    seen: list[str] = []
    for locality in localities:
        parts = locality.split("/")
        if not all(parts) or len(parts) > 3 or "*" in locality[:-1]:
            field.error(f'"{locality}" is no locality', 'write "region/zone/subzone", a * only at the end')
        elif any(_overlap(locality, other) for other in seen):
            field.error(f'"{locality}" overlaps with another one', "let each locality appear once", "Duplicate")
        seen.append(locality)


def _overlap(one: str, other: str) -> bool:
    one, other = one.removesuffix("*").rstrip("/"), other.removesuffix("*").rstrip("/")
    return f"{one}/".startswith(f"{other}/") or f"{other}/".startswith(f"{one}/") or not one or not other
