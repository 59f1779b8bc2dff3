"""Somebody without a browser: raw requests with a cookie jar, so that every header is the test's own."""

import http.client
import json
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urlsplit

import pyotp

from tests.servers import Site


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes
    cookies: list[str]

    @property
    def location(self) -> str:
        return self.headers.get("location", "")

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Visitor:
    """Keeps cookies as a browser would and follows nothing by itself."""

    site: Site
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> Answer:
        return self.send("GET", path, None, headers)

    def post(self, path: str, form: dict[str, str] | None = None, **headers: str) -> Answer:
        about = {"content-type": "application/x-www-form-urlencoded", "origin": self.site.url} | headers
        return self.send("POST", path, urlencode(form or {}).encode(), {k: v for k, v in about.items() if v})

    def send(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        connection = http.client.HTTPConnection(urlsplit(self.site.url).netloc, timeout=60)
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookies:
            given["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        connection.request(method, path, body, given)
        found = connection.getresponse()
        answer = Answer(
            found.status,
            {name.lower(): value for name, value in found.getheaders()},
            found.read(),
            found.headers.get_all("set-cookie") or [],
        )
        connection.close()
        for each in answer.cookies:
            for name, morsel in SimpleCookie(each).items():
                self.cookies[name] = morsel.value
        return answer

    def sign_in(self, email: str, password: str, secret: str) -> Answer:
        """The whole way in, with a code that is good now."""
        self.post("/auth/sign-in", {"email": email, "password": password})
        self.site.forget_codes()
        return self.post("/auth/mfa", {"code": pyotp.TOTP(secret).now()})

    def socket_status(self, origin: str | None, token: str = "tab") -> int:
        """The answer to a request to open a websocket: 101 where it is opened."""
        headers = {
            "connection": "Upgrade", "upgrade": "websocket", "sec-websocket-version": "13",
            "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
        }  # fmt: skip
        if origin is not None:
            headers["origin"] = origin
        return self.send("GET", f"/_event/?EIO=4&transport=websocket&token={token}", None, headers).status
