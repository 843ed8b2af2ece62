"""HTTPS by the mock's own authority: made once, stored in the user's data directory, trusted where it is installed.

Files are replaced atomically, so that a second server, or a restart after a kill, never reads half a file.
"""

from __future__ import annotations

import contextlib
import os
import socket
import stat
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from mockserver.clock import system_now

if TYPE_CHECKING:
    from mockserver.hosts.certificates import CertificateAndKey

DIRECTORY = "offers-mockserver"
MISSING = "HTTPS needs one more package: pip install 'offers-mockserver[tls]' (in a checkout: pip install '.[tls]')"


class TlsError(Exception):
    """HTTPS cannot be served; the text is one line that says why and what to do."""


class Certificate(Struct, frozen=True):
    """Files of a server's certificate.

    ``pem`` has the key and the certificate, readable by the user alone; ``authority`` the certificate that clients trust,
    readable by everybody; ``names`` are the certificate's host names and addresses.
    """

    pem: Path
    authority: Path
    names: tuple[str, ...]


class HttpsListener(Struct):
    """The listening sockets of HTTPS and the certificate, which is renewed after a change of network."""

    listeners: list[socket.socket]
    port: int
    certificate: Certificate


def usable_directory(environ: Mapping[str, str], tell: Callable[[str], None]) -> Path:
    """Return the directory of the authority: the user's data directory, or a temporary one where the user has none.

    In a container a user may have no name, or no writable home; ``tell`` is called with a warning. Raise TlsError.
    """
    try:
        directory = data_directory(environ)
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.access(directory, os.W_OK) or (directory / "authority.pem").exists():
            return directory
        why = f"{directory} cannot be written to"
    except (OSError, RuntimeError) as problem:
        why = str(problem)
    try:
        directory = _temporary()
    except OSError as problem:
        raise TlsError(
            f"there is no place for the certificate ({why}); choose a directory with --data-dir"
        ) from problem
    tell(f"the certificate authority lasts only as long as {directory} ({why}); --data-dir chooses a place that lasts")
    return directory


def _temporary() -> Path:
    """Return this user's directory among the temporary files; one that another user made is not used."""
    if os.name == "posix":
        directory = Path(tempfile.gettempdir()) / f"{DIRECTORY}-{os.getuid()}"
        with contextlib.suppress(FileExistsError):
            directory.mkdir(mode=0o700)
        found = directory.lstat()
        if stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077:
            return directory
    return Path(tempfile.mkdtemp(prefix=f"{DIRECTORY}-"))


def data_directory(environ: Mapping[str, str]) -> Path:
    """Return the platform's directory for persistent data of this user's programs. Raise RuntimeError without a home."""
    home = Path(environ.get("HOME") or Path.home())
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / DIRECTORY
    if os.name == "nt":
        return Path(environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / DIRECTORY
    return Path(environ.get("XDG_DATA_HOME") or home / ".local" / "share") / DIRECTORY


def certificate_for(names: Sequence[str], directory: Path) -> Certificate:
    """Return the certificate for host names and addresses, stored in a directory; an unfit one is replaced.

    Raise TlsError when the extra is not installed, and when the directory cannot be used.
    """
    try:
        from mockserver.hosts.certificates import public
    except ImportError as problem:
        raise TlsError(MISSING) from problem
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        authority = _authority(directory / "authority.pem")
        shown = directory / "ca.pem"
        text = public(authority.certificate)
        if not shown.is_file() or shown.read_bytes() != text:
            _replace(shown, text, 0o644)
        return Certificate(_server(directory / "server.pem", authority, names), shown, tuple(names))
    except OSError as problem:
        why = problem.strerror or problem
        raise TlsError(
            f"cannot keep the certificate in {directory}: {why}; choose a directory with --data-dir"
        ) from problem


def _authority(path: Path) -> CertificateAndKey:
    from mockserver.hosts.certificates import CertificateAndKey, NotACertificateAndKey, make_authority

    now = system_now()
    try:
        found = CertificateAndKey.read(path.read_bytes())
    except FileNotFoundError:
        found = None
    except NotACertificateAndKey as problem:
        raise TlsError(f"{path} is broken ({problem}); delete it, and a new authority is made") from problem
    if found is not None and found.lasts(now):
        with contextlib.suppress(OSError):
            path.chmod(0o600)  # a copy or a backup may have opened it to others
        return found
    made = make_authority(socket.gethostname(), now)
    if found is not None:
        _replace(path, made.pem(), 0o600)
    elif not _create(path, made.pem()):
        return _authority(path)  # another server was first: use its authority
    return made


def _server(path: Path, authority: CertificateAndKey, names: Sequence[str]) -> Path:
    from mockserver.hosts.certificates import CertificateAndKey, NotACertificateAndKey, make_certificate

    now = system_now()
    try:
        found = CertificateAndKey.read(path.read_bytes())
        fits = found.lasts(now) and found.covers(names) and authority.signed(found.certificate)
    except (FileNotFoundError, NotACertificateAndKey):
        fits = False
    if not fits:
        _replace(path, make_certificate(authority, names, now).pem(), 0o600)
    return path


def _written(beside: Path, content: bytes, mode: int) -> str:
    """Write a temporary file beside a path; return its name."""
    descriptor, name = tempfile.mkstemp(dir=beside.parent, prefix=f".{beside.name}.")  # made with mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        os.chmod(name, mode)
    except OSError:
        os.unlink(name)
        raise
    return name


def _replace(path: Path, content: bytes, mode: int) -> None:
    os.replace(_written(path, content, mode), path)


def _create(path: Path, content: bytes) -> bool:
    """Write a file that does not exist yet; return False, and change nothing, if it exists by now."""
    name = _written(path, content, 0o600)
    try:
        os.link(name, path)
    except FileExistsError:
        return False
    except OSError:  # a file system without links
        os.replace(name, path)
        return True
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)
    return True
