"""One delta ADS stream as a state machine: requests and configurations in, responses out; no I/O, no clock.

The rules are those of Envoy's "xDS REST and gRPC protocol" document. A new configuration is brought in in steps, so
that no route ever names a cluster that the client lacks ("make before break"): clusters, their endpoints, then
listeners and routes, and only when those are acknowledged what is no longer used goes.
"""

import enum
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from math import inf

from envoy.service.discovery.v3 import discovery_pb2

from lateen.translate.names import CLUSTER_TYPE, ENDPOINT_TYPE, LISTENER_TYPE, ROUTE_TYPE
from lateen.xds.lingering import Lingering
from lateen.xds.resource_type import WILDCARD_TYPES
from lateen.xds.response import Delta, Press
from lateen.xds.sheet import Part, Sheets, everything
from lateen.xds.subscription import NOTHING, Sent, Subscription

ALL = "*"
TRAFFIC = (LISTENER_TYPE, ROUTE_TYPE)
MOST_UNANSWERED = 200


@dataclass(slots=True, frozen=True, eq=False)
class Target:
    """What one proxy should have: sheets by type URL. `version` is the number of the push that made it."""

    version: int
    sheets: Mapping[str, Sheets] = field(default_factory=dict)

    def equals(self, other: "Target") -> bool:
        """Whether both say the same, by identity of the sheets."""
        return self.sheets is other.sheets or self.sheets == other.sheets


@dataclass(slots=True, frozen=True, eq=False)
class Send:
    """Write `body`, a serialised DeltaDiscoveryResponse, to the client."""

    type_url: str
    body: bytes = field(repr=False)
    delta: Delta


@dataclass(slots=True, frozen=True, eq=False)
class Refused:
    """The client refused resources. `names` is empty while it isn't known which."""

    type_url: str
    names: frozenset[str]
    message: str


Action = Send | Refused


class Step(enum.IntEnum):
    """Where a sequence stands: what it has sent last, and waits to see answered."""

    IDLE = 0
    CLUSTERS = 1
    ENDPOINTS = 2
    TRAFFIC = 3
    REMOVALS = 4
    CLEANUP = 5


