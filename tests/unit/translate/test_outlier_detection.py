"""Outlier detection."""

from lateen.ir.cluster import OutlierDetection
from lateen.translate.outlier_detection import failing_statuses, outlier_detection


def test_success_rates_never_eject() -> None:
    rules = outlier_detection(OutlierDetection())
    assert rules.HasField("enforcing_success_rate")
    assert rules.enforcing_success_rate.value == 0
    assert not rules.HasField("consecutive_5xx")
    assert not rules.HasField("enforcing_consecutive_5xx")


def test_what_is_asked_for_is_enforced_and_zero_turns_it_off() -> None:
    rules = outlier_detection(OutlierDetection(consecutive_5xx=0, consecutive_gateway_failure=3))
    assert rules.HasField("enforcing_consecutive_5xx")
    assert rules.enforcing_consecutive_5xx.value == 0
    assert rules.enforcing_consecutive_gateway_failure.value == 100


def test_local_origin_failures() -> None:
    rules = outlier_detection(OutlierDetection(split_external_local_origin=True, consecutive_local_origin_failure=2))
    assert rules.split_external_local_origin_errors
    assert rules.enforcing_consecutive_local_origin_failure.value == 100
    assert rules.HasField("enforcing_local_origin_success_rate")


def test_failing_statuses() -> None:
    one = failing_statuses((503,)).error_matcher
    assert one.http_response_headers_match.headers[0].string_match.exact == "503"
    assert len(failing_statuses((500, 503)).error_matcher.or_match.rules) == 2
