"""The listening socket."""

import socket

from lateen.apiserver.serving import _listen


def test_the_second_part_of_an_answer_does_not_wait_40_ms_for_an_acknowledgement() -> None:
    # asyncio sets TCP_NODELAY only on sockets that say that they are TCP, and a connection says what its listener says.
    with _listen("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):
        listener.setblocking(True)
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.proto == socket.IPPROTO_TCP
