"""Views of lists: kept under a name, shared, and begun with. What a view asks is asked as its reader: it shows to each
the rows that they see anyway."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from portal_app.models.identity import User
from portal_app.models.saved_views import Listing, SavedView, StartView
from portal_app.services import audit
from portal_app.services.access import Permission, can
from portal_app.services.door import Tx, reads, writes
from portal_app.services.errors import Conflict, Forbidden, Invalid, NotFound
from portal_app.services.saved_views.listings import Asks, read
from portal_app.services.scope import visible
from portal_app.services.topics import Topic

SEES, SHARES = Permission.VIEW_OWN_ACCOUNTS, Permission.UNDERWRITE
LONGEST_NAME, MOST_VIEWS = 60, 50
TAKEN = "You have a view of this name already. Choose another name, or replace that view."


@dataclass(frozen=True, slots=True)
class View:
    """A view. `owner` is the name of who keeps it; `agencys` says that the list begins with it for whoever chose
    nothing else, `is_start` that it begins with it for the actor."""

    locator: str
    listing: Listing
    name: str
    asks: Asks
    mine: bool
    owner: str
    shared: bool
    agencys: bool
    is_start: bool
    changed_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class Views:
    """One's own views of a list and the shared ones of others, each by name. `chosen` says that the actor chose with
    what the list begins; without a view that `is_start` it begins with everything."""

    rows: tuple[View, ...]
    chosen: bool


@reads(SEES)
def listed(tx: Tx, *, listing: Listing) -> Views:
    """The views that the actor can take."""
    mine = col(SavedView.user_id) == tx.actor.user_id
    wanted = visible(tx.actor, SavedView).where(col(SavedView.listing) == listing)
    rows = tx.db.scalars(wanted.order_by(mine.desc(), col(SavedView.name_key), col(SavedView.id))).all()
    return Views(tuple(_shown(tx, rows)), _chosen(tx, listing) is not None)


@reads(SEES)
def view(tx: Tx, *, locator: str) -> View:
    """One view. Raises NotFound."""
    return _shown(tx, [_one(tx, locator)])[0]


@reads(SEES)
def start(tx: Tx, *, listing: Listing) -> View | None:
    """The view with which the list begins for the actor: their own choice, or else the agency's. None for everything,
    also where what they chose is not theirs to see any more and the agency has none."""
    found = _start_id(tx, listing)
    return _shown(tx, [tx.db.get_one(SavedView, found)])[0] if found is not None else None


@writes(SEES)
def save(tx: Tx, *, listing: Listing, name: str, asks: Asks) -> View:
    """Keep a view of one's own. Raises Invalid for a name that is empty, too long or in use, for what the list cannot
    be asked, and where one has 50 of them."""
    user = _whoever(tx)
    kept, called = _kept(listing, asks), _named(name)
    _check_free(tx, user, listing, called)
    own = (col(SavedView.user_id) == user, col(SavedView.listing) == listing)
    count = visible(tx.actor, SavedView).where(*own).with_only_columns(func.count())
    if (tx.db.scalar(count) or 0) >= MOST_VIEWS:
        raise Invalid({"name": f"You have {MOST_VIEWS} views of this list. Delete one first."})
    row = SavedView(
        user_id=user, listing=listing, name=called, name_key=called.casefold(), asks=kept,
        made_at=tx.now, changed_at=tx.now,
    )  # fmt: skip
    with _or_else(tx, Invalid({"name": TAKEN})):
        tx.db.add(row)
    _note(tx, row, "saved_view.saved")
    return _shown(tx, [row])[0]


@writes(SEES)
def change(
    tx: Tx, *, locator: str, name: str | None = None, asks: Asks | None = None, version: int | None = None
) -> View:
    """Call a view of one's own otherwise, have it ask for something else, or both; `version` is the one that was looked
    at. Raises NotFound; Forbidden for another's, and for one that is shared where one may not share; Conflict;
    Invalid as `save` does."""
    row = _own(tx, locator, version)
    before = (row.name, row.asks)
    if name is not None:
        called = _named(name)
        if called.casefold() != row.name_key:
            _check_free(tx, row.user_id, row.listing, called)
        with _or_else(tx, Invalid({"name": TAKEN})):
            row.name, row.name_key = called, called.casefold()
    if asks is not None:
        row.asks = _kept(row.listing, asks)
    if (row.name, row.asks) != before:
        row.version, row.changed_at = row.version + 1, tx.now
        now = (row.name, row.asks)
        changed = [word for word, was, is_ in zip(("name", "asks"), before, now, strict=True) if was != is_]
        _note(tx, row, "saved_view.changed", changed=changed)
    return _shown(tx, [row])[0]


@writes(SEES)
def remove(tx: Tx, *, locator: str, version: int | None = None) -> None:
    """Delete a view of one's own for good; for whoever began with it the list begins as the agency says. Raises
    NotFound; Forbidden as `change` does; Conflict."""
    row = _own(tx, locator, version)
    tx.db.execute(delete(StartView).where(col(StartView.view_id) == row.id))
    _note(tx, row, "saved_view.deleted")
    tx.db.delete(row)


@writes(SHARES)
def share(tx: Tx, *, locator: str, shared: bool) -> View:
    """Share a view of one's own with everybody who sees the list, or stop sharing one, also another's: whoever may
    share looks after what is shared. Raises NotFound, also for another's that is not shared."""
    row = _one(tx, locator)
    if row.shared != shared:
        row.shared, row.agencys = shared, row.agencys and shared
        row.version, row.changed_at = row.version + 1, tx.now
        if shared:
            _note(tx, row, "saved_view.shared")
        else:
            _note(tx, row, "saved_view.unshared", seen=True)
    return _shown(tx, [row])[0]


