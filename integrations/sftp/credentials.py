"""By which key the server is known, and how to sign in there: read and checked once, at the start."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import paramiko
from paramiko.pkey import UnknownKeyType
from pydantic import SecretStr

from portal_app.settings import SettingsError, SftpSettings

# What a pinned key may be, with the signatures that are taken from it: none over SHA-1.
SIGNATURES: dict[str, tuple[str, ...]] = {
    "ssh-ed25519": ("ssh-ed25519",),
    "ecdsa-sha2-nistp256": ("ecdsa-sha2-nistp256",),
    "ecdsa-sha2-nistp384": ("ecdsa-sha2-nistp384",),
    "ecdsa-sha2-nistp521": ("ecdsa-sha2-nistp521",),
    "ssh-rsa": ("rsa-sha2-512", "rsa-sha2-256"),
}
_FEWEST_RSA_BITS = 2048


@dataclass(frozen=True)
class Credentials:
    """The server's pinned key, and either a password or a key of ours."""

    host_key: paramiko.PKey
    password: str = field(default="", repr=False)
    key: paramiko.PKey | None = field(default=None, repr=False)


def read(settings: SftpSettings) -> Credentials:
    """Raises SettingsError with everything that is wrong, one sentence each; none repeats a secret."""
    problems: list[str] = []

    def checked(reading: Callable[[SftpSettings], object]) -> object:
        try:
            return reading(settings)
        except _Wrong as wrong:
            problems.append(f"sftp.{wrong}")
            return None

    host_key, _ = checked(_host_key), checked(_one_way_in)
    password, key = checked(_password), checked(_key)
    if problems or not isinstance(host_key, paramiko.PKey):
        raise SettingsError(problems)
    return Credentials(
        host_key, password if isinstance(password, str) else "", key if isinstance(key, paramiko.PKey) else None
    )


class _Wrong(Exception):
    """The name of a setting and what is wrong with it, as a sentence."""


def _host_key(settings: SftpSettings) -> paramiko.PKey:
    if not settings.host_key.strip():
        raise _Wrong(
            "host_key: needed, the public key by which the server is known. "
            f"`ssh-keyscan -p {settings.port} {settings.host}` prints the key of whoever answers: hold its fingerprint "
            "(ssh-keygen -lf) against the one that the server's operator gives you, and only then write it here."
        )
    kind, data = _parts(settings.host_key)
    try:
        key = paramiko.PKey.from_type_string(kind, data)
    except (paramiko.SSHException, UnknownKeyType, ValueError):
        raise _Wrong(_NO_KEY) from None
    if key.asbytes() != data:
        raise _Wrong(_NO_KEY)
    if kind == "ssh-rsa" and key.get_bits() < _FEWEST_RSA_BITS:
        raise _Wrong(f"host_key: an RSA key needs at least {_FEWEST_RSA_BITS} bits to be safe.")
    return key


_NO_KEY = 'host_key: is not a public key such as "ssh-ed25519 AAAA…".'


def _parts(line: str) -> tuple[str, bytes]:
    """The type and the bytes of a key, alone or in a line of known_hosts, as ssh-keyscan prints it."""
    words: Sequence[str] = line.split()
    if "ssh-dss" in words:
        raise _Wrong("host_key: keys of the type ssh-dss are not safe. Ask for one of the type ssh-ed25519.")
    place = next((place for place, word in enumerate(words[:2]) if word in SIGNATURES), None)
    if place is None or len(words) < place + 2:
        raise _Wrong(_NO_KEY)
    try:
        return words[place], base64.b64decode(words[place + 1], validate=True)
    except binascii.Error:
        raise _Wrong(_NO_KEY) from None


def _one_way_in(settings: SftpSettings) -> None:
    ways = [name for name in ("password", "password_file", "key_file") if getattr(settings, name) is not None]
    if len(ways) != 1:
        raise _Wrong(
            f"user: needs one of password, password_file and key_file, and has {' and '.join(ways) or 'none'}."
        )
    phrases = [name for name in ("passphrase", "passphrase_file") if getattr(settings, name) is not None]
    if phrases and settings.key_file is None:
        raise _Wrong(f"{phrases[0]}: is for a key_file, and there is none.")
    if len(phrases) > 1:
        raise _Wrong("passphrase_file: the passphrase is given already.")


def _password(settings: SftpSettings) -> str:
    return _secret("password", settings.password, settings.password_file)


def _key(settings: SftpSettings) -> paramiko.PKey | None:
    if settings.key_file is None:
        return None
    phrase = _secret("passphrase", settings.passphrase, settings.passphrase_file)
    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        try:
            return kind.from_private_key_file(str(settings.key_file), phrase or None)
        except OSError as error:
            raise _Wrong(f"key_file: {settings.key_file} cannot be read ({error.strerror}).") from None
        except paramiko.PasswordRequiredException:
            raise _Wrong(f"key_file: {settings.key_file} is locked by a passphrase, and none is given.") from None
        except (paramiko.SSHException, ValueError):
            continue
    lock = " with that passphrase" if phrase else ""
    raise _Wrong(f"key_file: {settings.key_file} cannot be opened{lock} as a private key.")


def _secret(name: str, given: SecretStr | None, file: Path | None) -> str:
    if given is not None:
        return given.get_secret_value()
    if file is None:
        return ""
    try:
        found = file.read_text(encoding="utf-8").strip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise _Wrong(f"{name}_file: {file} cannot be read ({why}).") from None
    if not found:
        raise _Wrong(f"{name}_file: {file} is empty.")
    return found
