"""What people are told of: one line for each kind of event, with the ways in which it is told where nobody said
otherwise. Preferences, mail, the REST API and the table in docs/notifications.md all follow from it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of event. `label` is what preferences call it; `title` heads what is told and `lead` is its first
    sentence, both with the name of the record in them and nothing of the client: they stand in subject lines and text
    messages. `needs` is what has to be told beside it: "reason" or "items". `sign` is an icon's name,
    `anchor` the part of the record's page to which its link leads."""

    name: str
    label: str
    title: str
    lead: str
    sign: str
    in_portal: bool = True
    mail: bool = True
    sms: bool = False
    needs: str = ""
    anchor: str = ""


_ALL = (
    Kind(
        "submission_received",
        "Submission received",
        "Submission received: {named}",
        "Submission {named} was received.",
        "inbox",
    ),
    Kind(
        "submission_to_review",
        "Submission to review",
        "To review: {named}",
        "Submission {named} came in, and waits for an underwriter.",
        "inbox",
    ),
    Kind(
        "submission_assigned",
        "Submission assigned",
        "Submission assigned: {named}",
        "Submission {named} was assigned.",
        "user-check",
    ),
    Kind(
        "submission_reassigned",
        "Submission given to somebody else",
        "Given to somebody else: {named}",
        "Submission {named}, which you handled, was given to somebody else.",
        "arrow-left-right",
    ),
    Kind(
        "submission_status",
        "New submission status change",
        "Status changed: {named}",
        "The status of submission {named} has changed.",
        "arrow-left-right",
    ),
    Kind("quote_ready", "Quote ready", "Quote ready: {named}", "A quote for {named} is ready.", "file-check", sms=True),
    Kind(
        "bind_referred",
        "Bind referred to underwriters",
        "To be bound: {named}",
        "Somebody asks the underwriters to bind a quote of {named}, which is beyond their authority.",
        "gavel",
    ),
    Kind(
        "ams_failed",
        "Not sent to the AMS",
        "Not sent to the AMS: {named}",
        "What was to go of submission {named} to the agency's management system could not be sent.",
        "mail-x",
    ),
    Kind(
        "bind_refused",
        "Bind refused by underwriters",
        "Not bound: {named}",
        "The underwriters were asked to bind a quote of {named}, and refused.",
        "gavel",
        needs="reason",
    ),
    Kind("policy_bound", "Bind confirmation", "Bound: {named}", "{named} is bound.", "shield-check"),
    Kind(
        "submission_declined",
        "Declination",
        "Declined: {named}",
        "Submission {named} was declined.",
        "circle-slash",
        needs="reason",
    ),
    Kind(
        "information_requested",
        "Additional information requested",
        "Information requested: {named}",
        "More information is needed before submission {named} can go on:",
        "list-checks",
        needs="items",
    ),
    Kind(
        "message_received",
        "New message",
        "New message: {named}",
        "There is a new message about {named}.",
        "message-square",
        anchor="#messages",
    ),
)
KINDS: dict[str, Kind] = {each.name: each for each in _ALL}

# Where the link leads, by the table of the record; `{}` is its locator.
SUBJECTS: dict[str, str] = {
    "submission": "/submissions/{}",
    "quote": "/quotes/{}",
    "policy": "/policies/{}",
    "account": "/accounts/{}",
}

# What somebody sends themselves to see whether it arrives; no preference stands for it.
TRIAL = "trial"


def href_of(subject_kind: str, subject: str, kind: str = "") -> str:
    """The address of the record in the portal, and of the part of its page that a kind of event is about."""
    anchor = KINDS[kind].anchor if kind in KINDS else ""
    return SUBJECTS[subject_kind].format(subject) + anchor if subject_kind in SUBJECTS else "/notifications"
