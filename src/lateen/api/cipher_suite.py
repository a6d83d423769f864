"""The cipher suites that a Gateway may name, as OpenSSL writes them. Rule: `IsValidCipherSuite` in Istio."""

from typing import Final

_ECDHE: Final = ("AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305", "AES128-SHA", "AES256-SHA")
CIPHER_SUITES: Final = frozenset(
    f"{exchange}{cipher}"
    for exchange, ciphers in (
        ("", ("AES128-GCM-SHA256", "AES256-GCM-SHA384", "AES128-SHA", "AES256-SHA", "DES-CBC3-SHA")),
        ("ECDHE-ECDSA-", _ECDHE),
        ("ECDHE-RSA-", _ECDHE),
    )
    for cipher in ciphers
)
"""Those that Envoy's TLS library knows; it refuses a listener with any other."""


def is_cipher_suite(word: str) -> bool:
    """Whether Envoy takes a cipher suite, a group of several, or a word that adds to and takes from the list."""
    return word in CIPHER_SUITES or word in {"", "ALL"} or not word[0].isalnum()
