"""Every action of the trail in words that people read, and which of its details hold no business.

What is not named here as open is masked for whoever does not see the business: an action that somebody adds tells too
little rather than too much.
"""

from dataclasses import dataclass

ALL = frozenset({"*"})


@dataclass(frozen=True, slots=True)
class Deed:
    """`open_fields` are the details that say nothing of a client or a policy. Those of a `veiled` deed stand under the
    names of a feed's columns, so that nobody can tell which are personal: before and after are shown to nobody."""

    words: str
    open_fields: frozenset[str] = frozenset()
    veiled: bool = False

    def is_open(self, name: str) -> bool:
        return self.open_fields is ALL or name in self.open_fields


DEEDS: dict[str, Deed] = {
    "sign_in.password": Deed("Password accepted", ALL),
    "sign_in.completed": Deed("Signed in", ALL),
    "sign_in.failed": Deed("Sign-in failed", ALL),
    "sign_in.refused": Deed("Sign-in refused", ALL),
    "session.confirmed": Deed("Confirmed that it is them", ALL),
    "session.signed_out": Deed("Signed out", ALL),
    "session.ended": Deed("A session of one's own ended", ALL),
    "session.others_ended": Deed("Signed out elsewhere", ALL),
    "user.created": Deed("User added", ALL),
    "user.invited_again": Deed("User invited again", ALL),
    "user.changed": Deed("User changed", ALL),
    "user.disabled": Deed("User shut out", ALL),
    "user.enabled": Deed("User let in again", ALL),
    "user.locked": Deed("User locked", ALL),
    "user.unlocked": Deed("User unlocked", ALL),
    "user.signed_out": Deed("User signed out everywhere", ALL),
    "user.single_keys": Deed("Single keys turned on or off", ALL),
    "notifications.preference": Deed("Way of being told changed", ALL),
    "notifications.muted": Deed("Record muted", ALL),
    "notifications.unmuted": Deed("Record not muted any more", ALL),
    "user.password_set": Deed("Password set", ALL),
    "user.password_changed": Deed("Password changed", ALL),
    "password.reset_asked": Deed("Password reset asked for", ALL),
    "password.reset_link_made": Deed("Password reset link made", ALL),
    "mfa.enrolled": Deed("Second factor set up", ALL),
    "mfa.authenticator_changed": Deed("Authenticator app changed", ALL),
    "mfa.phone_changed": Deed("Phone for codes changed", ALL),
    "mfa.phone_removed": Deed("Phone for codes removed", ALL),
    "mfa.recovery_codes_made": Deed("Recovery codes made", ALL),
    "mfa.recovery_code_used": Deed("Recovery code used", ALL),
    "mfa.reset": Deed("Second factor reset", ALL),
    "mfa.text_sent": Deed("Code sent by text message", ALL),
    "mfa.text_refused": Deed("Code by text message refused", ALL),
    "token.created": Deed("API token made", ALL),
    "token.revoked": Deed("API token revoked", ALL),
    "producer.added": Deed("Producer added", ALL),
    "producer.corrected": Deed("Producer corrected", ALL),
    "producer.changed": Deed("Producer changed", ALL),
    "producer.validated": Deed("Producer validated", ALL),
    "producer.found_wanting": Deed("Validation of a producer failed", ALL),
    "producer.suspended": Deed("Producer suspended", ALL),
    "producer.unsuspended": Deed("Producer taken into use again", ALL),
    "producer.retired": Deed("Producer retired", ALL),
    "producer.discarded": Deed("Producer discarded", ALL),
    "message.sent": Deed("Message sent", frozenset({"message", "side"})),
    "submission.document_added": Deed("File of a submission added", frozenset({"size", "digest", "kind"})),
    "submission.document_removed": Deed("File of a submission removed", frozenset({"size", "digest", "kind"})),
    "submission.document_refused": Deed(
        "File of a submission refused by the scanner", frozenset({"size", "digest", "kind", "malware"})
    ),
    "media.refused": Deed("File of a producer refused by the scanner", ALL),
    "media.added": Deed("File of a producer added", ALL),
    "media.removed": Deed("File of a producer removed", ALL),
    "producer_code.added": Deed("Producer code added", ALL),
    "producer_code.looks_alike": Deed("Producer code brought that looks like another", ALL),
    "producer_code.changed": Deed("Producer code changed", ALL),
    "producer_code.number_failed": Deed("Numbering plan used up", ALL),
    "producer_code.validated": Deed("Producer code validated", ALL),
    "producer_code.found_wanting": Deed("Validation of a producer code failed", ALL),
    "producer_code.suspended": Deed("Producer code suspended", ALL),
    "producer_code.unsuspended": Deed("Producer code taken into use again", ALL),
    "producer_code.retired": Deed("Producer code retired", ALL),
    "producer_code.discarded": Deed("Producer code discarded", ALL),
    "license.created": Deed("License written down", ALL),
    "license.changed": Deed("License changed", ALL),
    "license.validated": Deed("License validated", ALL),
    "license.found_wanting": Deed("Validation of a license failed", ALL),
    "license.discarded": Deed("License discarded", ALL),
    "license.imported": Deed("Licenses taken from a file", ALL),
    "appointment.created": Deed("Appointment written down", ALL),
    "appointment.changed": Deed("Appointment changed", ALL),
    "appointment.validated": Deed("Appointment validated", ALL),
    "appointment.found_wanting": Deed("Validation of an appointment failed", ALL),
    "appointment.discarded": Deed("Appointment discarded", ALL),
    "education.required": Deed("Hours of continuing education required by a state changed", ALL),
    "education.opened": Deed("Cycle of continuing education begun", ALL),
    "education.changed": Deed("Cycle of continuing education changed", ALL),
    "education.removed": Deed("Cycle of continuing education taken away", ALL),
    "education.completed": Deed("Course completed", ALL),
    "education.withdrawn": Deed("Completion of a course taken away", ALL),
    "cover.added": Deed("Errors-and-omissions cover written down", ALL),
    "cover.changed": Deed("Errors-and-omissions cover changed", ALL),
    "cover.removed": Deed("Errors-and-omissions cover taken away", ALL),
    "cover.required": Deed("Errors-and-omissions cover required of a producer changed", ALL),
    "cover.released": Deed("Errors-and-omissions cover required of a producer taken back", ALL),
    "feed.run_ordered": Deed("Feed run ordered", ALL),
    "feed.dry_run_ordered": Deed("Dry run of a feed ordered", ALL),
    "feed.approved": Deed("First import of a feed let through", ALL),
    "feed.map_saved": Deed("Column map of a feed saved", ALL),
    "feed.alarm": Deed("Feed stopped: another server answered", ALL),
    "row.mended": Deed("Row of a feed mended", frozenset({"cells_changed"}), veiled=True),
    "row.left_out": Deed("Row of a feed left out", veiled=True),
    "conflict.resolved": Deed("Conflict with the agency system decided", frozenset({"kind", "resolution"})),
    "transaction.drafted": Deed("Policy transaction drafted", frozenset({"kind"})),
    "transaction.changed": Deed("Policy transaction changed", frozenset({"kind"})),
    "transaction.issued": Deed(
        "Policy transaction issued", frozenset({"kind", "applied_again", "fallen", "came_back"})
    ),
    "transaction.refused": Deed("Issue of a policy transaction refused", frozenset({"kind", "by"})),
    "transaction.discarded": Deed("Policy transaction discarded", frozenset({"kind"})),
    "transaction.underwritten": Deed("Policy transaction underwritten", frozenset({"kind", "outcome"})),
    "transaction.flagged": Deed("Underwriting flag set on a policy transaction", frozenset({"cause", "level"})),
    "transaction.flag_removed": Deed(
        "Underwriting flag removed from a policy transaction", frozenset({"cause", "level"})
    ),
    "submission.begun": Deed("Submission begun", frozenset({"line", "cloned"})),
    "submission.revealed": Deed("Personal answers of a submission looked at", frozenset({"fields"})),
    "submission.saved": Deed("Answers of a submission saved", frozenset({"group", "version"})),
    "submission.discarded": Deed("Draft of a submission discarded", frozenset({"line"})),
    "submission.submitted": Deed("Submission handed in", frozenset({"status"})),
    "submission.assigned": Deed("Submission assigned", frozenset({"status", "to"})),
    "submission.released": Deed("Submission given back by who may not underwrite any more"),
    "submission.quoted": Deed("Submission quoted", frozenset({"status"})),
    "submission.unquoted": Deed("Submission brought back to review", frozenset({"status"})),
    "submission.account_made": Deed("Account made of a submission"),
    "submission.account_let_go": Deed("Account that a submission was begun from let go"),
    "submission.confirmed": Deed("Bound policy confirmed by the agency's system", frozenset({"feed"})),
    "policy.joined": Deed("Policy of a feed found to be one that was bound here", frozenset({"feed"})),
    "submission.ams_ordered": Deed("Ordered to be sent to the AMS", ALL),
    "submission.ams_sent": Deed("Sent to the AMS", ALL),
    "submission.bound": Deed("Submission bound", frozenset({"status"})),
    "submission.declined": Deed("Submission declined", frozenset({"status"})),
    "submission.withdrawn": Deed("Submission withdrawn", frozenset({"status"})),
    "submission.reopened": Deed("Submission reopened", frozenset({"status"})),
    "submission.asked": Deed("Information asked for", frozenset({"items"})),
    "submission.answered": Deed("Item of a request for information answered"),
    "submission.answers_sent": Deed("Information sent"),
    "submission.request_cancelled": Deed("Request for information cancelled"),
    "saved_view.saved": Deed("View of a list saved", frozenset({"listing"})),
    "saved_view.changed": Deed("View of a list changed", frozenset({"listing", "changed"})),
    "saved_view.deleted": Deed("View of a list deleted", frozenset({"listing"})),
    "saved_view.shared": Deed("View of a list shared", frozenset({"listing"})),
    "saved_view.unshared": Deed("View of a list not shared any more", frozenset({"listing"})),
    "saved_view.made_agencys": Deed("View made the one that a list begins with", frozenset({"listing"})),
    "saved_view.start_chosen": Deed("Own beginning of a list chosen", frozenset({"listing", "start"})),
    "submission.acord_taken": Deed("Answers of a submission taken along by ACORD names", frozenset({"names"})),
    "submission.evidence_made": Deed("Evidence file of a submission made", frozenset({"sha256"})),
    "quote.created": Deed("Quote drawn up"),
    "quote.changed": Deed("Quote changed"),
    "quote.underwritten": Deed("Quote underwritten", frozenset({"outcome", "state"})),
    "quote.document_attached": Deed("Document put to a quote"),
    "quote.offered": Deed("Quote offered"),
    "quote.bound": Deed("Quote bound", frozenset({"decision"})),
    "quote.bind_refused": Deed("Binding of a quote refused", frozenset({"decision", "by"})),
    "quote.referred": Deed("Binding of a quote referred to the underwriters"),
    "quote.referral_refused": Deed("Binding of a quote refused by the underwriters"),
    "quote.not_taken": Deed("Quote not taken, since another was bound or the submission ended"),
    "quote.taken_back": Deed("Quote offered no longer, since its submission was taken up again"),
    "quote.reset": Deed("Quote brought back to draft", frozenset({"state"})),
    "quote.discarded": Deed("Quote discarded", frozenset({"state"})),
    "quote.flagged": Deed("Underwriting flag set on a quote", frozenset({"cause", "level"})),
    "quote.flag_removed": Deed("Underwriting flag removed from a quote", frozenset({"cause", "level"})),
    "authority_grant.added": Deed("Binding authority granted", ALL),
    "authority_grant.changed": Deed("Grant of binding authority changed", ALL),
    "authority_grant.ended": Deed("Grant of binding authority ended", ALL),
    "moratorium.added": Deed("Moratorium set", ALL),
    "moratorium.changed": Deed("Moratorium changed", ALL),
    "moratorium.ended": Deed("Moratorium ended", ALL),
    "authority.decided": Deed(
        "Binding authority asked about", frozenset({"outcome", "revision", "action", "not_passed", "by_hand"})
    ),
    "settings.changed": Deed("Settings changed", ALL),
    "settings.tested": Deed("Test message sent", ALL),
    "configuration.saved": Deed("Configuration saved", ALL),
    "configuration.restored": Deed("Older configuration restored", ALL),
    "webhook.created": Deed("Webhook set up", ALL),
    "webhook.changed": Deed("Webhook changed", ALL),
    "webhook.paused": Deed("Webhook paused", ALL),
    "webhook.resumed": Deed("Webhook resumed", ALL),
    "webhook.secret_changed": Deed("Secret of a webhook changed", ALL),
    "webhook.deleted": Deed("Webhook deleted", ALL),
    "webhook.tested": Deed("Test event sent", ALL),
    "outbox.retried": Deed("Message sent again", ALL),
    "outbox.given_up": Deed("Message given up", ALL),
    "export.made": Deed("Data exported", frozenset({"rows_at_most"})),
    "audit.check_ordered": Deed("Check of the trail ordered", ALL),
    "audit.checked": Deed("Trail checked", ALL),
}

KINDS: dict[str, str] = {
    "user": "User",
    "producer": "Producer",
    "producer_code": "Producer code",
    "media": "File",
    "license": "License",
    "appointment": "Appointment",
    "education": "Continuing education",
    "cover": "Errors-and-omissions cover",
    "authority_grant": "Grant of binding authority",
    "moratorium": "Moratorium",
    "authority_decision": "Answer about binding authority",
    "feed": "Feed",
    "row": "Row of a feed",
    "policy": "Policy",
    "quote": "Quote",
    "submission": "Submission",
    "saved_view": "View of a list",
    "settings": "Settings",
    "configuration": "Configuration",
    "webhook": "Webhook",
    "outbox": "Message",
    "export": "Export",
    "trail": "Audit trail",
}
"""The kinds of record in words."""


def words_for(action: str) -> str:
    """An action that an older release wrote, and this one does not know, keeps its own name."""
    return DEEDS[action].words if action in DEEDS else action


def kind_words(kind: str) -> str:
    return KINDS.get(kind, kind)
