import socket
import threading

from lateen.programs.tcp_echo import EchoServer


def test_lines_come_back_behind_a_word() -> None:
    with EchoServer(0, "one") as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            with socket.create_connection(("127.0.0.1", server.server_address[1]), 5) as client:
                lines = client.makefile("rw")
                for said in ("hello\n", "again\n"):
                    lines.write(said)
                    lines.flush()
                    assert lines.readline() == f"one {said}"
        finally:
            server.shutdown()
            thread.join()
