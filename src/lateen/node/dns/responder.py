"""Turning question packets into answer packets."""

import logging
from pathlib import Path

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import msgspec

from lateen.node.dns.table import read_table
from lateen.node.dns.upstream import Upstream
from lateen.node.dns.zone import TTL_SECONDS, Answer, Record, Zone

log = logging.getLogger(__name__)

_UDP_PLAIN = 512
_UDP_MOST = 1232  # what fits every network without fragments
_REMEMBERED_MOST = 4096


class ZoneFile:
    """The zone of a table file, read again whenever the file was replaced; ServiceEntries' names if `with_entries`."""

    def __init__(self, file: Path, *, with_entries: bool = False) -> None:
        self._file = file
        self._with_entries = with_entries
        self._stamp: tuple[int, int] | None = None
        self._zone: Zone | None = None

    def current(self) -> Zone | None:
        """The zone now; a file that can't be read leaves the last one in force, None if there was none yet."""
        try:
            status = self._file.stat()
            if (stamp := (status.st_ino, status.st_mtime_ns)) != self._stamp:
                self._stamp = stamp
                self._zone = Zone(read_table(self._file), with_entries=self._with_entries)
        except (OSError, ValueError, msgspec.MsgspecError) as failure:
            log.warning("%s can't be read, going on with what was known: %s", self._file, failure)
        return self._zone


class Responder:
    """Answers one packet at a time: from the zone if the name is the mesh's, from the machine's servers if not."""

    def __init__(self, zone: ZoneFile, upstream: Upstream) -> None:
        self._zone = zone
        self._upstream = upstream
        self._remembered: dict[bytes, bytes] = {}
        self._remembered_of: Zone | None = None

    def remembered(self, packet: bytes) -> bytes | None:
        """The answer to a question that was asked over UDP before, if it is still the same."""
        if self._zone.current() is not self._remembered_of:
            self._remembered.clear()
            return None
        answer = self._remembered.get(packet[2:])
        return None if answer is None else packet[:2] + answer

    async def respond(self, packet: bytes, *, over_tcp: bool, client: str = "") -> bytes | None:
        """The packet to send back to the client at that address, None for what is no question."""
        query = parse_question(packet)
        if query is None:
            return None
        if query.opcode() != dns.opcode.QUERY or len(query.question) != 1:
            return _failure(query, dns.rcode.NOTIMP)
        zone = self._zone.current()
        if zone is None:
            return _failure(query, dns.rcode.SERVFAIL)
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        answer = zone.answer(name, question.rdtype, client)
        if answer is None:
            return await self._upstream.ask(packet, over_tcp=over_tcp) or _failure(query, dns.rcode.SERVFAIL)
        response = _message(query, answer)
        if answer.alias_target:
            await self._add_alias_target(response, answer.alias_target, question.rdtype)
        wire = _wire(response, query, over_tcp=over_tcp)
        # Several addresses are put on the wire in another order each time: clients of headless services take the first.
        alike = zone.is_same_for_all(name) and len(answer.records) < 2
        if alike and not over_tcp and not answer.alias_target:
            self._remember(zone, packet, wire)
        return wire

    def _remember(self, zone: Zone, packet: bytes, answer: bytes) -> None:
        if zone is not self._remembered_of or len(self._remembered) >= _REMEMBERED_MOST:
            self._remembered.clear()
            self._remembered_of = zone
        self._remembered[packet[2:]] = answer[2:]

    async def _add_alias_target(
        self, response: dns.message.Message, target: str, kind: dns.rdatatype.RdataType
    ) -> None:
        wire = await self._upstream.ask(dns.message.make_query(f"{target}.", kind).to_wire(), over_tcp=False)
        try:
            found = dns.message.from_wire(wire) if wire else None
        except dns.exception.DNSException:
            found = None
        if found is None:
            response.set_rcode(dns.rcode.SERVFAIL)
            return
        response.answer.extend(found.answer)
        response.set_rcode(found.rcode())


def parse_question(packet: bytes) -> dns.message.Message | None:
    """The question in a packet; None for answers and for what no resolver would send."""
    try:
        query = dns.message.from_wire(packet)
    except (dns.exception.DNSException, ValueError):
        return None
    return None if query.flags & dns.flags.QR else query


def _message(query: dns.message.Message, answer: Answer) -> dns.message.Message:
    response = dns.message.make_response(query, recursion_available=True, our_payload=_UDP_MOST)
    response.flags |= dns.flags.AA
    response.set_rcode(answer.rcode)
    response.answer = _rrsets(answer.records)
    response.additional = _rrsets(answer.extra)
    response.authority = _rrsets(answer.authority)
    return response


def _rrsets(records: tuple[Record, ...]) -> list[dns.rrset.RRset]:
    texts: dict[tuple[str, dns.rdatatype.RdataType], list[str]] = {}
    for record in records:
        texts.setdefault((record.name, record.kind), []).append(record.text)
    return [
        dns.rrset.from_text_list(dns.name.from_text(name), TTL_SECONDS, dns.rdataclass.IN, kind, lines)
        for (name, kind), lines in texts.items()
    ]


def _wire(response: dns.message.Message, query: dns.message.Message, *, over_tcp: bool) -> bytes:
    most = 65535 if over_tcp else max(_UDP_PLAIN, min(query.payload or _UDP_PLAIN, _UDP_MOST))
    try:
        return response.to_wire(max_size=most)
    except dns.exception.TooBig:
        response.flags |= dns.flags.TC
        response.answer, response.additional, response.authority = [], [], []
        return response.to_wire(max_size=most)


def _failure(query: dns.message.Message, code: dns.rcode.Rcode) -> bytes:
    response = dns.message.make_response(query, recursion_available=True)
    response.set_rcode(code)
    return response.to_wire()
