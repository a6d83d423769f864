"""Which cases can be tried in a running mesh, and how they are sent."""

import msgspec
import pytest
from tests.unit.cli.test_live_judging import PREDICTED

from lateen.cli.grouping import VERSION, Grouping
from lateen.cli.live_sending import why_not_sent
from lateen.cli.sending import Sending
from lateen.explain.case import parse_cases
from lateen.explain.result import Explanation, Verdict

REFUSED = msgspec.structs.replace(PREDICTED, verdict=Verdict.DIRECT_RESPONSE, status=400)


@pytest.mark.parametrize(
    ("written", "predicted", "reason"),
    [
        ("call: GET http://a/, from: b", PREDICTED, ""),
        ("call: GET http://a/, from: b, h2: true", PREDICTED, ""),
        ("call: 'tcp://a:1', labels: {app: b}", PREDICTED, ""),
        ("call: 'tls://a:1', from: b, sni: c", PREDICTED, ""),
        ("call: GET http://a/", PREDICTED, "it names no caller"),
        ("call: GET http://a/, from: b, inbound: true", PREDICTED, "it asks about a proxy's other side alone"),
        ("call: GET https://a/, from: b, mtls: true", PREDICTED, "its client shows a certificate"),
        ("call: 'tcp://a:80', from: b", REFUSED, "what answers 400 waits for a request"),
    ],
)
def test_what_cannot_be_sent_is_said(written: str, predicted: Explanation, reason: str) -> None:
    (case,), _, problems = parse_cases(f"- {{{written}}}", "cases.yaml")
    assert problems == []
    found = why_not_sent(case, predicted)
    assert found.startswith(reason)
    assert bool(found) == bool(reason)


def test_what_the_client_speaks_is_told_to_the_sender() -> None:
    wanted = Sending("https://a/", 1, 1, None, "GET", {}, 1.0, Grouping(VERSION), h2=True, sni="b", alpn="h2,c")
    words = wanted.argv()
    assert words[words.index("--http2") :] == ["--http2", "--sni", "b", "--alpn", "h2,c"]
