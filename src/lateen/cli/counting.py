"""How many requests a proxy passed to each endpoint, by its own counters."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from lateen.api.meta import JsonObject
from lateen.cli.envoy_admin import admin_path, cluster_stats
from lateen.cli.proxy_tables import endpoint_address
from lateen.client.sync import SyncClient

Place = tuple[str, str]
"""A cluster, and an endpoint of it as `address:port`."""

K = TypeVar("K")

RETRIES = ";.upstream_rq_retry"


@dataclass(frozen=True, slots=True)
class Tally:
    """Tries and those of them that were answered without a server error, by place; tries beyond the first by cluster;
    and the endpoints that outlier detection sets aside now."""

    tries: Mapping[Place, int] = field(default_factory=dict)
    successes: Mapping[Place, int] = field(default_factory=dict)
    retries: Mapping[str, int] = field(default_factory=dict)
    ejected: frozenset[str] = frozenset()

    def since(self, before: "Tally") -> "Tally":
        """What came on top of `before`."""
        return Tally(
            _grown(before.tries, self.tries),
            _grown(before.successes, self.successes),
            _grown(before.retries, self.retries),
            self.ejected,
        )

    def answered(self, clusters: frozenset[str]) -> dict[Place, int]:
        """Requests by the place that took them. Where a cluster's requests were tried again, by the place that answered
        in the end: each request counts once."""
        return {
            place: count
            for place in self.tries
            if place[0] in clusters
            and (count := (self.successes if self.retries.get(place[0]) else self.tries).get(place, 0))
        }


def read_tally(client: SyncClient, pods: Sequence[JsonObject]) -> Tally:
    """The counters of all these proxies together."""
    tries: dict[Place, int] = defaultdict(int)
    successes: dict[Place, int] = defaultdict(int)
    retries: dict[str, int] = defaultdict(int)
    ejected: set[str] = set()
    for pod in pods:
        for status in cluster_stats(client, pod):
            for host in status.get("host_statuses") or []:
                place = (status["name"], endpoint_address(host))
                counters = {each.get("name"): int(each.get("value") or 0) for each in host.get("stats") or []}
                tries[place] += counters.get("rq_total", 0)
                successes[place] += counters.get("rq_success", 0)
                if (host.get("health_status") or {}).get("failed_outlier_check"):
                    ejected.add(place[1])
        for cluster, count in _retries(client, pod):
            retries[cluster] += count
    return Tally(dict(tries), dict(successes), dict(retries), frozenset(ejected))


def _retries(client: SyncClient, pod: JsonObject) -> list[tuple[str, int]]:
    answer = json.loads(client.text(admin_path(pod, "stats?format=json&filter=upstream_rq_retry")))
    return [
        (str(stat["name"]).removeprefix("cluster.").removesuffix(RETRIES), int(stat.get("value") or 0))
        for stat in answer.get("stats") or []
        if str(stat.get("name", "")).endswith(RETRIES)
    ]


def _grown(before: Mapping[K, int], after: Mapping[K, int]) -> dict[K, int]:
    # What came back counts from zero again.
    return {key: count - before.get(key, 0) if count >= before.get(key, 0) else count for key, count in after.items()}
