from lateen.ir.secret import Secret
from lateen.translate.secret import translate_secret


def test_a_certificate() -> None:
    made = translate_secret(Secret(name="kubernetes://a", certificate=b"c", private_key=b"k"))
    assert made.name == "kubernetes://a"
    assert made.tls_certificate.certificate_chain.inline_bytes == b"c"
    assert made.tls_certificate.private_key.inline_bytes == b"k"
    assert not made.HasField("validation_context")


def test_an_authority() -> None:
    made = translate_secret(Secret(name="kubernetes://a-cacert", ca=b"c", crl=b"l"))
    assert made.validation_context.trusted_ca.inline_bytes == b"c"
    assert made.validation_context.crl.inline_bytes == b"l"
    assert not made.HasField("tls_certificate")
    assert not translate_secret(Secret(name="a", ca=b"c")).validation_context.HasField("crl")
