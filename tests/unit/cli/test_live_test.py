"""Whose requests the ones in the proxies' logs are."""

from tests.unit.cli.test_live_judging import PREDICTED, case

from lateen.api.meta import JsonObject
from lateen.cli.counting import Tally
from lateen.cli.expectation import Workloads
from lateen.cli.live_caller import LiveCaller
from lateen.cli.live_log import Logged
from lateen.cli.live_sending import Sent
from lateen.cli.live_test import seen_of
from lateen.cli.sending import Answer


def pod(name: str) -> JsonObject:
    return {"metadata": {"name": name}}


def test_requests_that_the_called_workload_sends_on_are_not_the_cases_own() -> None:
    gateway, productpage, reviews = "10.0.0.1", "10.0.0.2", "10.0.0.3"
    pods = {address: pod(name) for address, name in ((gateway, "gw"), (productpage, "page"), (reviews, "reviews"))}
    to_page = Logged("ab", "outbound|80||page", f"{productpage}:80", "shop", "")
    to_reviews = Logged("ab", "outbound|80||reviews", f"{reviews}:80", "reviews", "")
    at_page = Logged("ab", "inbound|80||", f"{productpage}:80", "shop", "", inbound=True)
    at_reviews = Logged("ab", "inbound|80||", f"{reviews}:80", "reviews", "", inbound=True)
    sent = Sent(case(), PREDICTED, LiveCaller(pod("gw")), [pod("gw")], "ab", [Answer(200, 1.0, {})], Tally())
    logged = {"gw": [to_page], "page": [to_reviews, at_page]}
    seen = seen_of(sent, logged, {"page": [at_page], "reviews": [at_reviews]}, {}, Workloads(pods))
    assert seen.places == {("outbound|80||page", f"{productpage}:80"): 1}
    assert seen.arrived == [at_page]
