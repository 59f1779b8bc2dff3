"""Find policies by what a person types.

One text is compared with the insured's name and every property address, as one phrase without regard to case and
accents; where it has a digit, also with the policy number and every VIN, without punctuation. From three characters
on it may stand anywhere; shorter, it must begin the name or the number. Nothing that is typed has a special meaning.
A text that is exactly a policy number, or a whole VIN, of a policy that the actor may see finds that policy alone.
When the text occurs nowhere in what the actor may see, the name the other way round is tried, then words that differ
by one or two letters, and the answer says what was taken.

Filters narrow: line (code), status, carrier and account (locators), the first and last day of the effective and
expiration dates, both included. A value that names nothing finds nothing. The order is total: the column, then the
order of arrival. A page has 1 to 200 rows.

Every way through the indexes answers exactly what a scan of `scope.visible(actor, Policy)` would: rows, order,
totals.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from typing import Any

from sqlalchemy import Connection, TextClause, text
from sqlalchemy.orm import Session

from portal_app.models.enums import PolicyStatus
from portal_app.services.access import Permission
from portal_app.services.door import Tx, reads
from portal_app.services.policies import statements, typos
from portal_app.services.policies.rows import as_time, policy_row
from portal_app.services.policies.statements import By, Shape
from portal_app.services.policies.text import Asked, fold, read
from portal_app.services.policies.views import Choice, Filters, Found, Query, Sort
from portal_app.services.scope import scope_of

MOST_ROWS = 200
VIN_LENGTH = 17
FEW = 1000
"""A book of so many policies is read row by row before the text index is asked at all."""
FEW_HITS = 3000
"""So many hits are sorted; of more, the page is sought along its order."""
SORTED_ROW, WALKED_ROW = 0.4, 0.5
"""What a row costs to fetch and sort, and to test on a walk; only their relation matters."""


@reads(Permission.VIEW_OWN_ACCOUNTS)
def find(tx: Tx, *, query: Query) -> Found:
    """One page of the policies that match, and how many there are. Nothing in `query` is an error: `count` and
    `offset` are clamped."""
    search = Search.of(tx, query)
    if search is None:
        return Found((), 0, max(query.offset, 0), _clamped(query.count), as_of=newest_export(tx.db))
    asked = read(query.text)
    if not asked.text:
        return search.everything()
    return search.exactly(asked) or search.holding((asked,)) or search.mistyped(asked) or search.nothing()


@reads(Permission.VIEW_OWN_ACCOUNTS)
def filters(tx: Tx) -> Filters:
    """The lines and carriers of the policies that the actor may see, by name, and every status."""
    book = _book(tx)
    found: dict[str, list[Choice]] = {"line": [], "carrier": []}
    if book is not None:
        for kind, value, label in tx.db.execute(statements.choices(_dialect(tx.db), book[0]), book[1]):
            found[kind].append(Choice(value, label))
    lines, carriers = (tuple(sorted(found[kind], key=lambda one: fold(one.label))) for kind in ("line", "carrier"))
    return Filters(lines, carriers, tuple(Choice(status.value, status.label) for status in PolicyStatus))


def newest_export(db: Session | Connection) -> datetime | None:
    """When the newest policy file that was taken in was written, or None."""
    return as_time(db.execute(NEWEST_EXPORT).scalar())


NEWEST_EXPORT = text(f"SELECT {statements.AS_OF}")


def _clamped(count: int) -> int:
    return min(max(count, 1), MOST_ROWS)


def _book(tx: Tx) -> tuple[str, dict[str, Any]] | None:
    """The filter that keeps to what the actor may see, and its value: empty for the whole agency, None where that is
    nothing."""
    scope = scope_of(tx.actor)
    if scope.agency:
        return "", {}
    if scope.producer_id is None:
        return None
    return "downline" if scope.downline else "own", {"producer": scope.producer_id}


def _dialect(db: Session) -> str:
    return db.get_bind().dialect.name


@dataclass(frozen=True, slots=True)
class Search:
    """One search under way: what restricts it, and how its page is cut."""

    db: Connection
    shape: Shape
    values: dict[str, Any]

    @staticmethod
    def of(tx: Tx, query: Query) -> "Search | None":
        """None where the actor may see no policies at all."""
        book = _book(tx)
        if book is None:
            return None
        dialect, given = _dialect(tx.db), {name: getattr(query, name) for name in statements.FILTERS}
        values = {
            name: str(value) if dialect == "sqlite" or isinstance(value, str) else value
            for name, value in given.items()
            if value
        }
        filters = (book[0], *values) if book[0] else tuple(values)
        page = {"offset": min(max(query.offset, 0), 2**40), "count": _clamped(query.count)}
        shape = Shape(dialect, filters=filters, sort=query.sort, descending=query.descending)
        return Search(tx.db.connection(), shape, book[1] | values | page)

    def none(self) -> Found:
        return Found((), 0, self.values["offset"], self.values["count"])

    def nothing(self, total: int = 0) -> Found:
        """No rows: because there are none, or because the page lies behind the last."""
        return replace(self.none(), total=total, as_of=newest_export(self.db))

    def everything(self) -> Found:
        """What the filters leave. Counted first: how much it is decides the way to the page."""
        total, highest = self.db.execute(statements.total(self.shape), self.values).one()
        if total <= self.values["offset"]:
            return self.nothing(total)
        return self._walked(total, highest) or self._page(replace(self.shape, counted=True), {"total": total})

    def exactly(self, asked: Asked) -> Found | None:
        """The policies whose number, or one of whose VINs, is just that; None where there are none."""
        if not asked.key:
            return None
        whole_vin = len(asked.key) == VIN_LENGTH
        shape = replace(self.shape, by=By.EXACT, keyed=(whole_vin,))
        found = self._page(shape, {"key0": asked.key, "vin": asked.key.upper()}, (asked,))
        return found if found.total else None

    def holding(self, asked: Sequence[Asked]) -> Found | None:
        """The policies that hold one of the texts; None where there are none."""
        by = By.BEGINNING if asked[0].begins else By.INDEX
        shape = replace(self.shape, by=by, keyed=tuple(bool(one.key) for one in asked))
        values = text_values(asked, self.shape.dialect)
        way = self._by_index(shape, values) if self.shape.dialect == "sqlite" else (shape, values)
        found = self._page(*way, asked) if way else None
        return found if found and found.total else None

    def _by_index(self, shape: Shape, values: dict[str, Any]) -> tuple[Shape, dict[str, Any]] | None:
        """The way to a text's hits on SQLite: row by row in a small book; by their ids while they are few; else along
        the order. None where there are no hits."""
        if few := self._few():
            return replace(shape, by=By.ROWS if shape.by is By.INDEX else shape.by, through=few), values
        if shape.by is not By.INDEX:
            return shape, values
        number, hits = self.db.execute(statements.sample(), values | {"most": FEW_HITS}).one()
        if not number:
            return None
        if number < FEW_HITS:
            whole = {"hits": hits, "total": number} if shape.unrestricted else {"hits": hits}
            return replace(shape, by=By.HITS, counted=shape.unrestricted), values | whole
        if shape.unrestricted and shape.sort in statements.WALKS:
            return replace(shape, by=By.AMONG, counted=True, walk=True), values
        through = statements.narrowest(shape.filters)
        return replace(shape, by=By.AMONG if through else By.INDEX, through=through), values

    def mistyped(self, asked: Asked) -> Found | None:
        """The policies that hold the words the other way round, or nearly the same words, where the text itself is
        nowhere in the actor's book."""
        if asked.begins or (self.shape.filters and self._anywhere(asked)):
            return None
        taken = self.meant(asked)
        found = self.holding([read(one.text) for one in taken]) if taken else None
        corrected = tuple(dict.fromkeys(pair for one in taken for pair in one.taken))
        return replace(found, corrected=corrected) if found else None

    def meant(self, asked: Asked) -> list[typos.Meant]:
        """What is taken in place of a text that is nowhere; empty where nothing is near it."""
        tiers = chain(typos.turned(asked.text), typos.nearest(self.db, asked.text))
        return next((taken for tier in tiers if (taken := self._occurring(tier))), [])

    def _anywhere(self, asked: Asked) -> bool:
        """Whether a text occurs at all in what the actor may see, whatever the filters leave of it."""
        book = tuple(name for name in self.shape.filters if name in statements.BOOKS)
        shape = replace(self.shape, by=By.INDEX, keyed=(bool(asked.key),), filters=book)
        return self._number(statements.at_most(shape), text_values((asked,), shape.dialect) | {"most": 1}) > 0

    def _occurring(self, tier: list[typos.Meant]) -> list[typos.Meant]:
        """Those of the texts that occur in what the actor may see and the filters leave."""
        asked = [read(one.text) for one in tier]
        if self.shape.dialect == "sqlite":
            values: dict[str, Any] = {"matches": json.dumps([_match((one,)) for one in asked])}
        else:
            values = {"texts": [_anywhere(one.text) for one in asked]}
            values["keys"] = [_anywhere(one.key) if one.key else None for one in asked]
        return [tier[row[0]] for row in self.db.execute(statements.which(self.shape), self.values | values)]

    def _few(self) -> str:
        """The index by which what the account or the book leaves is few enough to be read row by row, or empty."""
        for name in ("account", *statements.BOOKS):
            if name in self.shape.filters:
                narrow = replace(self.shape, filters=(name,))
                if self._number(statements.at_most(narrow), {"most": FEW + 1}) <= FEW:
                    return statements.NARROW[name]
        return ""

    def _walked(self, total: int, highest: int) -> Found | None:
        """The page of what the filters leave by walking along its order, where so much is left that this is the
        shorter way."""
        shape = replace(self.shape, walk=True, counted=True)
        if shape.dialect != "sqlite" or shape.sort not in statements.WALKS:
            return None
        ordered_by_filter = {Sort.EFFECTIVE: "effective_", Sort.EXPIRATION: "expiring_"}.get(shape.sort, "-")
        if shape.unrestricted or any(name.startswith(ordered_by_filter) for name in shape.filters):
            return self._page(shape, {"total": total})
        steps = (self.values["offset"] + self.values["count"]) * highest // total
        longest = int(total * SORTED_ROW / WALKED_ROW)
        if steps * 2 > longest:
            return None
        found = self._page(replace(shape, bounded=True), {"total": total, "steps": longest})
        return found if len(found.rows) == min(self.values["count"], total - self.values["offset"]) else None

    def _number(self, statement: TextClause, values: dict[str, Any] | None = None) -> int:
        return int(self.db.execute(statement, self.values | (values or {})).scalar() or 0)

    def _page(self, shape: Shape, values: dict[str, Any], asked: Sequence[Asked] = ()) -> Found:
        """Run the statement of a page. Where the page lies behind the last hit, count what it could not tell."""
        rows = self.db.execute(statements.page(shape), self.values | values).all()
        if not rows:
            return self._behind(shape, values) if self.values["offset"] else self.none()
        page = tuple(policy_row(row, asked) for row in rows)
        return Found(page, rows[0][0], self.values["offset"], self.values["count"], as_of=as_time(rows[0][1]))

    def _behind(self, shape: Shape, values: dict[str, Any]) -> Found:
        counted = replace(shape, walk=False, by=By.INDEX if shape.by is By.AMONG else shape.by)
        total = self._number(statements.total(counted), values)
        return self.nothing(total) if total else self.none()


