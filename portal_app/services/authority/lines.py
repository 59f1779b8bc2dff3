"""Which lines of business have an insured value: the one place where that stands. Pure."""

WITHOUT_INSURED_VALUE = frozenset(
    {"personal_auto", "commercial_auto", "general_liability", "workers_compensation", "umbrella"}
)
"""Lines that insure what others claim, or vehicles at what they are worth on the day of the loss: no sum is agreed on
for property. Every other line, also one that is not known here, has an insured value, without which a cap on it
cannot be held."""


def has_insured_value(line: str) -> bool:
    """Whether something of this line of business (by its code) is insured for a value."""
    return line not in WITHOUT_INSURED_VALUE
