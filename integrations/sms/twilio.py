"""Text messages by Twilio's Messages resource, or a gateway of the same shape (https://www.twilio.com/docs/messaging/api)."""

from urllib.parse import quote, urlsplit

import httpx2

from portal_app.services.ports import DeliveryFailed, DeliveryRefused, TextMessage
from portal_app.settings import LOOPBACK, PREFIX, SettingsError

SECONDS = 10.0
VERSION = "2010-04-01"
# Numbers that will never take a message: invalid, unreachable, not mobile, unsubscribed, barred region.
NEVER = frozenset({21211, 21214, 21217, 21408, 21610, 21612, 21614})


class TwilioMessenger:
    """Implements TextMessenger with one request for each message. Raises SettingsError for an address that it cannot
    use."""

    def __init__(self, url: str, account: str, token: str, sender: str) -> None:
        parts = urlsplit(url)
        if parts.scheme != "https" and parts.hostname not in LOOPBACK:
            raise SettingsError([f"{PREFIX}SMS_URL: must begin with https://, for it carries codes."])
        self._place = f"{url.rstrip('/')}/{VERSION}/Accounts/{quote(account, safe='')}/Messages.json"
        self._auth, self._sender = (account, token), sender

    def send(self, message: TextMessage) -> None:
        """Hand the message over. Raises DeliveryRefused for a number that can never take one, DeliveryFailed for what
        may go through later. Neither repeats the number."""
        form = {"To": message.number, "From": self._sender, "Body": message.text}
        try:
            answer = httpx2.post(self._place, data=form, auth=self._auth, timeout=SECONDS, follow_redirects=False)
        except httpx2.TimeoutException:
            raise DeliveryFailed("The text gateway did not answer in time.") from None
        except httpx2.TransportError as error:
            raise DeliveryFailed(f"The text gateway cannot be reached ({type(error).__name__}).") from None
        if answer.is_success:
            return
        code = _code(answer)
        if answer.status_code == 400 and code in NEVER:
            raise DeliveryRefused(f"The text gateway cannot send to this number ({code}).")
        raise DeliveryFailed(f"The text gateway answered {answer.status_code} ({code}).")


def _code(answer: httpx2.Response) -> int:
    try:
        return int(answer.json().get("code") or 0)
    except (ValueError, TypeError, AttributeError):
        return 0