@writes(SHARES)
def make_agencys(tx: Tx, *, listing: Listing, locator: str | None) -> View | None:
    """Have the list begin with a shared view for whoever chose nothing else; with none it begins with everything.
    Raises NotFound; Invalid for one that is not shared."""
    row = _one(tx, locator, listing) if locator is not None else None
    if row is not None and not row.shared:
        raise Invalid({"view": "Share the view first: everybody is to see it."})
    before = (col(SavedView.listing) == listing, col(SavedView.agencys))
    tx.db.execute(update(SavedView).where(*before).values(agencys=False))
    if row is not None:
        tx.db.refresh(row)
        with _or_else(tx, Conflict()):
            row.agencys = True
    subject = row.locator if row is not None else ""
    detail = {"listing": listing.value}
    audit.record(tx, "saved_view.made_agencys", subject_kind="saved_view", subject=subject, detail=detail)
    tx.changes(Topic.VIEWS)
    return _shown(tx, [row])[0] if row is not None else None


@writes(SEES)
def start_with(tx: Tx, *, listing: Listing, locator: str | None) -> None:
    """Begin the list with this view from now on, or with everything where none is named, whatever the agency begins
    with. Raises NotFound."""
    row = _one(tx, locator, listing) if locator is not None else None
    chosen = _chosen(tx, listing) or StartView(user_id=_whoever(tx), listing=listing)
    with _or_else(tx, Conflict()):
        chosen.view_id = row.id if row is not None else None
        tx.db.add(chosen)
    _note_start(tx, listing, row.locator if row is not None else "everything")


@writes(SEES)
def start_as_agency(tx: Tx, *, listing: Listing) -> None:
    """Let the agency say with what the list begins."""
    chosen = _chosen(tx, listing)
    if chosen is not None:
        tx.db.delete(chosen)
        _note_start(tx, listing, "as the agency says")


def _shown(tx: Tx, rows: Sequence[SavedView]) -> list[View]:
    tx.db.flush()
    owners = select(col(User.id), col(User.name)).where(col(User.id).in_({each.user_id for each in rows}))
    names = {each.id: each.name for each in tx.db.execute(owners)}
    starts = {listing: _start_id(tx, listing) for listing in {each.listing for each in rows}}
    return [
        View(
            locator=each.locator,
            listing=each.listing,
            name=each.name,
            asks=Asks(**each.asks | {"columns": tuple(each.asks["columns"])}),
            mine=each.user_id == tx.actor.user_id,
            owner=names[each.user_id],
            shared=each.shared,
            agencys=each.agencys,
            is_start=starts[each.listing] == each.id,
            changed_at=each.changed_at,
            version=each.version,
        )
        for each in rows
    ]


