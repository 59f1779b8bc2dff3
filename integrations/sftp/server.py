"""The wire: one connection to the server whose key is pinned, what lies there, and a file's bytes."""

import logging
import posixpath
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Timer

import paramiko
from paramiko.ssh_exception import IncompatiblePeer

from integrations.sftp.credentials import SIGNATURES, Credentials
from portal_app.services.ports import FeedAlarm, FeedUnavailable
from portal_app.settings import SftpSettings

# What goes wrong is told by the run; paramiko would log its tracebacks line by line.
logging.getLogger("paramiko").setLevel(logging.CRITICAL)

# Named one by one, so that no weak one comes in with a new version of the library.
_CIPHERS = (
    *("aes256-gcm@openssh.com", "aes128-gcm@openssh.com"),
    *("aes256-ctr", "aes192-ctr", "aes128-ctr"),
)
_DIGESTS = ("hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com", "hmac-sha2-256", "hmac-sha2-512")
_EXCHANGES = (
    *("mlkem768x25519-sha256", "curve25519-sha256@libssh.org"),
    *("ecdh-sha2-nistp256", "ecdh-sha2-nistp384", "ecdh-sha2-nistp521"),
    *("diffie-hellman-group16-sha512", "diffie-hellman-group-exchange-sha256", "diffie-hellman-group14-sha256"),
)
# More at once than paramiko asks for by itself: each block costs a way there and back.
_BLOCK = 1 << 17
_GONE = (EOFError, paramiko.SSHException, TimeoutError, ConnectionError)


@dataclass(frozen=True, slots=True)
class Stamp:
    """What changes when somebody writes into a file there. `modified` is in whole seconds, as servers tell it."""

    size: int
    modified: int


class Missing(Exception):
    """The server does not let us have or do this one thing. The text says why."""


class Broken(FeedUnavailable):
    """The connection is gone."""


class Server:
    """An open connection. Raises Missing for what the server refuses, Broken once it does not answer any more."""

    def __init__(self, settings: SftpSettings, credentials: Credentials) -> None:
        """Raises FeedAlarm before anything is sent where the server shows another key, else FeedUnavailable."""
        self._name = settings.host
        self._folder = settings.folder
        self._transport = _negotiated(settings, credentials)
        try:
            with _no_longer_than(settings.connect_seconds, self._transport):
                _recognise(self._transport, settings, credentials)
                _sign_in(self._transport, settings, credentials)
                channel = self._transport.open_session(timeout=settings.connect_seconds)
                channel.settimeout(settings.silence_seconds)
                channel.invoke_subsystem("sftp")
                self._files = paramiko.SFTPClient(channel)
        except FeedUnavailable:
            self.close()
            raise
        except (OSError, EOFError, paramiko.SSHException):
            self.close()
            raise Broken(f"{self._name} broke the connection off before it gave out files.") from None

    def close(self) -> None:
        self._transport.close()

    def listed(self) -> dict[str, Stamp]:
        """The files of the feed's folder, by name; without folders, links and what bears no size or time."""
        with self._asking():
            try:
                found = self._files.listdir_attr(self._folder)
            except UnicodeDecodeError:
                raise Missing("a name in it is not UTF-8") from None
        stamps = {each.filename: _stamp(each) for each in found if stat.S_ISREG(each.st_mode or stat.S_IFREG)}
        return {name: stamp for name, stamp in stamps.items() if stamp is not None}

    def stamp(self, path: str) -> Stamp | None:
        """How the file is now; None where it bears no size or time."""
        with self._asking():
            return _stamp(self._files.stat(path))

    def read(self, path: str) -> Iterator[bytes]:
        """The file's bytes, block by block, up to where the server says it ends."""
        with self._asking(), self._files.open(path, "rb") as file:
            file.MAX_REQUEST_SIZE = _BLOCK
            while block := file.read(_BLOCK):
                yield block

    def move(self, path: str, to: str) -> None:
        """Give it another name. What bears that name already is not replaced."""
        with self._asking():
            self._files.rename(path, to)

    def path(self, name: str) -> str:
        """Where a file of the feed's folder lies."""
        return posixpath.join(self._folder, name)

    @contextmanager
    def _asking(self) -> Iterator[None]:
        try:
            yield
        except _GONE:
            raise Broken(f"The connection to {self._name} broke off; the next run fetches what is left.") from None
        except OSError as error:
            if not self._transport.is_active():
                raise Broken(f"The connection to {self._name} broke off; the next run fetches what is left.") from None
            raise Missing(_said(error)) from None


