"""A real Envoy with the listeners of golden cases, each at a port of its own, to play their calls on.

A PROXY header says where a connection was really going, which the kernel tells elsewhere. Behind every cluster is a
server that echoes, and certificates of the stage's own take the place of the cases'.
"""

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from envoy.config.core.v3.base_pb2 import DataSource
from envoy.config.listener.v3.listener_pb2 import Listener
from envoy.extensions.transport_sockets.tls.v3.common_pb2 import CertificateValidationContext, TlsCertificate
from envoy.extensions.transport_sockets.tls.v3.tls_pb2 import DownstreamTlsContext
from msgspec.structs import replace
from tests.support.agreement import Answer, disagreements, is_share
from tests.support.call_client import CallClient
from tests.support.certificates import Certificate, certificate
from tests.support.echo import DELAY, MARK, STATUS, Echoes, echo_servers
from tests.support.routed_envoy import bare_bootstrap, echo_cluster
from tests.support.running_envoy import free_ports, running_envoy
from tests.support.static_bootstrap import static_listener
from tests.support.until import until
from tests.support.validators import chains

from lateen.ir.listener import ListenerFilter
from lateen.ir.names import BLACK_HOLE_CLUSTER
from lateen.simulation.call import Call
from lateen.simulation.downstream_tls import downstream_tls
from lateen.simulation.listener_choice import chain_for
from lateen.simulation.outcome import Outcome
from lateen.translate.address import socket_address
from lateen.translate.listener_filters import listener_filters
from lateen.translate.names import ORIGINAL_DST_FILTER
from lateen.translate.resources import Resources
from lateen.translate.wire import pack

LONGEST = 0.5
"""Seconds: timeouts that are longer are not waited for."""

LATER = 0.3
TIMED_OUT = 504
UNAVAILABLE = "14"
"""What gRPC callers are told instead."""

AUTHORITY = certificate("authority.example.com")


@dataclass(frozen=True, eq=False)
class Play:
    """A call that meets a listener, and what the simulator says about it."""

    label: str
    resources: Resources
    call: Call
    outcome: Outcome

    @property
    def listener(self) -> Listener:
        return self.resources.listeners[self.outcome.listener]

    @property
    def is_terminated(self) -> bool:
        """Whether TLS is ended by the listener."""
        chain = chain_for(self.listener, self.call)
        return chain is not None and downstream_tls(chain) is not None

    @property
    def retries_unavailable(self) -> bool:
        """Whether the answer 503 is a reason to try again."""
        config = self.resources.routes.get(self.outcome.route_config)
        if config is None or self.outcome.position is None or not self.outcome.retries:
            return False
        host = next(each for each in config.virtual_hosts if each.name == self.outcome.virtual_host)
        policy = host.routes[self.outcome.position].route.retry_policy
        return bool({"5xx", "gateway-error"} & set(policy.retry_on.split(","))) or 503 in policy.retriable_status_codes


@dataclass(frozen=True)
class Stage:
    """The running Envoy. `ports` are those of the plays' listeners."""

    client: CallClient
    echoes: Echoes
    ports: dict[tuple[int, str], int]
    marks: Iterator[int] = field(default_factory=itertools.count)

    def disagreements(self, play: Play) -> list[str]:
        """How Envoy's behaviour differs from the simulator's outcome."""
        mark = str(next(self.marks))
        call = replace(play.call, headers={**play.call.headers, MARK: mark})
        answers: list[Answer] = []

        def ask() -> Answer:
            answers.append(self._send(play, call))
            return answers[-1]

        found = disagreements(ask, play.outcome)
        found += self._mirror_differences(play.outcome, mark, len(answers))
        return [*found, *self._timeout_differences(play), *self._retry_differences(play)]

    def _timeout_differences(self, play: Play) -> Iterator[str]:
        """What becomes of a request whose answer takes longer than the route allows."""
        limit = play.outcome.timeout_ms / 1000
        if not 0 < limit <= LONGEST or (play.outcome.faults and play.outcome.faults.abort_share):
            return
        headers = {**play.call.headers, DELAY: str(limit + LATER)}
        answer = self._send(play, replace(play.call, headers=headers))
        if answer.status != TIMED_OUT and answer.headers.get("grpc-status") != UNAVAILABLE:
            yield f"simulated a timeout of {limit} s, Envoy answered {answer.place} after {answer.seconds:.2f}"

    def _retry_differences(self, play: Play) -> Iterator[str]:
        """How often a request is tried that is answered 503, where the route says that this is a reason to retry."""
        if not play.retries_unavailable:
            return
        mark = str(next(self.marks))
        self._send(play, replace(play.call, headers={**play.call.headers, MARK: mark, STATUS: "503"}))
        reached = self.echoes.reached(mark)
        tried = sum(reached.get(target.cluster, 0) for target in play.outcome.targets)
        if tried != play.outcome.retries + 1:
            yield f"simulated {play.outcome.retries} retries, Envoy tried {tried} times"

    def _send(self, play: Play, call: Call) -> Answer:
        return self.client.send(self.ports[_key(play)], call, terminated=play.is_terminated)

    def _mirror_differences(self, outcome: Outcome, mark: str, asked: int) -> Iterator[str]:
        """Copies arrive after the answer, and nowhere else than said."""
        mirrors, targets = dict(outcome.mirrors), {target.cluster for target in outcome.targets}

        def agree() -> bool:
            reached = self.echoes.reached(mark)
            return all(is_share(reached.get(name, 0), asked, share) for name, share in mirrors.items())

        try:
            until(agree, "copies arrive", 5)
        except AssertionError:
            yield f"simulated copies {mirrors}, of {asked} Envoy sent {self.echoes.reached(mark)}"
        if strangers := self.echoes.reached(mark).keys() - mirrors.keys() - targets:
            yield f"Envoy sent copies to {sorted(strangers)}"


