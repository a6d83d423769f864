import os

import pytest

from lateen.node.shim.loop import Loop


def test_timers_run_in_order_and_can_be_cancelled() -> None:
    loop, seen = Loop(), []
    loop.after(0.002, lambda: seen.append("second"))
    loop.after(0.001, lambda: seen.append("first"))
    loop.after(0.0015, lambda: seen.append("never")).cancel()
    loop.after(0.003, loop.stop)
    loop.run()
    assert seen == ["first", "second"]


def test_readable_files_are_reported_until_forgotten() -> None:
    loop, seen = Loop(), []
    reader, writer = os.pipe()

    def readable() -> None:
        seen.append(os.read(reader, 10))
        loop.forget(reader)
        loop.after(0, loop.stop)

    loop.on_readable(reader, readable)
    os.write(writer, b"x")
    loop.run()
    assert seen == [b"x"]
    os.close(reader)
    os.close(writer)


def test_a_callback_that_fails_does_not_end_the_pod(capfd: pytest.CaptureFixture[str]) -> None:
    loop = Loop()

    def fails() -> None:
        raise OSError("no space left")

    loop.after(0, fails)
    loop.after(0.001, loop.stop)
    loop.run()
    assert "no space left" in capfd.readouterr().err
