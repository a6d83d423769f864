import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import dns.flags
import dns.message
import dns.opcode
import dns.rrset
import pytest
from dns import rcode

from lateen.node.dns.responder import Responder, ZoneFile
from lateen.node.dns.table import DnsTable, EntryAddresses, write_table
from lateen.node.dns.upstream import Upstream

WEB = "web.shop.svc.cluster.local."


class Resolver(asyncio.DatagramProtocol):
    """The machine's name server: knows one name; says nothing about `silent.example.`."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, client: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        name = query.question[0].name.to_text()
        self.asked.append(name)
        if name != "silent.example.":
            response = dns.message.make_response(query)
            response.answer = [dns.rrset.from_text(name, 60, "IN", "A", "192.0.2.80")]
            self._transport.sendto(response.to_wire(), client)


@pytest.fixture
async def resolver(tmp_path: Path) -> AsyncIterator[tuple[Resolver, int]]:
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_datagram_endpoint(Resolver, local_addr=("127.0.0.1", 0))
    (tmp_path / "resolv.conf").write_text("nameserver 127.0.0.1\n")
    yield protocol, transport.get_extra_info("sockname")[1]
    transport.close()


@pytest.fixture
def responder(tmp_path: Path, resolver: tuple[Resolver, int]) -> Responder:
    table = DnsTable(
        pods="10.244.0.0/20",
        addresses={
            WEB[:-1]: ["10.96.0.20"],
            "two.shop.svc.cluster.local": ["10.244.1.1", "10.244.1.2"],
            "many.shop.svc.cluster.local": [f"10.244.1.{n}" for n in range(200)],
        },
        aliases={"outside.shop.svc.cluster.local": "www.example.org"},
        entries={
            "db.example.com": [EntryAddresses(["240.240.0.1"])],
            "own.example.com": [EntryAddresses(["240.240.0.2"], "shop", ["shop"])],
        },
        clients={"10.244.0.2": "shop"},
    )
    write_table(tmp_path / "dns.json", table)
    upstream = Upstream(tmp_path / "resolv.conf", patience=0.2, port=resolver[1])
    return Responder(ZoneFile(tmp_path / "dns.json"), upstream)


async def ask(responder: Responder, name: str, kind: str = "A", *, over_tcp: bool = False) -> dns.message.Message:
    query = dns.message.make_query(name, kind)
    wire = await responder.respond(query.to_wire(), over_tcp=over_tcp)
    assert wire is not None
    answer = dns.message.from_wire(wire)
    assert query.is_response(answer)
    return answer


def shown(answer: dns.message.Message) -> list[str]:
    return [item.to_text() for rrset in answer.answer for item in rrset]


async def test_names_of_the_mesh_are_answered_with_authority(responder: Responder) -> None:
    answer = await ask(responder, "WEB.shop.svc.cluster.local.")
    assert shown(answer) == ["10.96.0.20"]
    assert answer.flags & dns.flags.AA
    assert answer.flags & dns.flags.RA


async def test_the_rest_is_asked_elsewhere(responder: Responder, resolver: tuple[Resolver, int]) -> None:
    assert shown(await ask(responder, "www.example.com.")) == ["192.0.2.80"]
    assert (await ask(responder, "www.example.com.web.cluster.local.")).rcode() == rcode.NXDOMAIN
    assert resolver[0].asked == ["www.example.com."]


async def test_hosts_of_service_entries_have_two_answers(responder: Responder, tmp_path: Path) -> None:
    captured = Responder(ZoneFile(tmp_path / "dns.json", with_entries=True), Upstream(tmp_path / "none"))
    assert shown(await ask(captured, "db.example.com.")) == ["240.240.0.1"]
    assert shown(await ask(responder, "db.example.com.")) == ["192.0.2.80"]


async def test_an_answer_for_some_clients_is_not_remembered_for_others(responder: Responder, tmp_path: Path) -> None:
    captured = Responder(ZoneFile(tmp_path / "dns.json", with_entries=True), Upstream(tmp_path / "none"))
    packet = dns.message.make_query("own.example.com.", "A").to_wire()
    answer = await captured.respond(packet, over_tcp=False, client="10.244.0.2")
    assert answer is not None
    assert shown(dns.message.from_wire(answer)) == ["240.240.0.2"]
    assert captured.remembered(packet) is None


async def test_a_silent_name_server_is_a_server_failure(responder: Responder) -> None:
    assert (await ask(responder, "silent.example.")).rcode() == rcode.SERVFAIL


async def test_an_alias_brings_the_addresses_of_its_target(responder: Responder) -> None:
    assert shown(await ask(responder, "outside.shop.svc.cluster.local.")) == ["www.example.org.", "192.0.2.80"]


async def test_a_long_answer_is_cut_over_udp_only(responder: Responder) -> None:
    cut = await ask(responder, "many.shop.svc.cluster.local.")
    assert cut.flags & dns.flags.TC
    assert cut.answer == []
    assert len(shown(await ask(responder, "many.shop.svc.cluster.local.", over_tcp=True))) == 200


async def test_a_replaced_table_counts_at_once(responder: Responder, tmp_path: Path) -> None:
    write_table(tmp_path / "dns.json", DnsTable(pods="10.244.0.0/20", addresses={WEB[:-1]: ["10.96.0.21"]}))
    assert shown(await ask(responder, WEB)) == ["10.96.0.21"]
    (tmp_path / "dns.json").write_text("{")
    assert shown(await ask(responder, WEB)) == ["10.96.0.21"]


async def test_answers_are_remembered_until_the_table_changes(responder: Responder, tmp_path: Path) -> None:
    packet = dns.message.make_query(WEB, "A").to_wire()
    assert responder.remembered(packet) is None
    answer = await responder.respond(packet, over_tcp=False)
    assert answer is not None
    assert responder.remembered(b"xy" + packet[2:]) == b"xy" + answer[2:]
    write_table(tmp_path / "dns.json", DnsTable(pods="10.244.0.0/20"))
    assert responder.remembered(packet) is None
    await ask(responder, "www.example.com.")
    assert responder.remembered(dns.message.make_query("www.example.com.", "A").to_wire()) is None


async def test_the_first_of_several_addresses_is_not_always_the_same(responder: Responder) -> None:
    packet = dns.message.make_query("many.shop.svc.cluster.local.", "A").to_wire()
    answers = [await responder.respond(packet, over_tcp=True) for _ in range(5)]
    assert len({shown(dns.message.from_wire(each))[0] for each in answers if each}) > 1
    two = dns.message.make_query("two.shop.svc.cluster.local.", "A").to_wire()
    await responder.respond(two, over_tcp=False)
    assert responder.remembered(two) is None


async def test_without_a_table_nothing_is_claimed(tmp_path: Path) -> None:
    responder = Responder(ZoneFile(tmp_path / "none"), Upstream(tmp_path / "none"))
    assert (await ask(responder, WEB)).rcode() == rcode.SERVFAIL


async def test_what_is_no_question_gets_no_or_a_polite_answer(responder: Responder) -> None:
    query = dns.message.make_query(WEB, "A")
    assert await responder.respond(b"\0" * 5, over_tcp=False) is None
    assert await responder.respond(dns.message.make_response(query).to_wire(), over_tcp=False) is None
    query.set_opcode(dns.opcode.STATUS)
    wire = await responder.respond(query.to_wire(), over_tcp=False)
    assert wire is not None
    assert dns.message.from_wire(wire).rcode() == rcode.NOTIMP


async def test_a_machine_without_name_servers(tmp_path: Path) -> None:
    write_table(tmp_path / "dns.json", DnsTable(pods="10.244.0.0/20"))
    responder = Responder(ZoneFile(tmp_path / "dns.json"), Upstream(tmp_path / "none"))
    assert (await ask(responder, "www.example.com.")).rcode() == rcode.SERVFAIL


async def test_the_next_name_server_is_asked(tmp_path: Path, resolver: tuple[Resolver, int]) -> None:
    (tmp_path / "resolv.conf").write_text("nameserver 127.0.0.77\nnameserver 127.0.0.1\n")
    query = dns.message.make_query("www.example.com.", "A")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.77", resolver[1]))
        upstream = Upstream(tmp_path / "resolv.conf", patience=0.1, port=resolver[1])
        wire = await upstream.ask(query.to_wire(), over_tcp=False)
    assert wire is not None
    assert query.is_response(dns.message.from_wire(wire))
