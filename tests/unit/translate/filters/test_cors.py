"""Cross-origin requests."""

import pytest

from lateen.ir.match import StringKind, StringMatch
from lateen.ir.route import Cors
from lateen.translate.filters.cors import cors_policy


@pytest.mark.parametrize(("asked", "forward"), [(None, True), (True, True), (False, False)])
def test_unmatched_preflights_go_on_unless_told_otherwise(asked: bool | None, forward: bool) -> None:
    assert cors_policy(Cors(forward_unmatched_preflights=asked)).forward_not_matching_preflights.value == forward


def test_policy() -> None:
    origin = StringMatch(kind=StringKind.EXACT, value="https://a.test")
    policy = cors_policy(Cors(allow_origins=(origin,), allow_credentials=False, max_age="60"))
    assert policy.allow_origin_string_match[0].exact == "https://a.test"
    assert (policy.HasField("allow_credentials"), policy.max_age) == (True, "60")
    assert policy.filter_enabled.default_value.numerator == 100
