"""What can be kept as it was typed, whether a form takes it or not. Pure."""

from typing import Any

LONGEST_VALUE, MOST_VALUES = 20_000, 200


def not_kept(value: Any) -> str:
    """What keeps a value from being kept: a sentence, or nothing. No page sends such a one."""
    texts = value if isinstance(value, list) else [value]
    if len(texts) > MOST_VALUES:
        return f"Choose at most {MOST_VALUES}."
    for each in texts:
        if each is None or isinstance(each, bool):
            continue
        if not isinstance(each, str):
            return "Send a text, true or false, or a list of texts."
        if len(each) > LONGEST_VALUE:
            return f"Enter at most {LONGEST_VALUE:,} characters."
        # Half of a character is what is left where something outside the common ones, such as an emoji, was cut.
        if "\x00" in each or any("\ud800" <= sign <= "\udfff" for sign in each):
            return "There is a character in it that cannot be kept, such as half an emoji. Delete it and type it anew."
    return ""
