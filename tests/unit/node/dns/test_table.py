from ipaddress import IPv4Network
from pathlib import Path

import pytest

from lateen.api.endpoint_slice import Endpoint, EndpointConditions, EndpointPort, EndpointSlice
from lateen.api.meta import ObjectMeta
from lateen.api.service import Service, ServicePort, ServiceSpec
from lateen.api.service_entry import ServiceEntry, ServiceEntryAddress, ServiceEntrySpec, ServiceEntryStatus
from lateen.model.settings import MeshSettings
from lateen.node.dns.table import DnsTable, EntryAddresses, PortTarget, build_table, read_table, write_table

PODS = IPv4Network("10.244.0.0/20")
WEB = "web.shop.svc.cluster.local"


def service(**spec: object) -> Service:
    ports = (ServicePort(name="http", port=80), ServicePort(port=81))
    fields = {"cluster_ip": "10.96.0.20", "ports": ports} | spec
    return Service(metadata=ObjectMeta(name="web", namespace="shop"), spec=ServiceSpec(**fields))  # type: ignore[arg-type]


def endpoints(*endpoints: Endpoint) -> EndpointSlice:
    labels = {"kubernetes.io/service-name": "web"}
    return EndpointSlice(
        metadata=ObjectMeta(name="web-x", namespace="shop", labels=labels),
        address_type="IPv4",
        endpoints=endpoints,
        ports=(EndpointPort(name="http", port=8080),),
    )


def entry(hosts: tuple[str, ...], status: ServiceEntryStatus | None = None, **spec: object) -> ServiceEntry:
    return ServiceEntry(spec=ServiceEntrySpec(hosts=hosts, **spec), status=status)  # type: ignore[arg-type]


def test_a_service_has_its_cluster_ip_and_named_ports() -> None:
    table = build_table(PODS, [service()], [])
    assert table.addresses == {WEB: ["10.96.0.20"]}
    assert table.ports == {f"_http._tcp.{WEB}": [PortTarget(80, WEB)]}


def test_a_headless_service_has_its_ready_pods() -> None:
    slices = [
        endpoints(
            Endpoint(addresses=("10.244.0.9",)),
            Endpoint(addresses=("10.244.0.2",), hostname="web-0"),
            Endpoint(addresses=("10.244.0.3",), conditions=EndpointConditions(ready=False)),
        )
    ]
    table = build_table(PODS, [service(cluster_ip="None")], slices)
    assert table.addresses == {
        WEB: ["10.244.0.2", "10.244.0.9"],
        f"10-244-0-9.{WEB}": ["10.244.0.9"],
        f"web-0.{WEB}": ["10.244.0.2"],
    }
    assert PortTarget(8080, f"web-0.{WEB}") in table.ports[f"_http._tcp.{WEB}"]
    unready = build_table(PODS, [service(cluster_ip="None", publish_not_ready_addresses=True)], slices)
    assert "10.244.0.3" in unready.addresses[WEB]


def test_external_names_are_aliases() -> None:
    table = build_table(PODS, [service(type="ExternalName", external_name="DB.example.com.")], [])
    assert table.aliases == {WEB: "db.example.com"}
    assert table.addresses == {}


def test_service_entries_with_addresses_have_names() -> None:
    assigned = ServiceEntryStatus(addresses=(ServiceEntryAddress(value="240.240.0.1", host="b.example.com"),))
    entries = [
        entry(("A.example.com", "*.wild.example.com"), addresses=("192.0.2.7", "192.0.2.0/24")),
        entry(("b.example.com", "c.example.com"), assigned, resolution="DNS"),
    ]
    table = build_table(PODS, [], [], entries, {"10.244.0.2": "shop"})
    assert table.entries == {
        "a.example.com": [EntryAddresses(["192.0.2.7"])],
        "*.wild.example.com": [EntryAddresses(["192.0.2.7"])],
        "b.example.com": [EntryAddresses(["240.240.0.1"])],
    }
    assert table.clients == {}


def test_service_entries_say_who_may_see_them() -> None:
    def exported(name: str, year: int, *export_to: str) -> ServiceEntry:
        meta = ObjectMeta(name=name, namespace=name, creation_timestamp=f"{year}-01-01T00:00:00Z")
        spec = ServiceEntrySpec(hosts=("db.example.com",), addresses=(f"192.0.2.{year % 100}",), export_to=export_to)
        return ServiceEntry(metadata=meta, spec=spec)

    clients = {"10.244.0.2": "shop"}
    younger, older, hidden = exported("shop", 2022, ".", "data"), exported("data", 2021, "*"), exported("x", 2020, "~")
    table = build_table(PODS, [], [], [younger, older, hidden], clients)
    public, private = EntryAddresses(["192.0.2.21"], "data"), EntryAddresses(["192.0.2.22"], "shop", ["data", "shop"])
    assert table.entries == {"db.example.com": [public, private]}
    assert table.clients == clients
    assert build_table(PODS, [], [], [younger], clients).clients == clients
    assert build_table(PODS, [], [], [older], clients).clients == {}


@pytest.mark.parametrize(
    ("default", "expected"),
    [(("*",), [[]]), ((".",), [["shop"]]), ((".", "bar"), [["bar", "shop"]]), (("~",), [])],
)
def test_the_meshs_settings_say_who_may_see_entries_that_do_not(
    default: tuple[str, ...], expected: list[list[str]]
) -> None:
    spec = ServiceEntrySpec(hosts=("db.example.com",), addresses=("192.0.2.1",))
    silent = ServiceEntry(metadata=ObjectMeta(name="db", namespace="shop"), spec=spec)
    table = build_table(PODS, [], [], [silent], settings=MeshSettings(default_service_export_to=default))
    assert [each.namespaces for each in table.entries.get("db.example.com", ())] == expected


def test_a_table_is_written_once_and_read_back(tmp_path: Path) -> None:
    table = build_table(PODS, [service()], [])
    file = tmp_path / "run" / "dns.json"
    assert write_table(file, table)
    assert not write_table(file, table)
    assert read_table(file) == table
    assert write_table(file, DnsTable(pods=str(PODS)))
