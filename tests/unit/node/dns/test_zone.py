import pytest
from dns import rcode
from dns.rdatatype import AAAA, CNAME, MX, PTR, SOA, SRV, A, RdataType

from lateen.node.dns.table import DnsTable, EntryAddresses, PortTarget
from lateen.node.dns.zone import Zone

WEB = "web.shop.svc.cluster.local"
TABLE = DnsTable(
    pods="10.244.0.0/20",
    addresses={
        WEB: ["10.96.0.20"],
        "db.shop.svc.cluster.local": ["10.244.0.2", "10.244.0.3"],
        "db-0.db.shop.svc.cluster.local": ["10.244.0.2"],
        "empty.shop.svc.cluster.local": [],
    },
    aliases={
        "outside.shop.svc.cluster.local": "www.example.org",
        "inside.shop.svc.cluster.local": WEB,
        "again.shop.svc.cluster.local": "inside.shop.svc.cluster.local",
        "loop.shop.svc.cluster.local": "loop.shop.svc.cluster.local",
    },
    ports={f"_http._tcp.{WEB}": [PortTarget(80, WEB)]},
    entries={
        "api.example.com": [EntryAddresses(["192.0.2.7"])],
        "*.wild.example.com": [EntryAddresses(["192.0.2.8"])],
        "entry.shop.svc.cluster.local": [EntryAddresses(["192.0.2.9"])],
        WEB: [EntryAddresses(["192.0.2.10"])],
        "db.example.com": [EntryAddresses(["192.0.2.11"], "data"), EntryAddresses(["192.0.2.12"], "shop", ["shop"])],
        "own.example.com": [EntryAddresses(["192.0.2.13"], "shop", ["shop", "other"])],
    },
    clients={"10.244.0.2": "shop", "10.244.0.3": "data", "10.244.0.4": "other"},
)
ZONE = Zone(TABLE, with_entries=True)


def texts(name: str, kind: RdataType) -> list[str]:
    answer = ZONE.answer(name, kind)
    assert answer is not None
    assert answer.rcode == rcode.NOERROR
    return [record.text for record in answer.records]


@pytest.mark.parametrize(
    ("name", "addresses"),
    [
        (WEB, ["10.96.0.20"]),
        ("db.shop.svc.cluster.local", ["10.244.0.2", "10.244.0.3"]),
        ("db-0.db.shop.svc.cluster.local", ["10.244.0.2"]),
        ("10-244-3-9.shop.pod.cluster.local", ["10.244.3.9"]),
        ("api.example.com", ["192.0.2.7"]),
        ("a.b.wild.example.com", ["192.0.2.8"]),
        ("entry.shop.svc.cluster.local", ["192.0.2.9"]),
    ],
)
def test_addresses(name: str, addresses: list[str]) -> None:
    assert texts(name, A) == addresses


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        (WEB, AAAA),
        (WEB, MX),
        ("shop.svc.cluster.local", A),
        ("svc.cluster.local", A),
        ("_tcp.web.shop.svc.cluster.local", A),
        ("empty.shop.svc.cluster.local", A),
        ("api.example.com", AAAA),
        ("cluster.local", A),
    ],
)
def test_names_without_such_a_record_exist_nevertheless(name: str, kind: RdataType) -> None:
    answer = ZONE.answer(name, kind)
    assert answer is not None
    assert (answer.rcode, answer.records) == (rcode.NOERROR, ())
    assert answer.authority[0].kind == SOA


@pytest.mark.parametrize(
    "name",
    [
        "nothing.shop.svc.cluster.local",
        "web.other.svc.cluster.local",
        "www.example.com.shop.svc.cluster.local",
        "10-99-0-1.shop.pod.cluster.local",
        "x-y.shop.pod.cluster.local",
        "5.3.244.10.in-addr.arpa",
    ],
)
def test_unknown_names_of_the_mesh_do_not_exist(name: str) -> None:
    answer = ZONE.answer(name, A)
    assert answer is not None
    assert answer.rcode == rcode.NXDOMAIN
    assert answer.authority[0].text.startswith("ns.dns.cluster.local. hostmaster.cluster.local. ")


@pytest.mark.parametrize(
    "name", ["example.com", "wild.example.com", "mycluster.local", "1.2.0.192.in-addr.arpa", "x.in-addr.arpa"]
)
def test_other_names_are_for_others(name: str) -> None:
    assert ZONE.answer(name, A) is None


def test_aliases_lead_on() -> None:
    assert texts("inside.shop.svc.cluster.local", A) == [f"{WEB}.", "10.96.0.20"]
    assert texts("again.shop.svc.cluster.local", A) == ["inside.shop.svc.cluster.local.", f"{WEB}.", "10.96.0.20"]
    assert texts("again.shop.svc.cluster.local", CNAME) == ["inside.shop.svc.cluster.local."]
    assert texts("outside.shop.svc.cluster.local", CNAME) == ["www.example.org."]
    outside = ZONE.answer("outside.shop.svc.cluster.local", A)
    assert outside is not None
    assert outside.alias_target == "www.example.org"
    loop = ZONE.answer("loop.shop.svc.cluster.local", A)
    assert loop is not None
    assert loop.rcode == rcode.SERVFAIL


def test_named_ports() -> None:
    answer = ZONE.answer(f"_http._tcp.{WEB}", SRV)
    assert answer is not None
    assert [record.text for record in answer.records] == [f"0 100 80 {WEB}."]
    assert [record.text for record in answer.extra] == ["10.96.0.20"]


def test_addresses_have_names() -> None:
    assert texts("20.0.96.10.in-addr.arpa", PTR) == [f"{WEB}."]
    assert texts("2.0.244.10.in-addr.arpa", PTR) == ["db-0.db.shop.svc.cluster.local."]


@pytest.mark.parametrize(
    ("client", "database", "own"),
    [
        ("10.244.0.2", "192.0.2.12", "192.0.2.13"),
        ("10.244.0.3", "192.0.2.11", None),
        ("10.244.0.4", "192.0.2.11", "192.0.2.13"),
        ("", "192.0.2.11", None),
    ],
)
def test_clients_get_what_is_for_their_namespace_their_own_first(client: str, database: str, own: str | None) -> None:
    for name, expected in (("db.example.com", database), ("own.example.com", own)):
        answer = ZONE.answer(name, A, client)
        assert (answer and [record.text for record in answer.records]) == (expected and [expected])
        assert not ZONE.is_same_for_all(name)
    assert all(ZONE.is_same_for_all(name) for name in ("api.example.com", "a.wild.example.com", WEB, "example.org"))


def test_without_entries_their_hosts_are_where_they_really_are() -> None:
    plain = Zone(TABLE, with_entries=False)
    assert plain.answer("api.example.com", A) is None
    assert plain.answer("a.wild.example.com", A) is None
    absent, web = plain.answer("entry.shop.svc.cluster.local", A), plain.answer(WEB, A)
    assert absent is not None
    assert absent.rcode == rcode.NXDOMAIN
    assert web is not None
    assert [record.text for record in web.records] == ["10.96.0.20"]