def _kept(listing: Listing, asks: Asks) -> dict[str, Any]:
    """As JSON has it."""
    asked = read(listing, asks)
    return asdict(asked) | {"columns": list(asked.columns)}


@contextmanager
def _or_else(tx: Tx, refusal: Exception) -> Iterator[None]:
    """What another did at the same moment is refused in words."""
    try:
        with tx.db.begin_nested():
            yield
            tx.db.flush()
    except IntegrityError:
        raise refusal from None


def _start_id(tx: Tx, listing: Listing) -> int | None:
    """The id of the view that the list begins with."""
    chosen = _chosen(tx, listing)
    if chosen is not None and chosen.view_id is None:
        return None
    there = visible(tx.actor, SavedView).where(col(SavedView.listing) == listing).with_only_columns(col(SavedView.id))
    if chosen is not None:
        found = tx.db.scalars(there.where(col(SavedView.id) == chosen.view_id)).first()
        if found is not None:
            return int(found)
    return tx.db.scalars(there.where(col(SavedView.agencys))).first()


def _chosen(tx: Tx, listing: Listing) -> StartView | None:
    own = (col(StartView.user_id) == tx.actor.user_id, col(StartView.listing) == listing)
    found: StartView | None = tx.db.scalars(visible(tx.actor, StartView).where(*own)).first()
    return found


def _one(tx: Tx, locator: str, listing: Listing | None = None) -> SavedView:
    found: SavedView | None = tx.db.scalars(
        visible(tx.actor, SavedView).where(col(SavedView.locator) == locator)
    ).first()
    if found is None or (listing is not None and found.listing is not listing):
        raise NotFound
    return found


def _own(tx: Tx, locator: str, version: int | None) -> SavedView:
    asked = visible(tx.actor, SavedView).where(col(SavedView.locator) == locator).with_for_update()
    row: SavedView | None = tx.db.scalars(asked.execution_options(populate_existing=True)).first()
    if row is None:
        raise NotFound
    if row.user_id != tx.actor.user_id:
        raise Forbidden("This view is another person's. Save one of your own instead.")
    if row.shared and not can(tx.actor, SHARES):
        raise Forbidden("Everybody sees this view: only who may share views changes it. Save one of your own instead.")
    if version is not None and version != row.version:
        raise Conflict
    return row


def _named(name: str) -> str:
    called = " ".join(name.split())
    if not called:
        raise Invalid({"name": "Give the view a name."})
    if len(called) > LONGEST_NAME or not called.isprintable():
        raise Invalid({"name": f"Use at most {LONGEST_NAME} characters, all of them to be seen."})
    return called


def _check_free(tx: Tx, user: int, listing: Listing, name: str) -> None:
    own = (col(SavedView.user_id) == user, col(SavedView.listing) == listing)
    if tx.db.scalars(visible(tx.actor, SavedView).where(*own, col(SavedView.name_key) == name.casefold())).first():
        raise Invalid({"name": TAKEN})


def _whoever(tx: Tx) -> int:
    if tx.actor.user_id is None:
        raise Forbidden
    return tx.actor.user_id


def _note(tx: Tx, row: SavedView, action: str, *, seen: bool = False, **more: list[str]) -> None:
    """On record, and looked at anew where others see it."""
    detail = {"listing": row.listing.value, **more}
    audit.record(tx, action, subject_kind="saved_view", subject=row.locator, detail=detail)
    if row.shared or seen:
        tx.changes(Topic.VIEWS)


def _note_start(tx: Tx, listing: Listing, start: str) -> None:
    detail = {"listing": listing.value, "start": start}
    audit.record(tx, "saved_view.start_chosen", subject_kind="user", subject=tx.actor.locator, detail=detail)
