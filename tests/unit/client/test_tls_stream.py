import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from lateen.client.access import Access
from lateen.client.tls_stream import TlsStream, connect_stream
from lateen.lib.clock import SystemClock
from lateen.pki.authority import ensure_server_files


@pytest.fixture
def echo(tmp_path: Path) -> Iterator[Access]:
    """A server over TLS that sends back what comes, a connection at a time."""
    files = ensure_server_files(tmp_path, "test", SystemClock())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.certificate, files.key)
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=_serve, args=(listener, context), daemon=True).start()
    yield Access(f"https://127.0.0.1:{listener.getsockname()[1]}", ca=files.authority.read_text())
    with suppress(OSError):
        listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def _serve(listener: socket.socket, context: ssl.SSLContext) -> None:
    with suppress(OSError):
        while True:
            with context.wrap_socket(listener.accept()[0], server_side=True) as connection:
                while content := connection.recv(65536):
                    connection.sendall(content)


def stream_to(access: Access) -> TlsStream:
    stream = connect_stream(access)
    assert isinstance(stream, TlsStream)
    return stream


def test_a_request_is_lost_that_is_written_while_another_thread_reads(echo: Access) -> None:
    for _ in range(20):
        stream, got = stream_to(echo), bytearray()

        def read(stream: TlsStream = stream, got: bytearray = got) -> None:
            while len(got) < 200_000 and (content := stream.recv(65536)):
                got.extend(content)

        reader = threading.Thread(target=read)
        reader.start()
        for _ in range(20):
            stream.sendall(bytes(10_000))
        reader.join(10)
        assert len(got) == 200_000
        stream.close()


def test_closing_ends_a_read_in_another_thread(echo: Access) -> None:
    stream, got = stream_to(echo), [b"nothing yet"]
    stream.sendall(b"x")
    assert stream.recv(10) == b"x"

    def read() -> None:
        with suppress(OSError):
            got[0] = stream.recv(10)

    reader = threading.Thread(target=read)
    reader.start()
    stream.close()
    reader.join(10)
    assert not reader.is_alive()
