import io
import json
import logging
from collections.abc import Iterator

import pytest

from lateen.telemetry.logs import setup_logging


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def test_a_json_line_holds_the_fields() -> None:
    stream = io.StringIO()
    setup_logging(as_json=True, stream=stream)
    logging.getLogger("lateen.x").warning("proxy %s", "a", extra={"revision": 7})
    logging.getLogger("lateen.x").debug("not this")
    line = json.loads(stream.getvalue())
    assert (line["level"], line["scope"], line["msg"], line["revision"]) == ("warning", "lateen.x", "proxy a", 7)


def test_a_text_line_stays_one_line_and_a_failure_shows_its_stack() -> None:
    stream = io.StringIO()
    setup_logging(stream=stream)
    logging.getLogger("lateen.x").info("two\nlines", extra={"revision": 7})
    assert stream.getvalue().endswith("\tinfo\tlateen.x\ttwo\\nlines\trevision=7\n")
    try:
        raise ValueError("broken")
    except ValueError:
        logging.getLogger("lateen.x").exception("failed")
    assert "ValueError: broken" in stream.getvalue()
