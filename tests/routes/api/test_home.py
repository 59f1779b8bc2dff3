"""`/home`."""

import pytest
from sqlalchemy import text

from portal_app.services.door import Door
from tests.routes.api.conftest import Cast
from tests.world import Agency


@pytest.mark.criterion("HOME-11")
def test_programs_get_the_same_cards_and_what_failed_beside_them(cast: Cast, door: Door, agency: Agency) -> None:
    home = cast.maya.json("/home")
    assert (home["today"], home["failed"]) == ("2026-11-20", [])
    assert home["cards"] == ["turns", "messages", "atRisk", "since", "book", "renewals"]
    assert (home["book"]["inForce"], home["book"]["premium"]) == (1, "1234.50")
    assert home["turns"]["asked"] == {"items": [], "total": 0, "listCompleted": True}
    assert home["messages"] == {"items": [], "total": 0, "listCompleted": True}
    assert home["people"] is home["queue"] is home["feeds"] is None
    admin = cast.admin.json("/home")
    assert [
        name for name in ("turns", "messages", "atRisk", "since", "book", "renewals", "desk", "queue") if admin[name]
    ] == []
    assert admin["people"]["wanting"]["total"] == admin["people"]["invited"] == 6
    assert admin["people"]["wanting"]["listCompleted"] is False
    assert admin["people"]["wanting"]["items"][0]["standing"] == "invited"
    assert admin["troubles"] == {"feeds": 0, "quarantined": 0, "conflicts": 0, "deadLetters": 0}

    with door.database.write() as db:
        db.execute(text("ALTER TABLE policy_term RENAME TO policy_term_away"))
    after = cast.principal.json("/home")
    [failed] = after["failed"]
    assert (failed["card"], failed["detail"]) == ("renewals", "Something went wrong on our side.")
    assert len(failed["reference"]) == 8
    assert after["renewals"] is None
    assert after["book"]["inForce"] == 4
