"""Filter chains."""

from lateen.ir.listener import ChainMatch, DownstreamTls, FilterChain, Tcp, TcpTarget
from lateen.translate.filter_chain import chain_match, filter_chain

TCP = Tcp(stat_prefix="a", targets=(TcpTarget(cluster="a"),))


def test_a_chain_for_everything_has_no_match() -> None:
    assert chain_match(ChainMatch()) is None
    assert not filter_chain(FilterChain(name="a", network=TCP)).HasField("filter_chain_match")


def test_matches() -> None:
    match = chain_match(
        ChainMatch(destination_port=80, source_cidrs=("10.0.0.0/8",), server_names=("a",), alpn=("h2",))
    )
    assert match is not None
    assert (match.destination_port.value, match.source_prefix_ranges[0].prefix_len.value) == (80, 8)
    assert (list(match.server_names), list(match.application_protocols)) == (["a"], ["h2"])


def test_tls() -> None:
    assert filter_chain(FilterChain(name="a", network=TCP, tls=DownstreamTls(secrets=("s",)))).HasField(
        "transport_socket"
    )