def text_values(asked: Sequence[Asked], dialect: str) -> dict[str, Any]:
    """The values of the texts for any way of comparing them."""
    values: dict[str, Any] = {}
    for number, one in enumerate(asked):
        values |= {f"text{number}": one.text, f"key{number}": one.key}
        if one.begins:
            values |= {f"text{number}_end": _behind(one.text), f"key{number}_end": _behind(one.key)}
        elif dialect == "postgresql":
            values |= {f"text{number}": _anywhere(one.text), f"key{number}": _anywhere(one.key)}
    if dialect == "sqlite":
        values["match"] = _match(asked)
    return values


def _match(asked: Sequence[Asked]) -> str:
    return " OR ".join(phrase for one in asked for phrase in _phrases(one))


def _phrases(asked: Asked) -> list[str]:
    """Quoted, so that nothing typed is taken for FTS syntax. A text that is its own key stands for both."""
    phrases = [_quoted(asked.text)]
    if asked.key and asked.key != asked.text:
        phrases.append("keys : " + _quoted(asked.key))
    elif not asked.key:
        phrases = ["words : " + _quoted(asked.text)]
    return phrases


def _quoted(phrase: str) -> str:
    return '"' + phrase.replace('"', '""') + '"'


def _anywhere(phrase: str) -> str:
    for character in "\\%_":
        phrase = phrase.replace(character, "\\" + character)
    return f"%{phrase}%"


def _behind(beginning: str) -> str:
    """The first text behind all that begin so, in the order of code points."""
    last = ord(beginning[-1]) + 1 if beginning else 0
    return beginning[:-1] + chr(0xE000 if last == 0xD800 else min(last, 0x10FFFF))
