"""The SQL of the search. A statement depends on the shape of what is asked alone, never on its values, so each is
written once.

Two ways lead to a page: to take what matches and sort it, right while that is little; or to walk along the index of
the order, test each entry and stop when the page is full, right where much matches. SQLite is told which index to
take, as it keeps no statistics; PostgreSQL decides by itself.
"""

# ruff: noqa: S608 - no piece of these texts comes from outside
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from sqlalchemy import Dialect, TextClause, text
from sqlalchemy.dialects import postgresql, sqlite

from portal_app.services.policies.views import Sort
from portal_app.services.scope import Scope, codes_in


class By(StrEnum):
    """How a text is compared with a row."""

    NOTHING = "no text"
    EXACT = "the whole number or VIN"
    BEGINNING = "the beginning of name or number"
    ROWS = "the row's own texts"
    INDEX = "what the text index yields, row by row"
    AMONG = "being among what the text index yields"
    HITS = "being among ids already known"


@dataclass(frozen=True, slots=True)
class Shape:
    """What decides the wording. `keyed` tells for each text (they are alternatives) whether it may also be a number
    or VIN; of an exact look-up, whether it may be a VIN."""

    dialect: str
    by: By = By.NOTHING
    keyed: tuple[bool, ...] = ()
    filters: tuple[str, ...] = ()
    sort: Sort = Sort.INSURED
    descending: bool = False
    walk: bool = False
    bounded: bool = False
    counted: bool = False
    through: str = ""

    @property
    def unrestricted(self) -> bool:
        return not self.filters


DIALECTS: dict[str, Callable[[], Dialect]] = {
    "sqlite": lambda: sqlite.dialect(paramstyle="named"),
    "postgresql": lambda: postgresql.dialect(paramstyle="named"),  # type: ignore[no-untyped-call]
}
SORTS = {
    Sort.INSURED: "s.name",
    Sort.NUMBER: "s.number",
    Sort.LINE: "lower(line.name)",
    Sort.CARRIER: "lower(carrier.name)",
    Sort.EFFECTIVE: "s.effective",
    Sort.EXPIRATION: "s.expiration",
    Sort.PREMIUM: "s.premium",
    Sort.STATUS: "s.status",
}
JOINS = {
    Sort.LINE: " JOIN line_of_business AS line ON line.id = s.line_id",
    Sort.CARRIER: " JOIN carrier ON carrier.id = s.carrier_id",
}
WALKS = {
    Sort.INSURED: "ix_policy_search_name",
    Sort.NUMBER: "ix_policy_search_number",
    Sort.EFFECTIVE: "ix_policy_search_effective",
    Sort.EXPIRATION: "ix_policy_search_expiration",
    Sort.PREMIUM: "ix_policy_search_premium",
    Sort.STATUS: "ix_policy_search_status",
}
"""The indexes that hold an order. The other orders are sorted."""

FILTERS = {
    "line": "s.line_id = (SELECT id FROM line_of_business WHERE code = :line)",
    "status": "s.status = :status",
    "carrier": "s.carrier_id = (SELECT id FROM carrier WHERE locator = :carrier)",
    "account": "s.account_id = (SELECT id FROM account WHERE locator = :account)",
    "effective_from": "s.effective >= :effective_from",
    "effective_to": "s.effective <= :effective_to",
    "expiring_from": "s.expiration >= :expiring_from",
    "expiring_to": "s.expiration <= :expiring_to",
}
BOOKS = ("own", "downline")
"""The filters that keep an actor to the policies of one producer, and of all below; `:producer` is that producer's
id."""
NARROW = {
    "account": "ix_policy_search_account",
    "own": "ix_policy_search_book",
    "downline": "ix_policy_search_book",
    "carrier": "ix_policy_search_carrier",
    "line": "ix_policy_search_line",
    "effective_from": "ix_policy_search_effective",
    "effective_to": "ix_policy_search_effective",
    "expiring_from": "ix_policy_search_expiration",
    "expiring_to": "ix_policy_search_expiration",
}
"""The filters' indexes; what mostly leaves least comes first."""
# With several feeds the data is as old as the one that is furthest behind. Each feed is sought in the index, as its
# files become many over the years.
AS_OF = """(
  WITH RECURSIVE feeds(feed) AS (
    SELECT min(feed) FROM feed_file WHERE kind = 'policies'
    UNION ALL
    SELECT (SELECT min(f.feed) FROM feed_file AS f WHERE f.kind = 'policies' AND f.feed > feeds.feed)
    FROM feeds WHERE feeds.feed IS NOT NULL)
  SELECT min((
    SELECT f.exported_at FROM feed_file AS f
    WHERE f.kind = 'policies' AND f.feed = feeds.feed AND f.completed_at IS NOT NULL
    ORDER BY f.exported_at DESC LIMIT 1)) FROM feeds)"""
