"""A receiver of events on this machine, well or unwell as it is told to be."""

import contextlib
import ipaddress
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


@dataclass
class Arrived:
    """One request as it came in."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """Answers as told, and keeps what it was sent. `dripping` sends a header a byte at a time and does not end."""

    url: str = ""
    port: int = 0
    status: int = 204
    answers: dict[bytes, int] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    slow: bool = False
    dripping: bool = False
    let_go: threading.Event = field(default_factory=threading.Event)
    arrived: list[Arrived] = field(default_factory=list)
    written: int = 0

    def status_for(self, body: bytes) -> int:
        return next((status for part, status in self.answers.items() if part in body), self.status)


@contextlib.contextmanager
def receiver(tls: ssl.SSLContext | None = None, name: str = "127.0.0.1") -> Iterator[Receiver]:
    """A receiver until the end of the block, on loopback, spoken to as `name`."""
    told = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.arrived.append(Arrived(self.path, dict(self.headers.items()), body))
            if told.slow:
                told.let_go.wait(20)
            if told.dripping:
                return self._drip()
            self.send_response(told.status_for(body))
            for header, value in told.headers.items():
                self.send_header(header, value)
            self.send_header("Content-Length", str(len(told.body)))
            self.end_headers()
            # In pieces, so that it is seen where the other side does not listen any more.
            with contextlib.suppress(OSError):
                for start in range(0, len(told.body), 65536):
                    self.wfile.write(told.body[start : start + 65536])
                    told.written += 65536
            return None

        def _drip(self) -> None:
            self.wfile.write(b"HTTP/1.1 204 No Content\r\nX-Long: ")
            with contextlib.suppress(OSError):
                while not told.let_go.is_set():
                    self.wfile.write(b"x")
                    time.sleep(0.05)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """Who does not trust the certificate, or does not wait, is no fault of the receiver's."""

    server = Server(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    told.port = server.server_port
    told.url = f"{'https' if tls else 'http'}://{name}:{told.port}/events"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield told
    finally:
        told.let_go.set()
        server.shutdown()
        server.server_close()
        thread.join(5)


@dataclass
class Authority:
    """Issues certificates, and is trusted by whoever takes `trusted`."""

    folder: Path
    key: ec.EllipticCurvePrivateKey
    own: x509.Certificate

    def trusted(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.folder / "authority.pem"))

    def shown(self, *names: str, newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> ssl.SSLContext:
        """What a server of these names (or addresses) shows."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _signed(names[0], key.public_key(), self.own.subject, self.key, names)
        place = self.folder / f"{names[0]}.pem"
        plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        place.write_bytes(certificate.public_bytes(Encoding.PEM) + plain)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(place)
        context.maximum_version = newest
        return context


def authority(folder: Path) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])
    own = _signed("Test authority", key.public_key(), subject, key, ())
    (folder / "authority.pem").write_bytes(own.public_bytes(Encoding.PEM))
    return Authority(folder, key, own)


def _signed(
    name: str,
    key: ec.EllipticCurvePublicKey,
    issuer: x509.Name,
    by: ec.EllipticCurvePrivateKey,
    names: Sequence[str],
) -> x509.Certificate:
    now, subject = datetime.now(UTC), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = x509.CertificateBuilder(
        issuer, subject, key, x509.random_serial_number(), now - timedelta(days=1), now + timedelta(days=1)
    )
    made = made.add_extension(x509.BasicConstraints(ca=not names, path_length=None), critical=True)
    made = made.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    made = made.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
    if names:
        made = made.add_extension(x509.SubjectAlternativeName([_general(each) for each in names]), critical=False)
    return made.sign(by, SHA256())


def _general(name: str) -> x509.GeneralName:
    with contextlib.suppress(ValueError):
        return x509.IPAddress(ipaddress.ip_address(name))
    return x509.DNSName(name)
