"""What proxies and workloads write about the requests of a test, found in their logs again."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from lateen.api.meta import JsonObject
from lateen.cli.logs import LogSource
from lateen.cli.pods import PROXY, choose_container, container_names
from lateen.client.sync import SyncClient
from lateen.ir.names import Side

MARK = "lateen-test/"
"""A test's requests have this user agent, with the case's own mark after it."""

NONE = "-"

# Istio's text format: …"FORWARDED-FOR" "USER-AGENT" "REQUEST-ID" "AUTHORITY" "UPSTREAM-HOST" UPSTREAM-CLUSTER …
_TEXT = re.compile(
    r'\[[^]]*\] "[^"]*" \d+ (?P<flags>\S+) .*'
    rf'"{MARK}(?P<mark>[^"]*)" "[^"]*" "(?P<authority>[^"]*)" "(?P<endpoint>[^"]*)" (?P<cluster>\S+) '
)
_APP_REQUEST = re.compile(r'"(?P<method>[A-Z]+) (?P<path>/\S*) HTTP/\d')


@dataclass(frozen=True, slots=True)
class Logged:
    """One request in a proxy's access log. `cluster` and `endpoint` are "" where the proxy answered itself, `flags` are
    Envoy's, "" for none. `inbound` says that it arrived at the proxy's own workload, as far as that is known."""

    mark: str
    cluster: str
    endpoint: str
    authority: str
    flags: str
    inbound: bool = False


class Requested(NamedTuple):
    """A request in a workload's own log: when, in seconds since the epoch, and its path without the query."""

    time: float
    path: str


def parse_access_log(lines: Iterable[str]) -> Iterator[Logged]:
    """The requests of tests, in Istio's text format or in its JSON."""
    for line in lines:
        if MARK not in line:
            continue
        if line.startswith("{"):
            yield from _from_json(line)
        elif found := _TEXT.match(line):
            yield _logged(found.groupdict())


def read_access_logs(client: SyncClient, pods: Iterable[JsonObject], since: str) -> Mapping[str, Sequence[Logged]]:
    """The requests of tests that the pods' proxies have logged since a time (RFC 3339), by the name of their pod."""
    return {
        str(pod["metadata"]["name"]): tuple(parse_access_log(_lines(client, LogSource(pod, PROXY), since)))
        for pod in pods
        if PROXY in container_names(pod)
    }


def read_paths(client: SyncClient, pods: Iterable[JsonObject], since: str) -> Mapping[str, Sequence[Requested]]:
    """The requests that the workloads themselves have logged, by the name of their pod."""
    return {
        str(pod["metadata"]["name"]): tuple(parse_app_log(_lines(client, source, since, timestamps=True)))
        for pod in pods
        for source in [LogSource(pod, choose_container(pod, ""))]
    }


def parse_app_log(lines: Iterable[str]) -> Iterator[Requested]:
    """The requests in a log that writes them as most servers do, `"GET /path HTTP/1.1"`, after a timestamp."""
    for line in lines:
        stamp, _, text = line.partition(" ")
        if found := _APP_REQUEST.search(text):
            yield Requested(datetime.fromisoformat(stamp).timestamp(), found["path"].partition("?")[0])


def _lines(client: SyncClient, source: LogSource, since: str, *, timestamps: bool = False) -> Sequence[str]:
    return (
        b"".join(source.pieces(client, {"sinceTime": since, "timestamps": timestamps}))
        .decode("utf-8", "replace")
        .splitlines()
    )


def _from_json(line: str) -> Iterator[Logged]:
    try:
        entry = json.loads(line)
    except ValueError:
        return
    agent = str(entry.get("user_agent") or "")
    if agent.startswith(MARK):
        yield _logged(
            {
                "mark": agent.removeprefix(MARK),
                "cluster": entry.get("upstream_cluster") or NONE,
                "endpoint": entry.get("upstream_host") or NONE,
                "authority": entry.get("authority") or NONE,
                "flags": entry.get("response_flags") or NONE,
            }
        )


def _logged(words: Mapping[str, str]) -> Logged:
    known = {name: "" if words[name] == NONE else words[name] for name in ("cluster", "endpoint", "authority", "flags")}
    answered = known["endpoint"]
    return Logged(
        mark=words["mark"],
        cluster=known["cluster"] if answered else "",
        endpoint=answered,
        authority=known["authority"],
        flags=known["flags"],
        inbound=known["cluster"].startswith(f"{Side.INBOUND}|"),
    )
