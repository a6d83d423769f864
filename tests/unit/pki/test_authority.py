import contextlib
import ssl
from pathlib import Path

import pytest
from cryptography import x509

from lateen.lib.clock import FakeClock, SystemClock
from lateen.pki.authority import PkiError, ensure_authority, ensure_server_files

DAY = 86_400


def serial(path: Path) -> int:
    return x509.load_pem_x509_certificate(path.read_bytes()).serial_number


def test_files_are_made_once_and_their_keys_private(tmp_path: Path) -> None:
    files = ensure_server_files(tmp_path / "pki", "default", FakeClock())
    first = serial(files.certificate), serial(files.authority)
    assert ensure_server_files(tmp_path / "pki", "default", FakeClock()) == files
    assert (serial(files.certificate), serial(files.authority)) == first
    assert {path.stat().st_mode & 0o777 for path in files.key.parent.glob("*.key")} == {0o600}


def test_a_client_trusts_the_server(tmp_path: Path) -> None:
    files = ensure_server_files(tmp_path, "default", SystemClock())
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(files.certificate, files.key)
    client = ssl.create_default_context(cadata=files.authority.read_text())
    for name in ("localhost", "127.0.0.1", "::1"):
        shake_hands(server, client, name)
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(server, client, "example.com")


def shake_hands(server: ssl.SSLContext, client: ssl.SSLContext, name: str) -> None:
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [client.wrap_bio(down, up, server_hostname=name), server.wrap_bio(up, down, server_side=True)]
    for _ in range(4):
        for end in ends:
            with contextlib.suppress(ssl.SSLWantReadError):
                end.do_handshake()
    assert ends[0].version() is not None


async def test_a_certificate_is_reissued_before_it_expires(tmp_path: Path) -> None:
    clock = FakeClock()
    files = ensure_server_files(tmp_path, "default", clock)
    first = serial(files.certificate), serial(files.authority)
    await clock.advance(200 * DAY)
    ensure_server_files(tmp_path, "default", clock)
    assert serial(files.certificate) == first[0]
    await clock.advance(60 * DAY)
    ensure_server_files(tmp_path, "default", clock)
    assert serial(files.certificate) != first[0]
    assert serial(files.authority) == first[1]
    await clock.advance(3000 * DAY)
    ensure_server_files(tmp_path, "default", clock)
    assert serial(files.authority) != first[1]


def test_a_new_name_or_a_new_authority_reissues(tmp_path: Path) -> None:
    files = ensure_server_files(tmp_path, "default", FakeClock())
    first = serial(files.certificate)
    ensure_server_files(tmp_path, "default", FakeClock(), names=("localhost", "10.0.0.1"))
    second = serial(files.certificate)
    (tmp_path / "ca.key").unlink()
    ensure_server_files(tmp_path, "default", FakeClock(), names=("localhost", "10.0.0.1"))
    assert len({first, second, serial(files.certificate)}) == 3


def test_no_representation_shows_the_key(tmp_path: Path) -> None:
    authority = ensure_authority(tmp_path, "default", FakeClock())
    secret = authority.key.private_numbers().private_value
    shown = f"{authority!r} {authority}"
    assert "PrivateKey" not in shown
    assert str(secret) not in shown
    assert f"{secret:x}" not in shown


@pytest.mark.parametrize("damage", ["nonsense", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_a_damaged_file_is_named(tmp_path: Path, damage: str) -> None:
    ensure_authority(tmp_path, "default", FakeClock())
    (tmp_path / "ca.crt").write_text(damage)
    with pytest.raises(PkiError, match=r"ca\.crt"):
        ensure_authority(tmp_path, "default", FakeClock())


def test_a_key_of_another_certificate_is_refused(tmp_path: Path) -> None:
    ensure_authority(tmp_path / "a", "a", FakeClock())
    ensure_authority(tmp_path / "b", "b", FakeClock())
    (tmp_path / "a" / "ca.key").write_bytes((tmp_path / "b" / "ca.key").read_bytes())
    with pytest.raises(PkiError, match="not the key of"):
        ensure_authority(tmp_path / "a", "a", FakeClock())
