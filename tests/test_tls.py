"""The authority and the certificate as files: made once, kept, renewed when they do not fit, never half there."""

from __future__ import annotations

import os
import ssl
import stat
import sys
import threading
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import pytest

from mockserver.hosts import tls
from mockserver.hosts.tls import Certificate, TlsError, certificate_for, data_directory

x509 = pytest.importorskip("cryptography.x509", reason="the extra tls is not installed")
from mockserver.hosts import certificates  # noqa: E402 - only where the extra is installed
from mockserver.hosts.certificates import CertificateAndKey  # noqa: E402

NAMES = ["localhost", "127.0.0.1", "::1", "10.0.2.2", "192.168.1.20", "mac", "mac.local"]
posix = pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def files(directory: Path) -> set[str]:
    return {each.name for each in directory.iterdir()}


def read(path: Path) -> CertificateAndKey:
    return CertificateAndKey.read(path.read_bytes())


def make(directory: Path, names: Iterable[str] = NAMES) -> Certificate:
    return certificate_for(list(names), directory)


@posix
def test_keys_are_readable_by_their_user_alone(tmp_path: Path) -> None:
    made = make(tmp_path / "new" / "data")
    assert mode(tmp_path / "new" / "data") == 0o700
    assert (mode(made.pem), mode(made.pem.parent / "authority.pem"), mode(made.authority)) == (0o600, 0o600, 0o644)
    assert b"PRIVATE" not in made.authority.read_bytes()
    assert files(made.pem.parent) == {"authority.pem", "server.pem", "ca.pem"}


@posix
def test_a_key_that_was_opened_to_others_is_closed_again(tmp_path: Path) -> None:
    make(tmp_path)
    (tmp_path / "authority.pem").chmod(0o644)
    make(tmp_path)
    assert mode(tmp_path / "authority.pem") == 0o600


def test_the_second_start_keeps_everything(tmp_path: Path) -> None:
    make(tmp_path)
    before = {name: (tmp_path / name).read_bytes() for name in files(tmp_path)}
    make(tmp_path)
    assert {name: (tmp_path / name).read_bytes() for name in files(tmp_path)} == before


def test_the_certificate_is_for_every_name_and_no_authority(tmp_path: Path) -> None:
    certificate = read(make(tmp_path).pem).certificate
    found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(each.value) for each in found] == NAMES
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    life = certificate.not_valid_after_utc - certificate.not_valid_before_utc
    assert life < timedelta(days=825), "iOS refuses longer ones"


def test_a_new_address_renews_the_certificate_and_keeps_the_authority(tmp_path: Path) -> None:
    first, authority = make(tmp_path).pem.read_bytes(), (tmp_path / "authority.pem").read_bytes()
    make(tmp_path, [*NAMES, "192.168.7.7"])
    assert (tmp_path / "server.pem").read_bytes() != first
    assert read(tmp_path / "server.pem").covers(["192.168.7.7", "localhost"])
    assert (tmp_path / "authority.pem").read_bytes() == authority


def test_an_address_that_is_gone_renews_nothing(tmp_path: Path) -> None:
    first = make(tmp_path).pem.read_bytes()
    assert make(tmp_path, NAMES[:4]).pem.read_bytes() == first


@pytest.mark.parametrize(("days", "renewed"), [(365, False), (367, True), (500, True)])
def test_a_certificate_is_renewed_before_it_expires(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: int, renewed: bool
) -> None:
    first, now = make(tmp_path).pem.read_bytes(), tls.system_now()
    monkeypatch.setattr(tls, "system_now", lambda: now + days * 86_400_000)
    assert (make(tmp_path).pem.read_bytes() != first) is renewed


def test_an_authority_that_expires_is_made_anew_with_all_below_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, now = make(tmp_path).authority.read_bytes(), tls.system_now()
    monkeypatch.setattr(tls, "system_now", lambda: now + 3_640 * 86_400_000)
    again = make(tmp_path)
    assert again.authority.read_bytes() != first
    assert read(tmp_path / "authority.pem").signed(read(again.pem).certificate)


def test_a_certificate_of_another_authority_is_replaced(tmp_path: Path) -> None:
    make(tmp_path / "a")
    foreign = make(tmp_path / "b").pem.read_bytes()
    (tmp_path / "a" / "server.pem").write_bytes(foreign)
    assert make(tmp_path / "a").pem.read_bytes() != foreign


@pytest.mark.parametrize("content", [b"", b"-----BEGIN PRIVATE KEY-----\n", b"\xff\x00"])
def test_a_broken_certificate_is_replaced_but_a_broken_authority_is_a_question(tmp_path: Path, content: bytes) -> None:
    make(tmp_path)
    (tmp_path / "server.pem").write_bytes(content)
    assert read(make(tmp_path).pem).covers(NAMES)
    (tmp_path / "authority.pem").write_bytes(content)
    with pytest.raises(TlsError, match=r"authority\.pem is broken .*delete it"):
        make(tmp_path)


def test_a_key_that_is_not_the_certificates_is_noticed(tmp_path: Path) -> None:
    one, other = make(tmp_path / "a").pem.read_bytes(), make(tmp_path / "b").pem.read_bytes()
    mixed = one[: one.index(b"-----BEGIN CERT")] + other[other.index(b"-----BEGIN CERT") :]
    with pytest.raises(certificates.NotACertificateAndKey, match="the key is not the certificate's"):
        CertificateAndKey.read(mixed)


def test_a_write_that_fails_leaves_the_old_file_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = make(tmp_path).pem.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tls.os, "fsync", full)
    with pytest.raises(TlsError, match="No space left on device; choose a directory with --data-dir"):
        make(tmp_path, [*NAMES, "new.test"])
    assert (tmp_path / "server.pem").read_bytes() == first
    assert files(tmp_path) == {"authority.pem", "server.pem", "ca.pem"}


def test_servers_that_start_together_share_one_authority(tmp_path: Path) -> None:
    together = threading.Barrier(8)
    made: list[Certificate] = []

    def start() -> None:
        together.wait()
        made.append(make(tmp_path))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 8
    assert read(tmp_path / "authority.pem").signed(read(tmp_path / "server.pem").certificate)
    assert (tmp_path / "ca.pem").read_bytes() == certificates.public(read(tmp_path / "authority.pem").certificate)
    assert files(tmp_path) == {"authority.pem", "server.pem", "ca.pem"}


def test_python_and_openssl_load_the_files(tmp_path: Path) -> None:
    made = make(tmp_path)
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(made.pem)
    assert len(ssl.create_default_context(cafile=made.authority).get_ca_certs()) == 1


def test_a_directory_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(TlsError, match=r"cannot keep the certificate in .*; choose a directory with --data-dir"):
        make(tmp_path / "file" / "below")


def test_without_the_extra_one_line_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "mockserver.hosts.certificates", raising=False)
    monkeypatch.setitem(sys.modules, "cryptography", None)
    with pytest.raises(TlsError, match=r"pip install 'offers-mockserver\[tls\]'"):
        make(tmp_path)


@posix
def test_each_platform_has_its_own_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tls.sys, "platform", "linux")
    assert data_directory({"HOME": "/h"}) == Path("/h/.local/share/offers-mockserver")
    assert data_directory({"HOME": "/h", "XDG_DATA_HOME": "/d"}) == Path("/d/offers-mockserver")
    monkeypatch.setattr(tls.sys, "platform", "darwin")
    assert data_directory({"HOME": "/h"}) == Path("/h/Library/Application Support/offers-mockserver")
