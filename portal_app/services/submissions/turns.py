"""Whose turn it is with a submission, and what they do next: follows from its status, what is asked for, who handles it
and whether the underwriters are asked to bind a quote of it. Pure."""

from enum import StrEnum

from portal_app.models.enums import SubmissionStatus

S = SubmissionStatus


class Turn(StrEnum):
    """`BOTH` is the producer's, who has quotes to choose from, and the agency's, which is asked to bind another."""

    PRODUCER = "producer"
    AGENCY = "agency"
    BOTH = "both"
    CARRIER = "carrier"
    NOBODY = "nobody"


def turn_of(
    status: SubmissionStatus,
    *,
    asked: bool,
    at_carrier: bool,
    referred: bool = False,
    free: bool = False,
    lapsed: bool = False,
) -> Turn:
    """`asked` tells that the producer is asked for information, `at_carrier` that a carrier's contact handles it,
    `referred` that the underwriters are asked to bind one of its quotes, `free` that another which is valid was never
    put to them, `lapsed` that the carriers stand by none of the offered quotes any more."""
    if status in (S.BOUND, S.DECLINED, S.WITHDRAWN):
        return Turn.NOBODY
    if asked or status is S.DRAFT:
        return Turn.PRODUCER
    if status is S.QUOTED and not lapsed:
        if not referred:
            return Turn.PRODUCER
        return Turn.BOTH if free else Turn.AGENCY
    return Turn.CARRIER if at_carrier else Turn.AGENCY


def told(turn: Turn, *, hands_in: bool, handles: bool) -> str:
    """The turn in the words of who looks: `hands_in` is who submitted it or whose business it is, `handles` who
    underwrites."""
    if (turn is Turn.PRODUCER and hands_in) or (turn is Turn.AGENCY and handles):
        return "Yours"
    if turn is Turn.BOTH and (hands_in or handles):
        others = [] if hands_in and handles else ["the agency's" if hands_in else "the producer's"]
        return " and ".join(["Yours", *others])
    return {
        Turn.PRODUCER: "The producer's",
        Turn.AGENCY: "The agency's",
        Turn.BOTH: "The producer's and the agency's",
        Turn.CARRIER: "The carrier's",
        Turn.NOBODY: "Nobody's",
    }[turn]


def next_action(
    status: SubmissionStatus,
    *,
    asked: bool,
    at_carrier: bool,
    assigned: bool,
    referred: str = "",
    lapsed: bool = False,
) -> str:
    """What happens next, in a sentence. `referred` says who asked whom to bind what, where somebody did, and where the
    producer has another quote to choose what comes of both."""
    if status in _ENDED:
        return _ENDED[status]
    if status is S.DRAFT:
        return "Complete the form and submit it."
    if asked:
        return "Answer what was asked for and send it; the response clock stands until then."
    if status is S.QUOTED and lapsed:
        return "No offered quote is valid any more: the underwriter has one renewed, or declines."
    if status is S.QUOTED:
        return referred or "Look at the quotes and bind one, or withdraw the submission."
    if at_carrier:
        return "The carrier's contact answers."
    if not assigned:
        return "An underwriter picks it up or assigns it."
    if status is S.PENDING:
        return "The underwriter picks it up."
    return "The underwriter offers a quote, asks for information or declines."


def referred_to(whom: str, *, by: str, carrier: str) -> str:
    """Who is asked to bind a quote, in a sentence; `whom` is empty where all underwriters are."""
    if whom:
        return f"{by} asked {whom} to bind the quote of {carrier}, who binds it or refuses with a reason."
    return f"{by} asked the underwriters to bind the quote of {carrier}: one of them binds it or refuses with a reason."


_ENDED = {
    S.BOUND: "It is bound: the policy is on file.",
    S.DECLINED: "It was declined. It can be cloned and submitted anew.",
    S.WITHDRAWN: "It was withdrawn. It can be cloned and submitted anew.",
}