def _negotiated(settings: SftpSettings, credentials: Credentials) -> paramiko.Transport:
    """An encrypted connection to whoever answers."""
    place, seconds = f"{settings.host}:{settings.port}", settings.connect_seconds
    try:
        wire = socket.create_connection((settings.host, settings.port), seconds)
    except OSError as error:
        raise FeedUnavailable(f"{place} cannot be reached ({error.strerror or 'no answer'}).") from None
    transport = paramiko.Transport(wire)
    options, pinned = transport.get_security_options(), SIGNATURES[credentials.host_key.get_name()]
    # The pinned kind first; the others, so that a server that has changed its key can be told as one.
    others = [each for kind in SIGNATURES.values() for each in kind if each not in pinned]
    options.key_types = (*pinned, *others)
    options.ciphers, options.digests = _CIPHERS, _DIGESTS
    options.kex = tuple(each for each in _EXCHANGES if each in options.kex)
    transport.banner_timeout = transport.handshake_timeout = transport.auth_timeout = seconds
    try:
        transport.start_client(timeout=seconds)
        transport.get_remote_server_key()
    except IncompatiblePeer:
        transport.close()
        raise FeedUnavailable(f"{place} knows no way to encrypt that is safe today; ask its operator.") from None
    except (OSError, EOFError, paramiko.SSHException):
        transport.close()
        raise FeedUnavailable(f"{place} does not answer as an SFTP server.") from None
    return transport


def _recognise(transport: paramiko.Transport, settings: SftpSettings, credentials: Credentials) -> None:
    shown, pinned = transport.get_remote_server_key(), credentials.host_key
    if shown != pinned:
        raise FeedAlarm(
            f"{settings.host} shows another host key than the pinned one. Pinned: {pinned.fingerprint}. "
            f"Shown: {shown.fingerprint}. Nothing was sent and nothing fetched. Ask the server's operator whether the "
            "key was changed, before you pin another."
        )


def _sign_in(transport: paramiko.Transport, settings: SftpSettings, credentials: Credentials) -> None:
    way = "key" if credentials.key else "password"
    try:
        if credentials.key:
            more = transport.auth_publickey(settings.user, credentials.key)
        else:
            more = transport.auth_password(settings.user, credentials.password)
    except paramiko.BadAuthenticationType as error:
        taken = ", ".join(sorted(error.allowed_types)) or "nothing"
        raise FeedUnavailable(f"{settings.host} takes no {way} from {settings.user}; it takes {taken}.") from None
    except paramiko.AuthenticationException:
        if not transport.is_active():
            raise Broken(f"{settings.host} broke the connection off at the sign-in of {settings.user}.") from None
        raise FeedUnavailable(f"{settings.host} refused the {way} of {settings.user}.") from None
    if more:
        raise FeedUnavailable(f"{settings.host} asks for more than a {way}, which a feed cannot give.")


@contextmanager
def _no_longer_than(seconds: float, transport: paramiko.Transport) -> Iterator[None]:
    """Some of paramiko's steps wait for ever for a server that does not say a word."""
    timer = Timer(seconds, transport.close)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _said(error: OSError) -> str:
    """What the server said: a short line, whatever it sent."""
    said = "".join(each for each in error.strerror or str(error) if each.isprintable())
    return said[:80] or "refused"


def _stamp(told: paramiko.SFTPAttributes) -> Stamp | None:
    if told.st_size is None or told.st_mtime is None:
        return None
    return Stamp(told.st_size, told.st_mtime)