ROW = """page.id, p.locator, a.locator, p.insured_name, p.number, l.name, c.name,
  p.effective, p.expiration, p.premium, p.status, p.number_key, p.vins, p.streets"""
ROW_JOINS = """CROSS JOIN policy AS p CROSS JOIN account AS a CROSS JOIN line_of_business AS l CROSS JOIN carrier AS c
WHERE p.id = page.id AND a.id = p.account_id AND l.id = p.line_id AND c.id = p.carrier_id"""


def narrowest(filters: tuple[str, ...]) -> str:
    """The index by which those filters are likely to leave least, or empty."""
    return next((index for name, index in NARROW.items() if name in filters), "")


@lru_cache(maxsize=1024)
def total(shape: Shape) -> TextClause:
    """SELECT of two numbers: how many match, and the highest id there is."""
    source = f"{_source(shape)} {_where(shape)}"
    if shape.dialect == "sqlite" and shape.by is By.INDEX and shape.unrestricted:
        source = "FROM policy_fts WHERE policy_fts MATCH :match"
    elif shape.by is By.BEGINNING and shape.unrestricted:
        source = f"FROM ({_beginning(shape)}) AS s"
    return text(f"SELECT (SELECT count(*) {source}), (SELECT max(id) FROM policy_search)")


@lru_cache(maxsize=1)
def sample() -> TextClause:
    """SELECT of a number and a JSON list: the first ids, up to `most`, that SQLite's text index yields."""
    return text(
        "SELECT count(*), json_group_array(id)"
        " FROM (SELECT rowid AS id FROM policy_fts WHERE policy_fts MATCH :match LIMIT :most)"
    )


@lru_cache(maxsize=64)
def which(shape: Shape) -> TextClause:
    """SELECT of the places, from 0, of those of several texts that occur: `matches` as JSON on SQLite, else arrays of
    patterns."""
    if shape.dialect == "sqlite":
        asked, place = "json_each(:matches) AS asked", "asked.key"
        source, test = _source(replace(shape, by=By.INDEX)), "policy_fts MATCH asked.value"
    else:
        arrays = "CAST(:texts AS text[]), CAST(:keys AS text[])"
        asked, place = f"unnest({arrays}) WITH ORDINALITY AS asked(pattern, key, number)", "asked.number - 1"
        source, test = "FROM policy_search AS s", "(s.words LIKE asked.pattern OR s.keys LIKE asked.key)"
    tests = " AND ".join([test, *_filters(shape)])
    return text(f"SELECT {place} FROM {asked} WHERE EXISTS (SELECT 1 {source} WHERE {tests}) ORDER BY 1")


@lru_cache(maxsize=64)
def at_most(shape: Shape) -> TextClause:
    """SELECT of one number: how many match, counted up to `most` and no further."""
    return text(" ".join(["SELECT count(*) FROM (SELECT 1", _source(shape), _where(shape), "LIMIT :most) AS counted"]))


@lru_cache(maxsize=1024)
def page(shape: Shape) -> TextClause:
    """SELECT of the rows of a page, in order. The first column is the number of all hits, the second what the answer
    is `as of`.

    Where all that the index yields counts, or the total is given (`counted`), the hits are cut while they are sorted;
    else they are kept, counted and then sorted.
    """
    key = SORTS[shape.sort]
    hits = f"SELECT s.id AS id, {key} AS k {_source(shape)}{JOINS.get(shape.sort, '')} {_where(shape)}"
    if shape.counted:
        in_index = shape.by is By.AMONG
        page = f"page AS MATERIALIZED ({hits} {_order(shape, key, 's.id')})"
        total = "(SELECT count(*) FROM policy_fts WHERE policy_fts MATCH :match)" if in_index else ":total"
    else:
        cut = f"SELECT id, k FROM hit {_order(shape, 'k', 'id')}"
        page, total = f"hit AS MATERIALIZED ({hits}), page AS MATERIALIZED ({cut})", "(SELECT count(*) FROM hit)"
    order = "page.k DESC, page.id DESC" if shape.descending else "page.k, page.id"
    return text(f"WITH {page} SELECT {total}, {AS_OF}, {ROW} FROM page {ROW_JOINS} ORDER BY {order}")


@lru_cache(maxsize=256)
def ids(shape: Shape) -> TextClause:
    """SELECT of the ids behind `:after` and up to `:highest`, in the order of arrival, at most `:most`."""
    of_index = shape.dialect == "sqlite" and shape.by is By.INDEX
    identity, tests = "policy_fts.rowid" if of_index else "s.id", _where(shape)
    within = f"{'AND' if tests else 'WHERE'} {identity} > :after AND {identity} <= :highest"
    return text(f"SELECT {identity} {_source(shape)} {tests} {within} ORDER BY {identity} LIMIT :most")


