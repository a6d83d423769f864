"""TLS towards endpoints."""

import pytest
from envoy.config.core.v3.base_pb2 import TransportSocket
from envoy.extensions.transport_sockets.proxy_protocol.v3.upstream_proxy_protocol_pb2 import (
    ProxyProtocolUpstreamTransport,
)
from envoy.extensions.transport_sockets.tls.v3.tls_pb2 import UpstreamTlsContext

from lateen.ir.cluster import Cluster, ClusterKind, UpstreamTls
from lateen.translate.upstream_tls import upstream_socket
from lateen.translate.wire import unpack


def socket_of(tls: UpstreamTls | None, proxy_protocol: str = "") -> TransportSocket | None:
    return upstream_socket(Cluster(name="a", kind=ClusterKind.EDS, tls=tls, proxy_protocol=proxy_protocol))


def context_of(tls: UpstreamTls) -> UpstreamTlsContext:
    socket = socket_of(tls)
    assert socket is not None
    context = unpack(socket.typed_config)
    assert isinstance(context, UpstreamTlsContext)
    return context


def test_plain() -> None:
    assert socket_of(None) is None


def test_files() -> None:
    context = context_of(
        UpstreamTls(sni="a.test", certificate="/c", private_key="/k", ca="/ca", subject_alt_names=("a.test",))
    )
    common = context.common_tls_context
    assert (context.sni, common.tls_certificates[0].private_key.filename) == ("a.test", "/k")
    assert common.validation_context.trusted_ca.filename == "/ca"
    kinds = [one.SanType.Name(one.san_type) for one in common.validation_context.match_typed_subject_alt_names]
    assert kinds == ["DNS", "URI"]


def test_secrets() -> None:
    tls = UpstreamTls(secret="kubernetes://x", ca_secret="kubernetes://y-cacert", subject_alt_names=("spiffe://a/b",))
    common = context_of(tls).common_tls_context
    assert common.tls_certificate_sds_secret_configs[0].name == "kubernetes://x"
    combined = common.combined_validation_context
    assert combined.validation_context_sds_secret_config.name == "kubernetes://y-cacert"
    assert len(combined.default_validation_context.match_typed_subject_alt_names) == 1


def test_nothing_is_checked_only_when_told_so() -> None:
    common = context_of(UpstreamTls(ca="/ca", insecure_skip_verify=True)).common_tls_context
    assert common.WhichOneof("validation_context_type") is None


@pytest.mark.parametrize("ca", ["", "system"])
def test_without_a_ca_the_machines_own_count(ca: str) -> None:
    combined = context_of(UpstreamTls(ca=ca)).common_tls_context.combined_validation_context
    config = combined.validation_context_sds_secret_config
    assert (config.name, config.HasField("sds_config")) == ("file-root:system", False)


def test_the_certificate_must_be_for_the_server_name_unless_other_names_are_given() -> None:
    def names(tls: UpstreamTls) -> set[str]:
        context = context_of(tls).common_tls_context.validation_context
        return {one.matcher.exact for one in context.match_typed_subject_alt_names}

    assert names(UpstreamTls(ca="/ca", sni="a.test", check_server_name=True)) == {"a.test"}
    assert names(UpstreamTls(ca="/ca", sni="a.test", check_server_name=True, subject_alt_names=("b",))) == {"b"}
    assert names(UpstreamTls(ca="/ca", sni="a.test")) == set()


def test_the_proxy_protocol_wraps_what_there_is() -> None:
    for tls, inner in ((None, "envoy.transport_sockets.raw_buffer"), (UpstreamTls(), "envoy.transport_sockets.tls")):
        socket = socket_of(tls, "V2")
        assert socket is not None
        wrapped = unpack(socket.typed_config)
        assert isinstance(wrapped, ProxyProtocolUpstreamTransport)
        assert (wrapped.transport_socket.name, wrapped.config.version) == (inner, wrapped.config.V2)


def test_envoy_speaks_tls_1_3_to_servers_as_istio_has_it() -> None:
    params = context_of(UpstreamTls()).common_tls_context.tls_params
    names = params.TlsProtocol.Name
    lowest, highest = names(params.tls_minimum_protocol_version), names(params.tls_maximum_protocol_version)
    assert (lowest, highest) == ("TLSv1_2", "TLSv1_3")
