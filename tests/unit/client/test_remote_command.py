"""Commands that run elsewhere."""

import json
from collections.abc import Iterator
from typing import cast

import pytest
from websockets.exceptions import ConnectionClosedError
from websockets.sync.client import ClientConnection

from lateen.client.access import AccessError
from lateen.client.error import ApiError
from lateen.client.remote_command import RemoteCommand, exit_code


class Connection:
    """Hands out messages, then breaks."""

    def __init__(self, *messages: bytes) -> None:
        self._messages = messages

    def __iter__(self) -> Iterator[bytes]:
        yield from self._messages
        raise ConnectionClosedError(None, None)


def run(*messages: bytes) -> tuple[int, bytes, bytes]:
    out, err = bytearray(), bytearray()
    remote = RemoteCommand(cast(ClientConnection, Connection(*messages)), lambda: None)
    return remote.run(out.extend, err.extend), bytes(out), bytes(err)


def status(reason: str, *causes: tuple[str, str]) -> bytes:
    details = {"causes": [{"reason": each, "message": message} for each, message in causes]}
    body = {"status": "Failure", "reason": reason, "message": "why", "code": 500, "details": details}
    return b"\x03" + json.dumps(body).encode()


def test_output_is_sorted_by_channel_and_the_status_ends_it() -> None:
    messages = (b"\x01out", b"\x02err", b"", b"\x01 more", status("NonZeroExitCode", ("ExitCode", "7")))
    assert run(*messages) == (7, b"out more", b"err")


def test_a_connection_that_breaks_before_the_command_ends_is_no_traceback() -> None:
    with pytest.raises(AccessError, match="lost before the command ended"):
        run(b"\x01half")


def test_what_could_not_be_run_is_the_servers_refusal() -> None:
    with pytest.raises(ApiError, match="why"):
        run(status("InternalError"))
    assert exit_code({"status": "Success"}) == 0