@lru_cache(maxsize=8)
def choices(dialect: str, book: str) -> TextClause:
    """SELECT of the lines (code, name) and carriers (locator, name) that occur in a book, or in the agency where
    `book` is empty."""
    own = f"id IN (SELECT s.{{0}} FROM policy_search AS s WHERE {_book(dialect, book)})" if book else ""
    among = own or "EXISTS (SELECT 1 FROM policy_search AS s WHERE s.{0} = {1}.id)"
    return text(
        f"SELECT 'line', code, name FROM line_of_business WHERE {among.format('line_id', 'line_of_business')}"
        f" UNION ALL SELECT 'carrier', locator, name FROM carrier WHERE {among.format('carrier_id', 'carrier')}"
    )


def _order(shape: Shape, key: str, identity: str) -> str:
    way = " DESC" if shape.descending else ""
    return f"ORDER BY {key}{way}, {identity}{way} LIMIT :count OFFSET :offset"


def _source(shape: Shape) -> str:
    if shape.dialect == "sqlite" and shape.by is By.INDEX:
        return "FROM policy_fts CROSS JOIN policy_search AS s ON s.id = policy_fts.rowid"
    if shape.by is By.HITS:
        return "FROM json_each(:hits) AS hits CROSS JOIN policy_search AS s ON s.id = hits.value"
    if shape.by is By.BEGINNING and shape.unrestricted and shape.sort is Sort.INSURED:
        return f"FROM ({_beginning(shape)}) AS s"
    through = WALKS[shape.sort] if shape.walk else shape.through
    hint = f" INDEXED BY {through}" if shape.dialect == "sqlite" and through else ""
    return f"FROM policy_search AS s{hint}"


def _beginning(shape: Shape) -> str:
    """The ids and names of what begins so, from the indexes by name and by number alone."""
    named, numbered = "s.name >= :text0 AND s.name < :text0_end", "s.number >= :key0 AND s.number < :key0_end"
    select, table = "SELECT s.id, s.name", "FROM policy_search AS s"
    hints = (" INDEXED BY ix_policy_search_name", " INDEXED BY ix_policy_search_number")
    by_name, by_number = hints if shape.dialect == "sqlite" else ("", "")
    names = f"{select} {table}{by_name} WHERE {named}"
    return (
        f"{names} UNION ALL {select} {table}{by_number} WHERE {numbered} AND NOT ({named})" if shape.keyed[0] else names
    )


def _filters(shape: Shape) -> list[str]:
    return [_book(shape.dialect, name) if name in BOOKS else FILTERS[name] for name in shape.filters]


@lru_cache(maxsize=4)
def _book(dialect: str, name: str) -> str:
    """The rule of `access`, as text."""
    codes = codes_in(Scope(producer_id=0, downline=name == "downline"))
    compiled = codes.compile(dialect=DIALECTS[dialect]())
    (parameter,) = compiled.params
    return f"s.code_id IN ({re.sub(rf':{parameter}(::[A-Z]+)?', ':producer', str(compiled))})"


def _where(shape: Shape) -> str:
    tests = _filters(shape)
    if shape.by not in (By.NOTHING, By.HITS) and not (shape.by is By.BEGINNING and _source(shape).startswith("FROM (")):
        tests.append(_text_test(shape))
    if shape.walk and shape.bounded:
        key, way, within = SORTS[shape.sort], *(("DESC", ">=") if shape.descending else ("", "<="))
        last = f"SELECT {key}, s.id FROM policy_search AS s ORDER BY {key} {way}, s.id {way} LIMIT 1 OFFSET :steps"
        tests.append(f"({key}, s.id) {within} ({last})")
    return "WHERE " + " AND ".join(tests) if tests else ""


def _text_test(shape: Shape) -> str:
    if shape.by is By.EXACT:
        whole = "SELECT id FROM policy_search WHERE number = :key0"
        vin = " UNION SELECT policy_id FROM vehicle WHERE vin = :vin" if shape.keyed[0] else ""
        return f"s.id IN ({whole}{vin})"
    if shape.by is By.BEGINNING:
        number = " OR (s.number >= :key0 AND s.number < :key0_end)" if shape.keyed[0] else ""
        return f"((s.name >= :text0 AND s.name < :text0_end){number})"
    if shape.by is By.AMONG:
        return "s.id IN (SELECT rowid FROM policy_fts WHERE policy_fts MATCH :match)"
    if shape.dialect == "sqlite" and shape.by is By.INDEX:
        return "policy_fts MATCH :match"
    one = "instr(s.{0}, :{1}) > 0" if shape.dialect == "sqlite" else "s.{0} LIKE :{1}"
    parts = []
    for place, keyed in enumerate(shape.keyed):
        parts.append(one.format("words", f"text{place}"))
        if keyed:
            parts.append(one.format("keys", f"key{place}"))
    return f"({' OR '.join(parts)})"
