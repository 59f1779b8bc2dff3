"""Views of lists: kept by each for themselves, shared by some, and never more than each sees anyway."""

from typing import Any

import pytest
from sqlalchemy import select

from portal_app.models.audit import AuditEvent
from portal_app.models.enums import SubmissionStatus
from portal_app.models.saved_views import Listing, StartView
from portal_app.services.access import Actor
from portal_app.services.door import Door
from portal_app.services.errors import Conflict, Forbidden, Invalid, NotFound
from portal_app.services.saved_views import keeping
from portal_app.services.saved_views.keeping import View
from portal_app.services.saved_views.listings import SPELLINGS, Asks
from portal_app.services.submissions import find
from portal_app.services.submissions.find import Filter
from tests.services.submissions.acting import Cast
from tests.world import Agency

SUBMISSIONS, POLICIES = Listing.SUBMISSIONS, Listing.POLICIES
PENDING = Asks({"statuses": ["pending"], "mine": True}, "insured_name", columns=("status", "insured_name"))


@pytest.fixture
def cast(door: Door, agency: Agency) -> Cast:
    return Cast(door, agency)


def saved(cast: Cast, who: Actor, name: str = "Pending", asks: Asks = PENDING, *, shared: bool = False) -> View:
    made = cast.door.run(keeping.save, who, listing=SUBMISSIONS, name=name, asks=asks)
    return cast.door.run(keeping.share, who, locator=made.locator, shared=True) if shared else made


def names(cast: Cast, who: Actor, listing: Listing = SUBMISSIONS) -> list[str]:
    return [each.name for each in cast.door.run(keeping.listed, who, listing=listing).rows]


def start(cast: Cast, who: Actor) -> str:
    found = cast.door.run(keeping.start, who, listing=SUBMISSIONS)
    return found.name if found else ""


@pytest.mark.criterion("TRACK-07")
def test_a_view_is_kept_renamed_replaced_and_deleted_by_its_owner_alone(door: Door, cast: Cast) -> None:
    made = saved(cast, cast.maya, "  Pending   ones ")
    assert (made.name, made.mine, made.shared, made.version) == ("Pending ones", True, False, 1)
    assert made.asks == Asks({"statuses": ["pending"], "mine": True}, "insured_name", False, ("insured_name", "status"))
    with pytest.raises(Invalid, match="this name already"):
        saved(cast, cast.maya, "PENDING ONES")
    saved(cast, cast.daniel, "Pending ones")
    assert names(cast, cast.maya) == names(cast, cast.daniel) == ["Pending ones"]
    with pytest.raises(NotFound):
        door.run(keeping.view, cast.daniel, locator=made.locator)

    changed = door.run(keeping.change, cast.maya, locator=made.locator, name="pending", version=1)
    changed = door.run(keeping.change, cast.maya, locator=made.locator, asks=Asks({}, "number"), version=2)
    assert (changed.name, changed.asks, changed.version) == ("pending", Asks({}, "number"), 3)
    with pytest.raises(Conflict):
        door.run(keeping.change, cast.maya, locator=made.locator, name="Late", version=1)
    door.run(keeping.share, cast.underwriter, locator=saved(cast, cast.underwriter, "Ours").locator, shared=True)
    theirs = next(each for each in door.run(keeping.listed, cast.maya, listing=SUBMISSIONS).rows if not each.mine)
    for verb in (keeping.change, keeping.remove):
        with pytest.raises(Forbidden, match="another person's"):
            door.run(verb, cast.maya, locator=theirs.locator)
    door.run(keeping.remove, cast.maya, locator=made.locator, version=3)
    assert names(cast, cast.maya) == ["Ours"]
    with door.database.read() as db:
        deeds = db.execute(select(AuditEvent.action, AuditEvent.detail).where(AuditEvent.subject == made.locator)).all()
    assert [(action.partition(".")[2], detail.get("changed")) for action, detail in deeds] == [
        ("saved", None), ("changed", ["name"]), ("changed", ["asks"]), ("deleted", None),
    ]  # fmt: skip


