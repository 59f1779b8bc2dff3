"""Mail by SMTP: `smtp://`, `smtps://` or `smtp+starttls://`, with `user:password@` where the server wants it."""

import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.utils import format_datetime, localtime
from urllib.parse import unquote, urlsplit

from portal_app.services.ports import DeliveryRefused, Mail, NotNow
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
        """Hand the message over. Raises DeliveryRefused where the server refuses this message for good (5xx), NotNow
        where a later attempt may succeed. Neither repeats an address."""
        message = self._message(mail)
        try:
            self._hand_over(message, mail.recipient)
        except NotNow:
            raise
        except OSError as error:
            raise NotNow(_why(error)) from None

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
    raise NotNow(f"The mail server refused the {what} for now ({code}).")


def _why(error: OSError) -> str:
    """What kept the message here, in the words of whoever looks after the mail server; its own words may repeat an
    address."""
    # A server that keeps silent is told by smtplib as one that broke off.
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return "The mail server did not answer in time."
    match error:
        case ssl.SSLCertVerificationError():
            return "The mail server's certificate is not trusted."
        case smtplib.SMTPAuthenticationError():
            return f"The mail server refused the portal's user or password ({error.smtp_code})."
        case smtplib.SMTPResponseException():
            return f"The mail server refused the connection ({error.smtp_code})."
        case smtplib.SMTPServerDisconnected():
            return "The mail server broke off."
        case smtplib.SMTPNotSupportedError():
            return "The mail server cannot do what is asked of it, such as TLS."
    return f"The mail server cannot be reached ({type(error).__name__})."
