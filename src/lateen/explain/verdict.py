"""The verdict on a call, and the status that the proxy itself answers."""

from lateen.explain.passage import Passage
from lateen.explain.result import Fault, Verdict
from lateen.ir.names import BLACK_HOLE_CLUSTER, BLOCK_ALL, INBOUND_PASSTHROUGH_CLUSTER, PASSTHROUGH_CLUSTER
from lateen.simulation.downstream_tls import downstream_tls
from lateen.simulation.outcome import Kind

UNAVAILABLE = 503
_PASSED_ON = frozenset({PASSTHROUGH_CLUSTER, INBOUND_PASSTHROUGH_CLUSTER})


def verdict_of(passage: Passage, fault: Fault | None) -> tuple[Verdict, int | None]:
    """What becomes of the call; the status is None where the proxy leaves the answer to another."""
    outcome = passage.outcome
    if is_aborted(fault) and fault is not None and fault.abort is not None:
        return Verdict.DIRECT_RESPONSE, 200 if fault.abort.status is None else fault.abort.status
    match outcome.kind:
        case Kind.REFUSED:
            return Verdict.TLS_ERROR if _is_about_tls(passage) else Verdict.NO_LISTENER, outcome.status or None
        case Kind.TLS_ERROR:
            return Verdict.TLS_ERROR, None
        case Kind.NOT_FOUND:
            return Verdict.NOT_FOUND, 404
        case Kind.REDIRECTED:
            return Verdict.REDIRECT, outcome.status
        case Kind.ANSWERED:
            return Verdict.BLOCKED if outcome.virtual_host == BLOCK_ALL else Verdict.DIRECT_RESPONSE, outcome.status
    return _forwarded(passage)


def _is_about_tls(passage: Passage) -> bool:
    """Whether a listener refused what it would take if the client spoke TLS, other TLS, or none."""
    listener = passage.listener
    if listener is None or passage.call.protocol.encrypted:
        return listener is not None
    chains = listener.filter_chains
    return bool(chains) and all(each.filter_chain_match.server_names or downstream_tls(each) for each in chains)


def is_aborted(fault: Fault | None) -> bool:
    """Whether no request gets past the fault that is put in."""
    return fault is not None and fault.abort is not None and fault.abort.share >= 1


def _forwarded(passage: Passage) -> tuple[Verdict, int | None]:
    names = {cluster.name for cluster in passage.clusters}
    http = passage.manager is not None
    if all(is_nowhere(passage, name) for name in names):
        return Verdict.BLACK_HOLE, UNAVAILABLE if http else None
    if names <= _PASSED_ON and has_endpoints(passage):
        return Verdict.PASSTHROUGH, None
    return Verdict.FORWARD, None if has_endpoints(passage) or not http else UNAVAILABLE


def is_nowhere(passage: Passage, cluster: str) -> bool:
    """Whether a cluster is the one without endpoints, or one that the proxy was not told about."""
    return cluster == BLACK_HOLE_CLUSTER or cluster not in passage.resources.clusters


def has_endpoints(passage: Passage) -> bool:
    """Whether some target has a healthy endpoint."""
    return any(each.healthy for each in passage.endpoints)
