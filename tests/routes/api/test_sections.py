"""`/policies/{locator}/billing`, `/claims` and `/documents`: the services' answers, to whom the matrix says."""

from typing import Any

import pytest

from portal_app.models.enums import FeedKind
from portal_app.services.door import Door
from tests.attached import attach, has_come
from tests.routes.api.conftest import Cast, Served
from tests.routes.api.test_description import read

SECTIONS = ("billing", "claims", "documents")
NOBODY = "01J00000000000000000000000"


@pytest.fixture
def full(door: Door, cast: Cast) -> str:
    """The locator of Maya's policy, on which something of every kind hangs."""
    with door.database.write() as db:
        for policy in cast.agency.policies.values():
            attach(db, policy)
        has_come(db, FeedKind.BILLING, FeedKind.CLAIMS, FeedKind.DOCUMENTS)
    return cast.agency.policies["maya"].locator


@pytest.mark.criterion("KIND-30")
def test_billing_is_told_with_its_feed_and_its_age(cast: Cast, full: str) -> None:
    found = cast.maya.json(f"/policies/{full}/billing")
    assert (found["total"], found["listCompleted"]) == (2, True)
    assert (found["feed"], found["asOf"]) == ("test", "2026-11-20T14:30:00Z")
    item = found["items"][0]
    assert len(item.pop("locator")) == 26
    assert item == {
        "termEffective": "2026-06-01", "mode": "direct", "paymentPlan": "Quarterly", "billed": "1234.50",
        "paid": None, "balance": "308.62", "pastDue": "100.00", "nextDueOn": "2026-12-01", "nextDue": "308.62",
        "lastPaidOn": None, "lastPaid": None,
    }  # fmt: skip


@pytest.mark.criterion("KIND-30")
def test_claims_and_documents_are_told(cast: Cast, full: str) -> None:
    claims = cast.maya.json(f"/policies/{full}/claims")
    assert [(each["number"], each["status"], each["lostOn"]) for each in claims["items"]] == [
        ("CL-2", "reopened", "2026-07-04"), ("CL-0", "open", "2026-06-20"), ("CL-1", "closed", "2026-09-09"),
    ]  # fmt: skip
    assert (claims["items"][0]["reserved"], claims["items"][0]["paid"]) == ("4000.00", None)
    page = cast.maya.json(f"/policies/{full}/documents", offset=8, count=2)
    assert (len(page["items"]), page["total"], page["listCompleted"]) == (2, 10, True)
    item = page["items"][-1]
    assert (item["title"], item["category"], item["wholeAccount"]) == ("Annual review", "correspondence", True)


@pytest.mark.criterion("KIND-31")
@pytest.mark.parametrize("section", SECTIONS)
def test_the_api_keeps_the_matrix(cast: Cast, full: str, section: str) -> None:
    for person in (cast.principal, cast.csr, cast.read_only, cast.maya):
        assert person.get(f"/policies/{full}/{section}").status_code == 200
    assert cast.admin.get(f"/policies/{full}/{section}").status_code == 403
    refused = [cast.daniel.get(f"/policies/{each}/{section}") for each in (full, NOBODY, "x")]
    assert {answer.status_code for answer in refused} == {404}
    assert len({answer.content for answer in refused}) == 1


@pytest.mark.criterion("KIND-31")
def test_categories_are_kept_back_here_too(cast: Cast, full: str) -> None:
    def seen(person: Any) -> set[str]:
        return {each["category"] for each in person.json(f"/policies/{full}/documents")["items"]}

    assert seen(cast.csr) - seen(cast.read_only) == {"billing_statement"}
    assert seen(cast.csr) - seen(cast.maya) == {"billing_statement", "certificate"}


@pytest.mark.criterion("KIND-30")
@pytest.mark.parametrize("section", SECTIONS)
def test_a_whole_section_is_as_described_and_what_cannot_be_taken_is_refused(
    cast: Cast, served: Served, full: str, section: str
) -> None:
    case = read(served, cast.principal)[f"/policies/{{locator}}/{section}"]["GET"].Case(
        path_parameters={"locator": full}
    )
    answer = case.call_and_validate(headers={"Authorization": f"Bearer {cast.principal.token}"})
    assert answer.status_code == 200
    assert cast.principal.get(f"/policies/{full}/{section}", count=0).status_code == 422
    assert cast.principal.get(f"/policies/{full}/{section}", colour="red").status_code == 422