@contextmanager
def stage(plays: Sequence[Play], folder: Path) -> Iterator[Stage]:
    """Every listener that a play meets, in one Envoy."""
    names = {name for play in plays for name in play.resources.clusters} - {BLACK_HOLE_CLUSTER}
    listeners = {_key(play): (play.listener, play.resources) for play in plays}
    admin_port, *others = itertools.islice(free_ports(), 1 + len(listeners))
    ports = dict(zip(listeners, others, strict=True))
    staged = [_staged(*listeners[key], port) for key, port in ports.items()]
    with echo_servers(sorted(names)) as echoes:
        bootstrap = bare_bootstrap(admin_port)
        bootstrap.static_resources.clusters.extend(echo_cluster(name, port) for name, port in echoes.ports.items())
        bootstrap.static_resources.listeners.extend(staged)
        with running_envoy(bootstrap, folder):
            yield Stage(_client(staged, folder), echoes, ports)


def _key(play: Play) -> tuple[int, str]:
    return id(play.resources), play.outcome.listener


def _staged(listener: Listener, resources: Resources, port: int) -> Listener:
    staged = static_listener(listener, resources)
    staged.name = str(port)
    staged.address.CopyFrom(socket_address("127.0.0.1", port))
    for name in ("additional_addresses", "bind_to_port", "use_original_dst", "transparent"):
        staged.ClearField(name)
    kept = [each for each in staged.listener_filters if each.name != ORIGINAL_DST_FILTER]
    del staged.listener_filters[:]
    staged.listener_filters.extend([*listener_filters([ListenerFilter.PROXY_PROTOCOL]), *kept])
    for chain in chains(staged):
        if (context := downstream_tls(chain)) is not None:
            chain.transport_socket.typed_config.CopyFrom(pack(_with_own_certificates(context)))
    return staged


def _with_own_certificates(context: DownstreamTlsContext) -> DownstreamTlsContext:
    common = context.common_tls_context
    if validation := _validation(context):
        validation.ClearField("crl")
        validation.trusted_ca.CopyFrom(_inline(AUTHORITY.pem))
        common.validation_context.CopyFrom(validation)
    common.ClearField("tls_certificate_sds_secret_configs")
    del common.tls_certificates[:]
    server = certificate("server.example.com", issuer=AUTHORITY)
    common.tls_certificates.append(_certificate(server))
    return context


def _validation(context: DownstreamTlsContext) -> CertificateValidationContext | None:
    """How clients are checked, if they are."""
    common = context.common_tls_context
    match common.WhichOneof("validation_context_type"):
        case "combined_validation_context":
            return common.combined_validation_context.default_validation_context
        case "validation_context":
            return common.validation_context
    return None


def _certificate(made: Certificate) -> TlsCertificate:
    return TlsCertificate(certificate_chain=_inline(made.pem), private_key=_inline(made.key_pem))


def _inline(text: str) -> DataSource:
    return DataSource(inline_string=text)


def _client(listeners: Sequence[Listener], folder: Path) -> CallClient:
    """Its certificate has every name that some listener asks for."""
    contexts = [context for each in listeners for chain in chains(each) if (context := downstream_tls(chain))]
    checks = [check for context in contexts if (check := _validation(context))]
    names = {name.matcher.exact for check in checks for name in check.match_typed_subject_alt_names}
    made = certificate("client.example.com", *sorted(names - {""}), issuer=AUTHORITY)
    client = CallClient(folder / "client.pem", folder / "client.key")
    client.certificate.write_text(made.pem)
    client.key.write_text(made.key_pem)
    return client
