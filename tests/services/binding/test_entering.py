"""A quote is entered in a form that begins with what is known, and is saved whole or not at all."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from portal_app.services.door import Door
from portal_app.services.errors import Conflict, Forbidden, Invalid, NotFound
from portal_app.services.quotes import entering, find
from portal_app.services.quotes.terms import QuoteTerms
from tests.services.binding.acting import Desk
from tests.services.binding.test_offering import add_document
from tests.services.submissions.acting import RISK, field, form


@pytest.mark.criterion("QUOTE-12")
def test_a_form_begins_with_the_answers_or_with_an_earlier_quote(door: Door, desk: Desk) -> None:
    submission, other = desk.reviewed(), desk.reviewed()
    underwriter = desk.cast.underwriter
    new = door.run(entering.begin, underwriter, submission=submission)
    assert (new.insured_name, new.number, new.line, new.quote) == ("Ada Quill", "SUB-2026-000001", "homeowners", "")
    assert new.terms == {
        "producer_code": "HL-maya",
        "effective": date(2027, 1, 15),
        "expiration": date(2028, 1, 15),
        "jurisdiction": "RI",
    }
    first = desk.quoted(submission, document=add_document(desk, submission))
    copied = door.run(entering.begin, underwriter, submission=submission, like=first.locator)
    assert (copied.terms["premium"], copied.terms["carrier"], copied.document) == (
        Decimal("1450.00"),
        desk.carrier,
        "",
    )
    again = door.run(entering.again, underwriter, quote=first.locator)
    assert (again.quote, again.version, again.document, again.submission) == (
        first.locator,
        1,
        first.document,
        submission,
    )
    with pytest.raises(NotFound):
        door.run(entering.begin, underwriter, submission=other, like=first.locator)
    with pytest.raises(Conflict, match="is Draft"):
        door.run(entering.begin, underwriter, submission=desk.cast.filled())
    with pytest.raises(Conflict, match="Only one that is draft"):
        door.run(entering.again, underwriter, quote=desk.underwritten(submission).locator)
    for who in (desk.cast.maya, desk.cast.csr):
        with pytest.raises(Forbidden):
            door.run(entering.begin, who, submission=submission)


@pytest.mark.criterion("QUOTE-12")
def test_a_form_begins_with_where_the_risk_lies_and_not_where_the_mail_goes(door: Door, desk: Desk) -> None:
    document = form()
    insured, dwelling = (document["sections"][at]["groups"][0]["fields"] for at in (0, 1))
    insured.append(field("postal_code", "ZIP code", "postal_code"))
    dwelling.append(field("postal_code", "ZIP code", "postal_code"))
    document["roles"]["postalCode"] = f"{RISK}.postal_code"
    desk.cast.put_form(document, number=2)
    locator = desk.cast.filled(postal_code="02903")
    desk.cast.save(locator, RISK, {"usage": "primary", "postal_code": "02840"}, version=1)
    desk.cast.submit(locator)
    begun = door.run(entering.begin, desk.cast.underwriter, submission=locator)
    assert begun.terms["postal_code"] == "02840"


@pytest.mark.criterion("QUOTE-12")
def test_terms_and_document_are_saved_together_on_top_of_what_was_seen(door: Door, desk: Desk) -> None:
    submission = desk.reviewed()
    made, paper = desk.quoted(submission), add_document(desk, submission)
    begun = door.run(entering.again, desk.cast.underwriter, quote=made.locator)
    terms = QuoteTerms(**begun.terms)

    def save(document: str, version: int = made.version, **changed: object) -> object:
        changed_terms = replace(terms, **changed)  # type: ignore[arg-type]
        about = {"locator": made.locator, "terms": changed_terms, "document": document, "version": version}
        return door.run(entering.change, desk.cast.underwriter, **about)

    with pytest.raises(Invalid, match="no such quote document"):
        save("0" * 26, premium=Decimal("1.00"))
    there = door.run(find.quote, desk.cast.underwriter, locator=made.locator)
    assert (there.premium, there.version) == (Decimal("1450.00"), 1), "nothing was changed"
    save(paper, premium=Decimal("1500.00"), deductible=None)
    there = door.run(find.quote, desk.cast.underwriter, locator=made.locator)
    assert (there.premium, there.deductible, there.document) == (Decimal("1500.00"), None, paper)
    with pytest.raises(Conflict):
        save(paper, premium=Decimal("1600.00"))
    save("", there.version, premium=Decimal("1500.00"), deductible=None)
    assert door.run(find.quote, desk.cast.underwriter, locator=made.locator).document == ""
