"""What people type and what the tables hold, made comparable: letters without case and accents, numbers without
punctuation.

`fold` replaces one character by one character, so a place in the folded text is the same place in the original. The
database folds in the same way when it keeps the index (migration 0003); a test holds the two against each other.
"""

from dataclasses import dataclass

from portal_app.services.policies.views import Matched

LONGEST = 200
SHORTEST = 3
"""From so many characters on a text may stand anywhere; a shorter one must begin the name or the number."""

LETTERS = {
    " ": "\u00a0\u202f",
    '"': "“”",
    "'": "‘’ʼ",
    "-": "‐‑–—",
    "a": "ÀÁÂÃÄÅàáâãäåĀāĂăĄąẠạẢảẤấẦầẨẩẪẫẬậẮắẰằẲẳẴẵẶặ",
    "c": "ÇçĆćĈĉĊċČč",
    "d": "ĎďĐđ",
    "e": "ÈÉÊËèéêëĒēĔĕĖėĘęĚěẸẹẺẻẼẽẾếỀềỂểỄễỆệ",
    "g": "ĜĝĞğĠġĢģ",
    "h": "ĤĥĦħ",
    "i": "ÌÍÎÏìíîïĨĩĪīĬĭĮįİỈỉỊịı",
    "j": "Ĵĵ",
    "k": "Ķķ",
    "l": "ĹĺĻļĽľŁł",
    "n": "ÑñŃńŅņŇň",
    "o": "ÒÓÔÕÖØòóôõöŌōŎŏŐőƠơỌọỎỏỐốỒồỔổỖỗỘộỚớỜờỞởỠỡỢợø",
    "r": "ŔŕŖŗŘř",
    "s": "ŚśŜŝŞşŠšſȘș",
    "t": "ŢţŤťŦȚțŧ",
    "u": "ÙÚÛÜùúûüŨũŪūŬŭŮůŰűŲųƯưỤụỦủỨứỪừỬửỮữỰự",
    "w": "Ŵŵ",
    "y": "ÝýÿŶŷŸỲỳỴỵỶỷỸỹ",
    "z": "ŹźŻżŽž",
}
_FOLD = str.maketrans(
    {letter: plain for plain, letters in LETTERS.items() for letter in letters}
    | {chr(code): chr(code + 32) for code in range(ord("A"), ord("Z") + 1)}
)


def fold(text: str) -> str:
    """Lower-case without accents, character by character."""
    return text.translate(_FOLD)


def normalised(number: str) -> str:
    """A policy number or VIN as it is compared: letters and digits, upper-cased."""
    return "".join(character for character in number.upper() if character.isalnum())


@dataclass(frozen=True, slots=True)
class Asked:
    """A search text. `text` is sought in names and addresses, `key` (empty: not at all) in policy numbers and VINs."""

    text: str
    key: str

    @property
    def begins(self) -> bool:
        """Too short to stand anywhere: it must begin the name or the number."""
        return len(self.text) < SHORTEST


def read(typed: str) -> Asked:
    """Make a text comparable. Characters that cannot be shown count as spaces, spaces as one; what is over 200
    characters is left out."""
    shown = "".join(c if c.isprintable() and not "\ud800" <= c <= "\udfff" else " " for c in typed[: LONGEST * 4])
    text = " ".join(fold(shown).split())[:LONGEST].rstrip()
    key = fold(normalised(text))
    # Letters alone are a name or a street; in three letters nearly every list of VINs holds them by chance.
    number = any(map(str.isdigit, key)) and (len(text) < SHORTEST or len(key) >= SHORTEST)
    return Asked(text, key if number else "")


def where(asked: Asked, *, insured_name: str, number_key: str, vins: str, streets: str) -> tuple[Matched | None, str]:
    """The first field that holds what was asked, and of several VINs or streets the one that does."""
    text, key = asked.text, asked.key
    if asked.begins:
        named, numbered = fold(insured_name).startswith(text), bool(key) and fold(number_key).startswith(key)
        return (Matched.INSURED, "") if named else (Matched.NUMBER, "") if numbered else (None, "")
    if text in fold(insured_name):
        return Matched.INSURED, ""
    if key and key in fold(number_key):
        return Matched.NUMBER, ""
    if key:
        for vin in vins.split("\n"):
            if key in fold(vin):
                return Matched.VIN, vin
    for street in streets.split("\n"):
        if text in fold(street):
            return Matched.ADDRESS, street
    return None, ""