class DeltaStream:
    """The protocol state of one client.

    Each step of a sequence waits for its answers at most `patience` seconds. A configuration that comes while a
    sequence is under way waits for its end; of several only the newest is used. Clusters go `linger` seconds after the
    client stopped using them.
    """

    __slots__ = (
        "_endpoints_sent",
        "_lingering",
        "_out",
        "_parts",
        "_patience",
        "_pending",
        "_press",
        "_step",
        "deadline",
        "subscriptions",
        "target",
    )

    def __init__(self, press: Press, patience: float = 5.0, linger: float = 0.0) -> None:
        self._press = press
        self._lingering = Lingering(linger)
        self._patience = patience
        self.subscriptions: dict[str, Subscription] = {}
        self.target: Target | None = None
        self.deadline = inf
        """When `on_time` must be called, in the seconds of the `now` parameters."""
        self._pending: Target | None = None
        self._step = Step.IDLE
        self._parts: dict[str, list[Part]] = {}
        self._endpoints_sent: set[str] = set()
        self._out: list[Action] = []

    @property
    def newest(self) -> Target | None:
        """The latest configuration given, in use or waiting for its turn."""
        return self._pending or self.target

    @property
    def settled(self) -> bool:
        """Whether the client has answered everything, and there is nothing more to tell it."""
        return (
            self._step is Step.IDLE
            and self._pending is None
            and not any(subscription.flight for subscription in self.subscriptions.values())
        )

    @property
    def lingers(self) -> bool:
        """Whether clusters that are no longer used stay for a while yet."""
        return self._lingering.next < inf

    @property
    def stuck(self) -> bool:
        """Whether the client leaves so much unanswered that it had better connect anew."""
        return any(len(subscription.flight) > MOST_UNANSWERED for subscription in self.subscriptions.values())

    def on_config(self, target: Target, now: float) -> list[Action]:
        """A new configuration for this client."""
        newest = self.newest
        if newest is not None and newest.equals(target):
            return []
        if self._step is Step.IDLE:
            self._begin(target, now)
        else:
            self._pending = target
        return self._proceed(now)

    def on_time(self, now: float) -> list[Action]:
        """Time has passed: a step that waited too long is over."""
        return self._proceed(now)

    def on_request(self, request: discovery_pb2.DeltaDiscoveryRequest, now: float) -> list[Action]:
        """A message from the client: a subscription, an ACK or NACK, or several of these at once."""
        subscription = self.subscriptions.get(request.type_url)
        first = subscription is None
        if subscription is None:
            subscription = self.subscriptions[request.type_url] = Subscription(request.type_url)
        if request.response_nonce:
            self._answered(subscription, request)
        if first or request.resource_names_subscribe or request.resource_names_unsubscribe:
            self._subscribe(subscription, request, first)
            self._serve(subscription, now)
        elif self._step is Step.IDLE and not self.lingers and self._may_remove() and self.target is not None:
            self._begin(self.target, now)
        return self._proceed(now)

    def _answered(self, subscription: Subscription, request: discovery_pb2.DeltaDiscoveryRequest) -> None:
        sent = subscription.take(request.response_nonce)
        if sent is None or not request.HasField("error_detail"):
            return
        message = request.error_detail.message
        names, repeats = subscription.refuse(sent, message)
        self._out.append(Refused(subscription.type_url, names, message))
        for delta in repeats:
            self._send(subscription, delta)
            if subscription.type_url == CLUSTER_TYPE:
                self._repeat_endpoints(delta.parts)

    def _subscribe(self, subscription: Subscription, request: discovery_pb2.DeltaDiscoveryRequest, first: bool) -> None:
        dropped = frozenset(request.resource_names_unsubscribe)
        added = frozenset(request.resource_names_subscribe)
        if dropped:
            if ALL in dropped:
                subscription.unsubscribe_all()
            subscription.unsubscribe(dropped - {ALL})
        if ALL in added or (first and not added and subscription.type_url in WILDCARD_TYPES):
            subscription.subscribe_all()
        if added := added - {ALL}:
            subscription.subscribe(added)
        subscription.names = self._press.intern(subscription.names)
        if first and request.initial_resource_versions:
            subscription.resume(request.initial_resource_versions)
        elif first and subscription.wildcard:
            subscription.owes = True

    def _serve(self, subscription: Subscription, now: float) -> None:
        """Answer new names, at once where that is safe, else when the sequence comes to it."""
        if self.target is None:
            return
        if self._step is Step.IDLE:
            self._begin(self.target, now)
        elif subscription.type_url not in TRAFFIC or self._step >= Step.TRAFFIC:
            delta = self._advance(subscription)
            if subscription.type_url == CLUSTER_TYPE and delta is not None:
                self._repeat_endpoints(delta.parts)
            elif subscription.type_url == ENDPOINT_TYPE:
                self._repeat_endpoints(self._parts[CLUSTER_TYPE], self._endpoints_sent)

    def _begin(self, target: Target, now: float) -> None:
        self.target = target
        self._pending = None
        self._parts = {CLUSTER_TYPE: [], LISTENER_TYPE: []}
        self._endpoints_sent = set()
        self._enter(Step.CLUSTERS, now)

    def _proceed(self, now: float) -> list[Action]:
        if self._step is Step.IDLE and now >= self.deadline and self.target is not None:
            self._begin(self.target, now)
        while self._step is not Step.IDLE and (now >= self.deadline or self._is_done(self._step)):
            if self._step is not Step.CLEANUP:
                self._enter(Step(self._step + 1), now)
            elif self._pending is not None:
                self._begin(self._pending, now)
            else:
                self._rest()
        actions, self._out = self._out, []
        return actions

    def _rest(self) -> None:
        self._step = Step.IDLE
        self.deadline = self._lingering.next
        self._parts = {}
        self._endpoints_sent = set()

    def _enter(self, step: Step, now: float) -> None:
        self._step = step
        self.deadline = now + self._patience
        match step:
            case Step.CLUSTERS:
                self._advance(self.subscriptions.get(CLUSTER_TYPE))
                for type_url, subscription in self.subscriptions.items():
                    if type_url not in (*TRAFFIC, CLUSTER_TYPE):
                        self._advance(subscription)
                self._repeat_endpoints(self._parts[CLUSTER_TYPE], self._endpoints_sent)
            case Step.TRAFFIC:
                for type_url in TRAFFIC:
                    self._advance(self.subscriptions.get(type_url))
            case Step.REMOVALS:
                clear = self._traffic_is_clear()
                self._remove(ROUTE_TYPE)
                if clear:
                    self._remove_clusters(now)
            case Step.CLEANUP:
                self._clean_up()
            case _:
                pass  # the endpoints went out with the clusters, or go out when they are asked for

    def _is_done(self, step: Step) -> bool:
        match step:
            case Step.CLUSTERS | Step.REMOVALS:
                return not self._waits(CLUSTER_TYPE)
            case Step.ENDPOINTS:
                return not self._waits(ENDPOINT_TYPE) and self._has_asked(CLUSTER_TYPE, ENDPOINT_TYPE)
            case Step.TRAFFIC:
                return not any(map(self._waits, TRAFFIC)) and self._has_asked(LISTENER_TYPE, ROUTE_TYPE)
            case _:
                return True

    def _waits(self, type_url: str) -> bool:
        subscription = self.subscriptions.get(type_url)
        return subscription is not None and bool(subscription.flight)

    def _has_asked(self, parent: str, child: str) -> bool:
        """Whether the client has asked for all that the parents it was sent in this sequence need."""
        asking, parents = self.subscriptions.get(child), self.subscriptions.get(parent)
        if parents is None or (asking is not None and asking.wildcard):
            return True
        names = NOTHING if asking is None else asking.names
        refused = {need for rejection in parents.rejected.values() for need in rejection.resource.needs}
        return all(part.needs <= names or not (part.needs - names - refused) for part in self._parts[parent])

    def _advance(self, subscription: Subscription | None) -> Delta | None:
        """Bring one type to the target: additions and changes, and for listeners removals too."""
        if subscription is None or self.target is None:
            return None
        delta = subscription.advance(self.target.sheets.get(subscription.type_url, ()))
        if subscription.type_url == LISTENER_TYPE and (removal := subscription.remove()) is not None:
            delta = removal if delta is None else Delta(delta.parts, tuple(sorted(delta.removed + removal.removed)))
        if delta is None and subscription.owes:
            delta = Delta()
        self._send(subscription, delta)
        return delta

    def _repeat_endpoints(self, clusters: Iterable[Part], sent: Set[str] = NOTHING) -> None:
        """Send the endpoints of `clusters` once more, unless they were `sent` after these.

        Envoy waits for a changed cluster's endpoints anew, doesn't ask for them again, and acknowledges the cluster
        only when it has them: they can't wait for that.
        """
        subscription = self.subscriptions.get(ENDPOINT_TYPE)
        if subscription is None:
            return
        needs = {need for part in clusters for need in part.needs}
        if missing := (needs & subscription.names) - sent:
            self._send(subscription, subscription.again(missing))

    def _remove(self, type_url: str) -> None:
        subscription = self.subscriptions.get(type_url)
        if subscription is not None:
            self._send(subscription, subscription.remove())

    def _remove_clusters(self, now: float) -> None:
        clusters = self.subscriptions.get(CLUSTER_TYPE)
        if clusters is not None:
            names = clusters.leftovers() if clusters.exceptions else ()
            self._send(clusters, clusters.remove(self._lingering.due(names, now)))

    def _traffic_is_clear(self) -> bool:
        """Whether the client surely uses the target's listeners and routes, so that what these dropped may go."""
        if self._is_reconnecting():
            return False
        return not any(
            subscription.flight or subscription.rejected
            for type_url in TRAFFIC
            if (subscription := self.subscriptions.get(type_url)) is not None
        )

    def _is_reconnecting(self) -> bool:
        """Whether the client has yet to say which listeners and routes it holds from an earlier stream."""
        clusters, listeners = self.subscriptions.get(CLUSTER_TYPE), self.subscriptions.get(LISTENER_TYPE)
        if clusters is None or not clusters.resumed:
            return False
        if listeners is None:
            return True
        return ROUTE_TYPE not in self.subscriptions and any(resource.needs for resource in everything(listeners.base))

    def _clean_up(self) -> None:
        clusters = self.subscriptions.get(CLUSTER_TYPE)
        if clusters is not None and (clusters.flight or clusters.leftovers()):
            return
        for type_url, subscription in self.subscriptions.items():
            if type_url not in (*TRAFFIC, CLUSTER_TYPE):
                self._send(subscription, subscription.remove())

    def _may_remove(self) -> bool:
        """Whether removals were put off that can be done now."""
        return (
            any(subscription.exceptions and subscription.leftovers() for subscription in self.subscriptions.values())
            and not self._waits(CLUSTER_TYPE)
            and self._traffic_is_clear()
        )

    def _send(self, subscription: Subscription, delta: Delta | None) -> None:
        if delta is None or self.target is None:
            return
        subscription.owes = False
        type_url = subscription.type_url
        nonce = subscription.nonce(self.target.version)
        subscription.flight.append(Sent(nonce, delta))
        if self._step is not Step.IDLE:
            if type_url in self._parts:
                self._parts[type_url] += delta.parts
            elif type_url == ENDPOINT_TYPE:
                self._endpoints_sent.update(*[part.names for part in delta.parts])
        body = self._press.response(type_url, str(self.target.version), nonce, delta)
        self._out.append(Send(type_url, body, delta))
