"""The services that ask for no permission of a role: few, and known by name."""

import pytest

from portal_app.services.access import Gate
from portal_app.services.door import SERVICES
from tests.access import roles_document

KNOWN = {
    Gate.PUBLIC: {
        "front_door.front_door",
        "health.readiness",
        "identity.reset.ask",
        "identity.bearer.count_wrong",
        "identity.bearer.is_held_back",
        "identity.sessions.look_over",
        "identity.sessions.sign_out",
        "identity.sessions.standing",
        "identity.sessions.touch",
        "identity.set_up.count_wrong",
        "identity.set_up.look_at",
        "identity.set_up.settle",
        "identity.sign_in.credentials",
        "identity.sign_in.settle_password",
        "identity.tokens.look_up",
        "identity.tokens.note_use",
    },
    Gate.PASSED_PASSWORD: {"identity.sign_in.settle_code", "identity.sign_in.text_me", "identity.sign_in.ways"},
    Gate.ENROLLING: {"identity.enrolment.begin", "identity.enrolment.settle", "identity.enrolment.text_me"},
    Gate.SIGNED_IN: {
        "exports.stream.note",
        "home.cards.overview",
        "identity.confirm.own_hash",
        "identity.confirm.settle",
        "identity.confirm.text_me",
        "identity.keys.turn_single_keys",
        "identity.mfa.begin_authenticator",
        "identity.mfa.factors",
        "identity.mfa.finish_authenticator",
        "identity.mfa.finish_phone",
        "identity.mfa.new_recovery_codes",
        "identity.mfa.remove_phone",
        "identity.mfa.text_me",
        "identity.new_password.known_password",
        "identity.new_password.settle",
        "identity.sessions.end_own",
        "identity.sessions.own",
        "identity.sessions.own_one",
        "identity.sessions.sign_out_elsewhere",
        "identity.sessions.take_notice",
        "identity.tokens.create_own",
        "identity.tokens.own",
        "identity.tokens.own_one",
        "identity.tokens.revoke_own",
        "identity.who.me",
        "notifications.inbox.mute",
        "notifications.inbox.muted",
        "notifications.inbox.muted_one",
        "notifications.inbox.one",
        "notifications.inbox.page",
        "notifications.inbox.read",
        "notifications.inbox.read_all",
        "notifications.inbox.unmute",
        "notifications.inbox.unmute_of",
        "messaging.threads.unread_count",
        "notifications.inbox.unread_count",
        "notifications.preferences.choose",
        "notifications.preferences.own",
        "notifications.preferences.put",
        "notifications.trial.send",
        "palette.suggestions",
    },
}


@pytest.mark.criterion("DOOR-04")
@pytest.mark.parametrize("gate", KNOWN)
def test_the_list_of_services_behind_a_gate_is_short_and_known(gate: Gate) -> None:
    assert roles_document.SERVICES is SERVICES, "all of them are loaded there"
    found = {each.name for each in SERVICES.values() if each.requirement is gate}
    assert {name for name in found if not name.startswith("tests.")} == KNOWN[gate]
