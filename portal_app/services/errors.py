"""Errors of the domain. Each carries a plain sentence for the person who asked; none leaves a trace in the database."""

from collections.abc import Mapping


class DomainError(Exception):
    """The base. `sentence` is shown as it is."""

    default = "That did not work."

    def __init__(self, sentence: str = "") -> None:
        self.sentence = sentence or self.default
        super().__init__(self.sentence)


class SignInNeeded(DomainError):
    default = "Please sign in."


class Forbidden(DomainError):
    default = "Your role does not include this."


class NotFound(DomainError):
    """Also for what exists but is not the actor's to see, so that nobody learns that it exists."""

    default = "There is nothing here by that name, or it is not yours to see."


class Conflict(DomainError):
    default = "Somebody changed this in the meantime. Look at it again."


class Busy(DomainError):
    default = "The portal is busy. Nothing was changed; please try again."


class Unavailable(DomainError):
    """The database cannot be used now. Whether a change that was under way was kept is not known."""

    default = (
        "The portal cannot reach its database at this moment. Try again in a minute, and look first whether what you "
        "were saving is there."
    )


class NoRoom(Unavailable):
    default = (
        "The portal's disk is full, or cannot be written. Nothing was changed. Tell whoever runs the portal, and keep "
        "what you were entering."
    )


class TooMany(DomainError):
    default = "Too many attempts. Please wait a few minutes."


class Invalid(DomainError):
    """Input that cannot be taken. `problems` maps a field's name to a sentence."""

    default = "Please look at the marked fields."

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__(" ".join(problems.values()))


class InvalidCells(Invalid):
    """Cells of a file's row that cannot be taken. `problems` goes by the headings of their columns, as the file has
    them."""


class InvalidData(Invalid):
    """A record that cannot be taken. `problems` goes by the paths of its fields as they are sent, `data.email`."""


class ConfirmFirst(DomainError):
    default = "Confirm that it is you first: enter your password and a code once more."


class Unexpected(DomainError):
    """A fault of ours. `reference` finds it in the log."""

    def __init__(self, reference: str) -> None:
        self.reference = reference
        super().__init__(f"Something went wrong on our side. Nothing was changed. Reference: {reference}")