@pytest.mark.criterion("TRACK-07")
@pytest.mark.parametrize(
    ("listing", "name", "asks", "field"),
    [
        (SUBMISSIONS, "  ", Asks({}, "number"), "name"),
        (SUBMISSIONS, "x" * 61, Asks({}, "number"), "name"),
        (SUBMISSIONS, "A", Asks({"statuses": ["odd"]}, "number"), "statuses"),
        (SUBMISSIONS, "A", Asks({"line": "boats"}, "number"), "line"),
        (SUBMISSIONS, "A", Asks({"mine": "1"}, "number"), "mine"),
        (SUBMISSIONS, "A", Asks({"carrier": "x"}, "number"), "filters"),
        (SUBMISSIONS, "A", Asks({}, "premium"), "sort"),
        (SUBMISSIONS, "A", Asks({}, "number", columns=("number",)), "columns"),
        (POLICIES, "A", Asks({"effective_from": "soon"}, "insured"), "effective_from"),
        (POLICIES, "A", Asks({"text": "a\x00"}, "insured"), "text"),
        (POLICIES, "A", Asks({}, "insured", columns=("line",)), "columns"),
    ],
)
def test_what_a_list_cannot_be_asked_is_refused_by_its_part(
    cast: Cast, listing: Listing, name: str, asks: Asks, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        cast.door.run(keeping.save, cast.maya, listing=listing, name=name, asks=asks)
    assert set(refused.value.problems) == {field}


@pytest.mark.criterion("TRACK-07")
def test_nobody_keeps_views_without_end(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "MOST_VIEWS", 1)
    saved(cast, cast.maya)
    with pytest.raises(Invalid, match="Delete one first"):
        saved(cast, cast.maya, "Another")
    cast.door.run(keeping.save, cast.maya, listing=POLICIES, name="Another", asks=Asks({}, "insured"))


@pytest.mark.criterion("TRACK-08")
def test_a_shared_view_is_everybodys_and_shows_to_each_their_own(door: Door, cast: Cast, agency: Agency) -> None:
    mine, theirs = cast.submitted(), cast.submitted(cast.daniel)
    for who in (cast.maya, cast.csr, agency.read_only()):
        with pytest.raises(Forbidden):
            door.run(keeping.share, who, locator="nothing", shared=True)
    every = Asks({"statuses": ["pending"]}, "number")
    view = saved(cast, cast.underwriter, "Waiting", every, shared=True)
    assert names(cast, cast.maya) == names(cast, cast.daniel) == names(cast, cast.principal) == ["Waiting"]
    with pytest.raises(Forbidden):
        door.run(keeping.listed, agency.admin(), listing=SUBMISSIONS)

    def rows(who: Actor) -> set[str]:
        taken = door.run(keeping.view, who, locator=view.locator).asks
        wanted = Filter(statuses=tuple(SubmissionStatus(each) for each in taken.filters["statuses"]))
        return {each.locator for each in door.run(find.listed, who, wanted=wanted).rows}

    assert (rows(cast.maya), rows(cast.daniel)) == ({mine}, {theirs})
    assert rows(cast.underwriter) == {mine, theirs}
    private = saved(cast, cast.maya)
    with pytest.raises(NotFound):
        door.run(keeping.share, cast.principal, locator=private.locator, shared=True)
    # The same person without the grant: what everybody sees is not theirs to rule any more.
    for act, given in ((keeping.change, {"name": "Mine"}), (keeping.change, {"asks": PENDING}), (keeping.remove, {})):
        with pytest.raises(Forbidden, match="only who may share"):
            door.run(act, cast.csr, locator=view.locator, **given)
    assert not door.run(keeping.share, cast.principal, locator=view.locator, shared=False).shared
    door.run(keeping.change, cast.csr, locator=view.locator, name="Waiting")
    assert names(cast, cast.underwriter) == ["Waiting"]
    assert names(cast, cast.principal) == []


@pytest.mark.criterion("TRACK-09")
def test_a_list_begins_as_one_chose_or_else_as_the_agency_says(door: Door, cast: Cast) -> None:
    own, ours = saved(cast, cast.maya, "Own"), saved(cast, cast.underwriter, "Ours", shared=True)
    about: dict[str, Any] = {"listing": SUBMISSIONS}
    assert start(cast, cast.maya) == ""
    with pytest.raises(Invalid, match="Share the view first"):
        door.run(keeping.make_agencys, cast.underwriter, locator=saved(cast, cast.underwriter).locator, **about)
    with pytest.raises(Forbidden):
        door.run(keeping.make_agencys, cast.maya, locator=own.locator, **about)
    with pytest.raises(NotFound):
        door.run(keeping.start_with, cast.daniel, locator=own.locator, **about)
    with pytest.raises(NotFound):
        door.run(keeping.start_with, cast.maya, listing=POLICIES, locator=own.locator)
    door.run(keeping.make_agencys, cast.underwriter, locator=ours.locator, **about)
    assert start(cast, cast.maya) == start(cast, cast.daniel) == "Ours"

    door.run(keeping.start_with, cast.maya, locator=own.locator, **about)
    assert (start(cast, cast.maya), start(cast, cast.daniel)) == ("Own", "Ours")
    assert [each.name for each in door.run(keeping.listed, cast.maya, **about).rows if each.is_start] == ["Own"]
    door.run(keeping.start_with, cast.maya, locator=None, **about)
    assert start(cast, cast.maya) == "", "everything, whatever the agency says"
    door.run(keeping.start_as_agency, cast.maya, **about)
    assert start(cast, cast.maya) == "Ours"

    door.run(keeping.start_with, cast.maya, locator=own.locator, **about)
    door.run(keeping.remove, cast.maya, locator=own.locator)
    door.run(keeping.start_with, cast.daniel, locator=ours.locator, **about)
    second = saved(cast, cast.principal, "Second", shared=True)
    door.run(keeping.make_agencys, cast.principal, locator=second.locator, **about)
    assert (start(cast, cast.maya), start(cast, cast.daniel)) == ("Second", "Ours"), "there is one of the agency's"
    door.run(keeping.share, cast.principal, locator=ours.locator, shared=False)
    assert start(cast, cast.daniel) == "Second"
    door.run(keeping.share, cast.principal, locator=second.locator, shared=False)
    assert start(cast, cast.daniel) == ""
    with door.database.read() as db:
        assert len(db.scalars(select(StartView)).all()) == 1, "what was deleted is nobody's beginning"


def test_every_column_of_the_dashboard_but_the_first_can_be_chosen() -> None:
    assert set(SPELLINGS[SUBMISSIONS].columns) == {each.value for each in find.Sort} - {"number"}
