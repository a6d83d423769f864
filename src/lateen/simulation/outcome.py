"""What becomes of a call."""

import enum

import msgspec


class Kind(enum.StrEnum):
    """The end of a call's way through a proxy."""

    FORWARDED = "forwarded"
    REDIRECTED = "redirected"
    ANSWERED = "answered"
    NOT_FOUND = "not_found"
    REFUSED = "refused"
    TLS_ERROR = "tls_error"


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """One place that a call may go to. `share` is between 0 and 1; `endpoints` are those that may be picked first.

    `host`, `path` and `headers` are the request as it leaves the proxy (names in lower case; without those headers
    that Envoy adds to every request). For TCP they are empty.
    """

    cluster: str
    share: float = 1.0
    host: str = ""
    path: str = ""
    headers: dict[str, str] = {}
    response_headers: dict[str, str] = {}
    endpoints: tuple[str, ...] = ()


class Faults(msgspec.Struct, frozen=True, kw_only=True):
    """What is put in on purpose; shares are between 0 and 1. A gRPC status is sent with HTTP status 200."""

    delay_ms: int = 0
    delay_share: float = 0.0
    abort_status: int = 0
    abort_grpc_status: int | None = None
    abort_share: float = 0.0


SOURCE_ADDRESS = "source address"


class Sticky(msgspec.Struct, frozen=True, kw_only=True):
    """Requests that are alike in `by` (`header x-user`, `cookie user`) all go to the same of several targets.

    `cluster` is that of this call, "" where the call lacks what decides (then it is chosen by chance) or where that
    shows on the way only: by `SOURCE_ADDRESS`.
    """

    by: tuple[str, ...]
    cluster: str = ""

    @property
    def is_unknown(self) -> bool:
        """Whether all calls like this one go the same way, but nobody can tell which."""
        return not self.cluster and SOURCE_ADDRESS in self.by


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """Where a call goes and why. `trail` tells each decision in one line, in order; `config` names the resource
    (`/apis/…/virtual-service/reviews`) that made the route and `rule` its part (`http[0]`), "" where none did; where
    that delegates, `delegate` and `delegate_rule` are the resource and the part that it delegates to; `position` is
    the route's place in its virtual host.

    FORWARDED: `targets`, `sticky` (how one of several is chosen, `None`: by chance), `tunnel` (the request that bytes
    travel in: `CONNECT db.example.com:3306`), `mirrors` (cluster and share), `timeout_ms` (0: none), `retries`.
    REDIRECTED: `status` and `location`. ANSWERED: `status`, `body` and, for browsers' preflights, `answer_headers`.
    NOT_FOUND: no route, which clients see as 404. REFUSED: nothing takes the connection. TLS_ERROR: the client's TLS,
    or its lack, does not fit what takes the connection.
    """

    kind: Kind
    listener: str = ""
    chain: str = ""
    route_config: str = ""
    virtual_host: str = ""
    route: str = ""
    position: int | None = None
    config: str = ""
    rule: str = ""
    delegate: str = ""
    delegate_rule: str = ""
    targets: tuple[Target, ...] = ()
    sticky: Sticky | None = None
    tunnel: str = ""
    mirrors: tuple[tuple[str, float], ...] = ()
    timeout_ms: int = 0
    retries: int = 0
    faults: Faults | None = None
    status: int = 0
    location: str = ""
    body: str = ""
    answer_headers: dict[str, str] = {}
    trail: tuple[str, ...] = ()

    def share_of(self, target: Target) -> float:
        """The share that a target gets of requests like the call: of a sticky choice that is known, all or nothing."""
        certain = self.sticky.cluster if self.sticky else ""
        if not certain:
            return target.share
        alike = sum(each.share for each in self.targets if each.cluster == certain)
        return target.share / alike if target.cluster == certain else 0.0
