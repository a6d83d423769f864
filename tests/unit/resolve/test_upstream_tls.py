import pytest
from tests.support.certificates import certificate, secret, tls_secret
from tests.support.resources import REVIEWS
from tests.support.routing import Routing, document, gateway_proxy, sidecar

from lateen.ir.cluster import Cluster, ClusterKind, UpstreamTls
from lateen.ir.config import Layer
from lateen.ir.names import Side, subset_key
from lateen.model.workload import Proxy

HOST = "reviews.default.svc.cluster.local"
NAME = subset_key(Side.OUTBOUND, "", HOST, 9080)
OWN, OTHER = certificate("client.example.com"), certificate("authority.example.com")
PAIR = {"tls.crt": OWN.pem, "tls.key": OWN.key_pem, "ca.crt": OWN.pem}
CHOSEN = "{matchLabels: {app: chosen}}"


def rule(tls: str, selector: str = "") -> str:
    chosen = f", workloadSelector: {selector}" if selector else ""
    return document("DestinationRule", "reviews", f"{{host: reviews, trafficPolicy: {{tls: {tls}}}{chosen}}}")


def asked(text: str, proxy: Proxy | None = None, services: str = REVIEWS) -> tuple[Cluster, Layer]:
    mesh = Routing(services + text, proxy)
    layer = next(each for each in mesh.resolver.config_for(mesh.proxy).layers if each.name == "clusters")
    return layer.clusters[NAME], layer


def tls_of(text: str, proxy: Proxy | None = None, services: str = REVIEWS) -> UpstreamTls:
    found = asked(text, proxy, services)[0].tls
    assert found is not None
    return found


def test_files() -> None:
    files = "clientCertificate: /c, privateKey: /k, caCertificates: /a, caCrl: /l, subjectAltNames: [b]"
    shown = UpstreamTls(
        certificate="/c", private_key="/k", ca="/a", crl="/l", subject_alt_names=("b",), check_server_name=True
    )
    assert tls_of(rule(f"{{mode: MUTUAL, {files}}}")) == shown
    simple = tls_of(rule("{mode: SIMPLE, caCertificates: /a, sni: x.com, insecureSkipVerify: true}"))
    assert simple == UpstreamTls(sni="x.com", ca="/a", insecure_skip_verify=True)
    assert asked(rule("{mode: DISABLE}"))[0].tls is None


def test_requests_send_their_own_host_and_connections_the_services_unless_told_otherwise() -> None:
    tcp = REVIEWS.replace("name: http", "name: tcp")
    assert tls_of(rule("{mode: SIMPLE}")).sni == ""
    assert tls_of(rule("{mode: SIMPLE}"), services=tcp).sni == HOST
    assert tls_of(rule("{mode: SIMPLE, sni: x.com}"), services=tcp).sni == "x.com"


def test_a_gateway_shows_the_certificate_of_a_secret_of_its_own_namespace() -> None:
    cluster, layer = asked(rule("{mode: MUTUAL, credentialName: own}") + secret("own", PAIR), gateway_proxy())
    assert cluster.tls
    assert (cluster.tls.secret, cluster.tls.ca_secret) == ("kubernetes://own", "kubernetes://own-cacert")
    shown, checked = (layer.secrets[name] for name in (cluster.tls.secret, cluster.tls.ca_secret))
    assert (shown.private_key.decode(), checked.ca.decode()) == (OWN.key_pem, OWN.pem)
    assert [each.name for each in shown.origins] == ["reviews"]


def test_servers_are_checked_by_the_authority_beside_the_secret_or_in_it() -> None:
    simple, beside = rule("{mode: SIMPLE, credentialName: own}"), secret("own-cacert", {"cacert": OTHER.pem})
    for text, ca in ((beside, OTHER), (secret("own", PAIR), OWN), (secret("own", PAIR) + beside, OTHER)):
        cluster, layer = asked(simple + text, gateway_proxy())
        assert cluster.tls
        assert (cluster.tls.secret, list(layer.secrets)) == ("", ["kubernetes://own-cacert"])
        assert layer.secrets["kubernetes://own-cacert"].ca.decode() == ca.pem


def test_who_checks_nothing_needs_no_authority() -> None:
    mutual = rule("{mode: MUTUAL, credentialName: own, insecureSkipVerify: true}")
    cluster, layer = asked(mutual + tls_secret("own", OWN), gateway_proxy())
    assert cluster.tls
    assert (cluster.tls.ca_secret, list(layer.secrets)) == ("", ["kubernetes://own"])


def test_sidecars_are_trusted_with_secrets_for_chosen_workloads_only() -> None:
    here = secret("own", PAIR, namespace="default")
    tls = "{mode: MUTUAL, credentialName: own}"
    cluster, layer = asked(rule(tls) + here)
    assert (cluster.tls, cluster.kind, layer.secrets) == (None, ClusterKind.EDS, {})
    chosen = asked(rule(tls, CHOSEN) + here, sidecar(app="chosen"))
    assert chosen[0].tls
    assert chosen[0].tls.secret == "kubernetes://own"
    other = asked(rule(tls, CHOSEN) + here, sidecar(app="other"))
    assert (other[0].tls, other[1].secrets) == (None, {})


@pytest.mark.parametrize(
    ("secrets", "says"),
    [
        ("", 'not found: "own"'),
        (secret("own", PAIR, namespace="default"), 'not found: "own"'),
        (secret("own", {"ca.crt": OWN.pem}), 'cannot be used: "own": it has no tls.crt'),
    ],
)
def test_without_the_secret_nothing_is_sent_and_the_rule_says_so(secrets: str, says: str) -> None:
    cluster, layer = asked(rule("{mode: MUTUAL, credentialName: own}") + secrets, gateway_proxy())
    assert (cluster.kind, cluster.tls, layer.secrets) == (ClusterKind.STATIC, None, {})
    found = [each for each in layer.problems if each.code == "IST0101"]
    assert {each.path for each in found} == {"spec.trafficPolicy.tls.credentialName"}
    assert says in found[0].message


def test_a_changed_secret_changes_no_cluster() -> None:
    mesh = Routing(REVIEWS + rule("{mode: MUTUAL, credentialName: own}") + secret("own", PAIR), gateway_proxy())
    before = {each.name: each for each in mesh.resolver.config_for(mesh.proxy).layers}
    mesh.apply(secret("own", {**PAIR, "tls.crt": OTHER.pem, "tls.key": OTHER.key_pem}))
    after = {each.name: each for each in mesh.resolver.config_for(mesh.proxy).layers}
    assert after["clusters"].clusters is before["clusters"].clusters
    assert after["clusters"].secrets["kubernetes://own"].certificate.decode() == OTHER.pem
