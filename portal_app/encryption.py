"""Keys and what they do: field encryption, blind look-up, content digests.

The keys live apart from the database: in the environment, or in a folder of their own that a backup of the database
leaves out.
"""

import base64
import hashlib
import hmac
import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from portal_app.settings import PREFIX, Settings, SettingsError


class Keyring:
    """The first key encrypts, all of them decrypt; so a new key is put in front and the old one goes when nothing
    needs it."""

    def __init__(self, keys: list[str], lookup_key: bytes) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])
        self._lookup = hashlib.blake2b(lookup_key, key=b"portal look-up", digest_size=32).digest()
        self._content = hashlib.blake2b(lookup_key, key=b"portal content", digest_size=32).digest()
        self._chain = hashlib.blake2b(lookup_key, key=b"portal audit chain", digest_size=32).digest()

    def encrypt(self, text: str) -> bytes:
        return self._fernet.encrypt(text.encode())

    def decrypt(self, token: bytes) -> str:
        """Raises `cryptography.fernet.InvalidToken` where no key fits or the value was changed."""
        return self._fernet.decrypt(token).decode()

    def lookup(self, text: str) -> bytes:
        """A 32-byte keyed hash by which an encrypted value can be found when it is known exactly."""
        return hmac.digest(self._lookup, text.encode(), "sha256")

    def digest(self, content: bytes) -> bytes:
        """A 16-byte keyed hash of a row's content: without the key, nobody can guess a row and check the guess."""
        return hashlib.blake2b(content, key=self._content, digest_size=16).digest()

    def link(self, previous: bytes, content: bytes) -> bytes:
        """The 32-byte hash of one link of the audit chain; without the key the chain cannot be computed anew."""
        return hashlib.blake2b(previous + content, key=self._chain, digest_size=32).digest()


_installed: Keyring | None = None


def install(keyring: Keyring) -> None:
    global _installed
    _installed = keyring


def keyring() -> Keyring:
    if _installed is None:
        raise RuntimeError("no keys: bootstrap installs them")
    return _installed


def keyring_of(settings: Settings) -> Keyring:
    """The keys from the settings, or from `keys/` in the data folder, made there on first use. Raises SettingsError."""
    keys = settings.encryption_keys or _kept(settings.folder / "keys" / "fernet.key", _new_fernet_key).split()
    lookup = settings.lookup_key or _kept(settings.folder / "keys" / "lookup.key", lambda: secrets.token_urlsafe(32))
    if len(lookup) < 32:
        raise SettingsError([f"{PREFIX}LOOKUP_KEY: needs at least 32 characters."])
    try:
        return Keyring(keys, lookup.encode())
    except (ValueError, InvalidToken):
        raise SettingsError([f"{PREFIX}ENCRYPTION_KEYS: each key must be 32 bytes in URL-safe base64."]) from None


def _new_fernet_key() -> str:
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


def _kept(path: Path, make: Callable[[], str]) -> str:
    """Read the file, or make it: written whole under another name, so that two processes that start at once keep one
    key."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        draft = path.with_suffix(f".{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(make())
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text(encoding="ascii").strip()
