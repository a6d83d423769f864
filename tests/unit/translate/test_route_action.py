"""What routes do."""

import pytest

from lateen.ir.route import DirectResponse, Forward, Mirror, Redirect, RegexRewrite, WeightedCluster
from lateen.translate.route_action import direct_response_action, forward_action, redirect_action

ONE = (WeightedCluster(cluster="a"),)


def test_one_target_is_a_cluster_several_are_weights() -> None:
    assert forward_action(Forward(clusters=ONE)).cluster == "a"
    several = forward_action(Forward(clusters=(*ONE, WeightedCluster(cluster="b", weight=3, host_rewrite="b.test"))))
    weights = [(one.name, one.weight.value) for one in several.weighted_clusters.clusters]
    assert weights == [("a", 1), ("b", 3)]
    assert several.weighted_clusters.clusters[1].host_rewrite_literal == "b.test"


def test_no_timeout_is_written_as_zero_and_lets_grpc_callers_choose() -> None:
    action = forward_action(Forward(clusters=ONE))
    assert action.HasField("timeout")
    assert action.timeout.ToMilliseconds() == 0
    assert action.max_stream_duration.grpc_timeout_header_max.ToMilliseconds() == 0


def test_a_timeout_limits_what_grpc_callers_choose_and_stands_beside_nothing_that_overrules_it() -> None:
    action = forward_action(Forward(clusters=ONE, timeout_ms=1500))
    assert action.timeout.ToMilliseconds() == action.max_grpc_timeout.ToMilliseconds() == 1500
    assert not action.HasField("max_stream_duration")


def test_the_route_rewrites_the_host_rather_than_its_target() -> None:
    target = (WeightedCluster(cluster="a", host_rewrite="target.test"),)
    assert forward_action(Forward(clusters=target)).host_rewrite_literal == "target.test"
    assert forward_action(Forward(clusters=target, host_rewrite="route.test")).host_rewrite_literal == "route.test"
    assert forward_action(Forward(clusters=ONE, auto_host_rewrite=True)).auto_host_rewrite.value


def test_path_rewrites() -> None:
    assert forward_action(Forward(clusters=ONE, prefix_rewrite="/v1")).prefix_rewrite == "/v1"
    regex = forward_action(
        Forward(clusters=ONE, regex_rewrite=RegexRewrite(match="a", substitution="\\1"))
    ).regex_rewrite
    assert (regex.pattern.regex, regex.substitution) == ("a", "\\1")
    whole = forward_action(Forward(clusters=ONE, path_rewrite="/a\\1")).regex_rewrite
    assert (whole.pattern.regex, whole.substitution) == ("^.*$", "/a\\\\1")


def test_mirrors() -> None:
    (mirror,) = forward_action(
        Forward(clusters=ONE, mirrors=(Mirror(cluster="b", share=10_000),))
    ).request_mirror_policies
    assert (mirror.cluster, mirror.runtime_fraction.default_value.numerator) == ("b", 1)
    assert mirror.HasField("trace_sampled")
    assert not mirror.trace_sampled.value


@pytest.mark.parametrize(("code", "name"), [(301, "MOVED_PERMANENTLY"), (307, "TEMPORARY_REDIRECT")])
def test_redirect_codes(code: int, name: str) -> None:
    action = redirect_action(Redirect(code=code, host="x", path="/p"))
    assert (action.RedirectResponseCode.Name(action.response_code), action.path_redirect) == (name, "/p")


def test_redirects_of_scheme_and_prefix() -> None:
    assert redirect_action(Redirect(https=True, scheme="http")).https_redirect
    action = redirect_action(Redirect(scheme="https", prefix="/p", path="/q", port=8443))
    assert (action.scheme_redirect, action.prefix_rewrite, action.path_redirect) == ("https", "/p", "")
    assert action.port_redirect == 8443


def test_direct_responses() -> None:
    assert direct_response_action(DirectResponse(status=503, body="x")).body.inline_string == "x"
    assert not direct_response_action(DirectResponse(status=204)).HasField("body")
