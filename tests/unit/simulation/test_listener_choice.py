"""Which filter chain takes a connection."""

import pytest

from lateen.ir.listener import Bind, ChainMatch, Direction, FilterChain, Listener, ListenerFilter, Tcp, TcpTarget
from lateen.simulation.call import Call, Entry, Protocol
from lateen.simulation.listener_choice import chain_for, listener_for
from lateen.translate.listener import translate_listener

MATCHES = {
    "port": ChainMatch(destination_port=80),
    "port and name": ChainMatch(destination_port=80, server_names=("a.test",)),
    "range": ChainMatch(destination_cidrs=("10.0.0.0/8",)),
    "smaller range": ChainMatch(destination_cidrs=("10.1.0.0/16",)),
    "wildcard": ChainMatch(destination_port=443, server_names=("*.test",)),
    "longer wildcard": ChainMatch(destination_port=443, server_names=("*.b.test",)),
    "tls": ChainMatch(destination_port=443, transport="tls"),
    "http": ChainMatch(destination_port=90, transport="raw_buffer", alpn=("http/1.1", "h2c")),
    "plain": ChainMatch(destination_port=90, transport="raw_buffer"),
    "from": ChainMatch(destination_port=90, transport="raw_buffer", source_cidrs=("192.0.2.0/24",)),
}


def chosen(**options: object) -> str:
    listener = Listener(
        name="a",
        binds=(Bind(address="0.0.0.0", port=1),),
        direction=Direction.INBOUND,
        filters=(ListenerFilter.TLS_INSPECTOR, ListenerFilter.HTTP_INSPECTOR),
        chains=tuple(
            FilterChain(name=name, match=match, network=Tcp(stat_prefix="a", targets=(TcpTarget(cluster="a"),)))
            for name, match in MATCHES.items()
        ),
    )
    values: dict[str, object] = {"address": "172.16.0.1", "protocol": Protocol.TCP, "source": "198.51.100.1"}
    chain = chain_for(translate_listener(listener), Call(**{**values, **options}))  # type: ignore[arg-type]
    return chain.name if chain is not None else ""


@pytest.mark.parametrize(
    ("options", "chain"),
    [
        ({"port": 80}, "port"),
        ({"port": 80, "protocol": "tls", "sni": "a.test"}, "port and name"),
        ({"port": 81, "address": "10.1.2.3"}, "smaller range"),
        ({"port": 81, "address": "10.2.2.3"}, "range"),
        ({"port": 81}, ""),
        ({"port": 443, "protocol": "tls", "sni": "x.b.test"}, "longer wildcard"),
        ({"port": 443, "protocol": "tls", "sni": "x.c.test"}, "wildcard"),
        ({"port": 443, "protocol": "tls", "sni": "x.example"}, "tls"),
        ({"port": 443}, ""),
        ({"port": 90, "protocol": "http"}, "http"),
        ({"port": 90, "source": "192.0.2.7"}, "from"),
        ({"port": 90}, "plain"),
    ],
)
def test_the_most_specific_chain_criterion_by_criterion(options: dict[str, object], chain: str) -> None:
    protocol = Protocol(str(options.get("protocol", "tcp")))
    assert chosen(**{**options, "protocol": protocol}) == chain


def bound(address: str, port: int, *, own: bool, name: str) -> Listener:
    chain = FilterChain(name="a", network=Tcp(stat_prefix="a", targets=(TcpTarget(cluster="a"),)))
    binds = (Bind(address=address, port=port),)
    return Listener(name=name, binds=binds, direction=Direction.OUTBOUND, chains=(chain,), bound=own)


@pytest.mark.parametrize(
    ("address", "port", "expected"),
    [
        ("10.0.0.1", 80, "captured"),
        ("127.0.0.1", 80, None),
        ("127.0.0.1", 90, "own"),
        ("10.0.0.1", 90, None),
        ("unix:///a", 0, "file"),
        ("unix:///b", 0, None),
    ],
)
def test_what_a_client_dials_on_its_own_machine_is_not_captured(address: str, port: int, expected: str | None) -> None:
    made = [
        bound("0.0.0.0", 80, own=False, name="captured"),
        bound("127.0.0.1", 90, own=True, name="own"),
        bound("unix:///a", 0, own=True, name="file"),
    ]
    call = Call(address=address, port=port, entry=Entry.OUTBOUND)
    found = listener_for({each.name: translate_listener(each) for each in made}, call)
    assert (found.name if found else None) == expected
