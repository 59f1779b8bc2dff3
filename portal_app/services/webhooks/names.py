"""The events that exist, in words, and the patterns by which a receiver asks for them."""

from collections.abc import Collection

LIFE = {"create": "was drawn up", "update": "was changed", "validate": "was found valid", "discard": "was discarded"}
REST_OF_LIFE = {"suspend": "was suspended", "unsuspend": "is no longer suspended", "retire": "was retired"}
THINGS = {
    "producer": ("A producer", LIFE | REST_OF_LIFE),
    "producercode": ("A producer code", LIFE | REST_OF_LIFE),
    "producerlicense": ("A license of a producer", LIFE),
    "producerappointment": ("An appointment of a producer", LIFE),
}
BROUGHT = {
    "billing": "how a policy is billed and paid",
    "claim": "a claim on a policy",
    "document": "a document of a policy, or of an account, that is on file in the agency's system",
}
TEST = "webhook.test"

EVENTS: dict[str, str] = {
    **{
        f"producers.{thing}.{verb}": f"{who} {done}."
        for thing, (who, deeds) in THINGS.items()
        for verb, done in deeds.items()
    },
    "producers.producercode.numberAssignmentFailed": "No number could be given to a producer code.",
    "account.create": "A feed brought a client.",
    "account.update": "A feed brought something new about a client.",
    **{
        f"policy.{thing}.{verb}": f"A feed brought {done.format(what)}."
        for thing, what in BROUGHT.items()
        for verb, done in {"create": "{}", "update": "something new about {}"}.items()
    },
    "policy.transaction.create": "A transaction of a policy was drawn up.",
    "policy.transaction.update": "A transaction of a policy was changed.",
    "policy.transaction.issue": "A transaction of a policy was issued: the policy is as it says.",
    "policy.transaction.reverse": (
        "An issued transaction was reversed, by another (`reversedBy`) after which it may have been applied again, or "
        "because its policy and one that was bound here became one (`joinedTo`)."
    ),
    "policy.transaction.discard": "A transaction of a policy was discarded.",
    "policy.transaction.underwrite": "A drafted transaction of a policy was underwritten; `outcome` says to what end.",
    "policy.transaction.underwritingFlag.add": "An underwriting flag was set on a drafted transaction of a policy.",
    "policy.transaction.underwritingFlag.remove": "An underwriting flag was removed from a drafted transaction.",
    "policy.message.create": "Somebody wrote a message about a policy; `side` says for whom.",
    "policy.conflict.resolve": "Somebody decided what holds where a feed and the portal, or two terms, differ.",
    "quote.create": "A quote was drawn up.",
    "quote.update": "A quote was changed.",
    "quote.underwrite": "A quote was underwritten; `outcome` says to what end, `state` how it stands now.",
    "quote.offer": "A quote of a submission was offered to who handed it in.",
    "quote.bind": "A quote of a submission was bound.",
    "quote.refuse": "Somebody asked to bind a quote, and was refused; `reasons` names the rules.",
    "quote.refer": "Underwriters were asked to bind a quote.",
    "quote.refuseReferral": "Underwriters refused to bind a quote that they were asked to bind.",
    "quote.reset": "A quote was brought back to draft.",
    "quote.discard": "A quote was discarded.",
    "quote.underwritingFlag.add": "An underwriting flag was set on a quote.",
    "quote.underwritingFlag.remove": "An underwriting flag was removed from a quote.",
    "submission.create": "A submission was handed in.",
    "submission.assign": "Somebody was given a submission to handle.",
    "submission.quote": "A quote was offered on a submission.",
    "submission.unquote": "A submission has no quote any more, and is reviewed again.",
    "submission.bind": "A submission was bound; the policy is there.",
    "submission.decline": "A submission was declined.",
    "submission.withdraw": "A submission was withdrawn.",
    "submission.reopen": "A submission that was declined or withdrawn was reopened.",
    "submission.informationRequest.create": "The producer of a submission was asked for information.",
    "submission.informationRequest.complete": "The information that was asked for was sent.",
    "submission.informationRequest.cancel": "A request for information was cancelled.",
    "submission.message.create": "Somebody wrote a message about a submission; `side` says for whom.",
    "authority.grant.create": "Somebody was given authority to bind.",
    "authority.grant.update": "What somebody may bind was changed.",
    "authority.grant.end": "A grant of binding authority was ended.",
    "authority.moratorium.create": "A moratorium was set.",
    "authority.moratorium.update": "A moratorium was changed.",
    "authority.moratorium.end": "A moratorium was ended.",
    "authority.decision.create": "It was answered whether a quote or a drafted transaction may be bound.",
    TEST: "A test that somebody asked for in the portal; it is sent whatever a webhook asks for.",
}
"""Name → what it says. Names are never changed, since programs outside go by them."""


def matches(pattern: str, event: str) -> bool:
    """`*` asks for all events, `producers.producer.*` for those that begin so, anything else for the one of that
    name."""
    if pattern == "*":
        return True
    if pattern.endswith(".*"):
        return event.startswith(pattern[:-1])
    return pattern == event


def asks_for_something(pattern: str) -> bool:
    return any(matches(pattern, event) for event in EVENTS)


def wants(patterns: Collection[str], event: str) -> bool:
    return any(matches(pattern, event) for pattern in patterns)
