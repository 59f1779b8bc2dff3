"""What every answer says to the browser about how careful to be."""

import base64
import hashlib
import re
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]

_INLINE = re.compile(rb"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL)
_POLICY = (
    "default-src 'none'; script-src 'self'{hashes}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
FOREVER = b"public, max-age=31536000, immutable"


class Built:
    """What the built pages ask of the guard, read once at start: the content security policy, which allows their inline
    scripts by hash, and which addresses are folders."""

    def __init__(self, built: Path) -> None:
        pages = {page.relative_to(built).as_posix(): _policy(page.read_bytes()) for page in built.rglob("*.html")}
        self.fallback = pages.get("__spa-fallback.html", _policy(b""))
        self.pages = {f"/{name.removesuffix('index.html').rstrip('/')}": policy for name, policy in pages.items()}
        self.bare = b"default-src 'none'; frame-ancestors 'none'"
        self.folders = {f"/{page.parent.relative_to(built).as_posix()}" for page in built.rglob("*/index.html")}

    def policy_for(self, path: str, content_type: bytes) -> bytes:
        if not content_type.startswith(b"text/html"):
            return self.bare
        return self.pages.get(path.rstrip("/") or "/", self.fallback)


def added(send: Send, path: str, built: Built, request_id: str) -> Send:
    """A `send` that adds the headers to the answer's beginning; what the answer already says stays."""

    async def with_headers(message: Message) -> None:
        # "Not modified" has no content of its own: what it says would overwrite what the browser kept with the page.
        if message["type"] == "http.response.start" and message["status"] != 304:
            given = list(message.get("headers", []))
            names = {name.lower() for name, _ in given}
            content_type = next((value for name, value in given if name.lower() == b"content-type"), b"")
            more = [
                *_ALWAYS,
                (b"x-request-id", request_id.encode()),
                (b"content-security-policy", built.policy_for(path, content_type)),
                (b"cache-control", _caching(path, message["status"], content_type)),
            ]
            message = {**message, "headers": [*given, *((name, value) for name, value in more if name not in names)]}
        await send(message)

    return with_headers


def _caching(path: str, status: int, content_type: bytes) -> bytes:
    if path.startswith("/assets/") and status == 200 and not content_type.startswith(b"text/html"):
        return FOREVER
    return (
        b"no-cache" if content_type.startswith(b"text/html") or path.endswith((".css", ".js", ".svg")) else b"no-store"
    )


def _policy(page: bytes) -> bytes:
    hashes = sorted({_hash(script) for script in _INLINE.findall(page)})
    return _POLICY.format(hashes="".join(f" {each}" for each in hashes)).encode()


def _hash(script: bytes) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'"
