"""Mail by SMTP: `smtp://`, `smtps://` or `smtp+starttls://`, with `user:password@` where the server wants it."""

import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.utils import format_datetime, localtime
from urllib.parse import unquote, urlsplit

from portal_app.services.ports import DeliveryFailed, DeliveryRefused, Mail
from portal_app.settings import LOOPBACK, PREFIX, SettingsError

SECONDS = 15.0
PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}
GONE_FOR_GOOD = range(500, 600)


class SmtpMailer:
    """Implements Mailer with one connection for each message. Raises SettingsError for an address that it cannot use.

    `trusted` replaces the authorities of the system by which the server's certificate is checked.
    """

    def __init__(self, url: str, sender: str, trusted: ssl.SSLContext | None = None) -> None:
        self._sender = sender
        self._tls = trusted or ssl.create_default_context()
        parts = urlsplit(url)
        self._scheme = parts.scheme
        if parts.scheme not in PORTS or not parts.hostname:
            known = ", ".join(f"{scheme}://" for scheme in PORTS)
            raise SettingsError([f"{PREFIX}SMTP_URL: must begin with one of {known} and name a host."])
        self._host, self._port = parts.hostname, parts.port or PORTS[parts.scheme]
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        if self._password and self._scheme == "smtp" and self._host not in LOOPBACK:
            raise SettingsError([f"{PREFIX}SMTP_URL: a password needs smtps:// or smtp+starttls://."])

    def send(self, mail: Mail) -> None:
        """Hand the message over. Raises DeliveryRefused where the server refuses this message for good (5xx),
        DeliveryFailed where a later attempt may succeed. Neither repeats an address."""
        message = self._message(mail)
        try:
            self._hand_over(message, mail.recipient)
        except DeliveryFailed:
            raise
        except OSError as error:
            raise DeliveryFailed(_told(error)) from None

    def _hand_over(self, message: EmailMessage, recipient: str) -> None:
        with self._connection() as server:
            try:
                server.send_message(message, self._sender, [recipient])
            except smtplib.SMTPRecipientsRefused as error:
                _judge(next(iter(error.recipients.values()))[0], "recipient")
            except smtplib.SMTPDataError as error:
                _judge(error.smtp_code, "message")
            except smtplib.SMTPNotSupportedError:
                raise DeliveryRefused("The mail server cannot take this address.") from None

    def _message(self, mail: Mail) -> EmailMessage:
        message = EmailMessage()
        try:
            message["From"] = self._sender
            message["To"] = mail.recipient
            message["Subject"] = mail.subject
        except ValueError:
            raise DeliveryRefused("The message has a header that cannot be sent.") from None
        message["Message-ID"] = mail.message_id
        message["Date"] = format_datetime(localtime())
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail.text)
        if mail.html:
            message.add_alternative(mail.html, subtype="html")
        for each in mail.files:
            kind, _, subtype = each.content_type.partition("/")
            message.add_attachment(each.content, maintype=kind, subtype=subtype, filename=each.filename)
        return message

    @contextmanager
    def _connection(self) -> Iterator[smtplib.SMTP]:
        # Our own name, so that nobody is asked for it.
        me = socket.gethostname()
        if self._scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, me, timeout=SECONDS, context=self._tls)
        else:
            server = smtplib.SMTP(self._host, self._port, me, timeout=SECONDS)
        try:
            if self._scheme == "smtp+starttls":
                server.starttls(context=self._tls)
            if self._user:
                server.login(self._user, self._password)
            yield server
        finally:
            # The message is over by now: a server that does not say goodbye does not bring it back.
            with suppress(OSError):
                server.quit()
            server.close()


def _judge(code: int, what: str) -> None:
    if code in GONE_FOR_GOOD:
        raise DeliveryRefused(f"The mail server refused the {what} ({code}).")
    raise DeliveryFailed(f"The mail server refused the {what} for now ({code}).")


def _told(error: OSError) -> str:
    """What keeps the message here, in the portal's own words: a server's often repeat an address."""
    match error:
        case smtplib.SMTPAuthenticationError():
            return f"The mail server refused the name or the password ({error.smtp_code})."
        case smtplib.SMTPResponseException():
            return f"The mail server refused it for now ({error.smtp_code})."
        case smtplib.SMTPNotSupportedError():
            return "The mail server does not offer what the address asks for: STARTTLS, or signing in."
        case smtplib.SMTPServerDisconnected() if isinstance(error.__context__, TimeoutError):
            return "The mail server did not answer in time."
        case smtplib.SMTPException():
            return "The mail server broke the connection off."
        case ssl.SSLCertVerificationError():
            return "The mail server's certificate is not trusted here."
        case ssl.SSLError():
            return "The mail server and the portal could not agree on TLS."
        case TimeoutError():
            return "The mail server did not answer in time."
        case socket.gaierror():
            return "The mail server's name is not known."
    return "The mail server cannot be reached."
