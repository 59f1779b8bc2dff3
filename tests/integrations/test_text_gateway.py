"""The text gateway's adapter against a real server of the same shape, well and unwell."""

import base64

import pytest

from integrations.sms import twilio
from integrations.sms.twilio import TwilioMessenger
from portal_app.services.ports import DeliveryFailed, DeliveryRefused, TextMessage
from portal_app.settings import SettingsError
from tests.gateway import Gateway

MESSAGE = TextMessage("+14015550123", "123456 is your code.")


def messenger(gateway: Gateway) -> TwilioMessenger:
    return TwilioMessenger(gateway.url, "AC1", "secret", "+14015550100")


@pytest.mark.criterion("TEXT-01")
def test_a_message_is_handed_over_as_the_gateway_takes_it(gateway: Gateway) -> None:
    messenger(gateway).send(MESSAGE)
    [(path, authorization, form)] = gateway.asked
    assert path == "/2010-04-01/Accounts/AC1/Messages.json"
    assert base64.b64decode(authorization.removeprefix("Basic ")) == b"AC1:secret"
    assert form == {"To": ["+14015550123"], "From": ["+14015550100"], "Body": ["123456 is your code."]}


@pytest.mark.criterion("TEXT-02")
@pytest.mark.parametrize("code", sorted(twilio.NEVER))
def test_a_number_that_can_never_be_reached_is_refused_for_good(gateway: Gateway, code: int) -> None:
    gateway.status, gateway.body = 400, {"code": code, "message": "no: +14015550123"}
    with pytest.raises(DeliveryRefused) as refusal:
        messenger(gateway).send(MESSAGE)
    assert "5550123" not in str(refusal.value)


@pytest.mark.criterion("TEXT-02")
@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, {"code": 20500}),
        (503, b"<html>down</html>"),
        (429, {"code": 20429}),
        (401, {"code": 20003}),
        (400, {"code": 21606}),
        (400, [1]),
        (301, {}),
        (307, {}),
    ],
)
def test_what_may_go_through_later_is_worth_a_retry(gateway: Gateway, status: int, body: object) -> None:
    gateway.status, gateway.body = status, body
    with pytest.raises(DeliveryFailed, match=str(status)) as failure:
        messenger(gateway).send(MESSAGE)
    assert "5550123" not in str(failure.value)
    assert len(gateway.asked) == 1, "a redirect is not followed: it would carry the password elsewhere"


@pytest.mark.criterion("TEXT-02")
def test_a_slow_or_missing_gateway_is_given_up(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(twilio, "SECONDS", 0.2)
    gateway.slow = True
    with pytest.raises(DeliveryFailed, match="did not answer in time"):
        messenger(gateway).send(MESSAGE)
    with pytest.raises(DeliveryFailed, match="ConnectError"):
        TwilioMessenger("http://127.0.0.1:9", "AC1", "secret", "+1").send(MESSAGE)


@pytest.mark.criterion("TEXT-02")
def test_codes_never_travel_in_the_open() -> None:
    with pytest.raises(SettingsError, match="https://"):
        TwilioMessenger("http://sms.example.com", "AC1", "secret", "+1")
    TwilioMessenger("https://sms.example.com", "AC1", "secret", "+1")
