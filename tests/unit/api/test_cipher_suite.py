import pytest

from lateen.api.cipher_suite import is_cipher_suite


@pytest.mark.parametrize(
    ("word", "expected"),
    [("ECDHE-RSA-AES256-GCM-SHA384", True), ("ALL", True), ("-ALL", True), ("TLS_AES_128_GCM_SHA256", False)],
)
def test_cipher_suites_that_envoy_knows(word: str, expected: bool) -> None:
    assert is_cipher_suite(word) is expected
