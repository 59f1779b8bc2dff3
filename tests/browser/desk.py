"""What underwriters and whoever handed it in do with a submission in Chromium, up to the policy that comes of it."""

import re
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Locator, Page, expect
from pypdf import PdfReader

from tests.browser.entering import EFFECTIVE, EXPIRATION, WITHIN
from tests.browser.looking import DESK, PHONE, look
from tests.services.submissions.sent import pdf, picture


def asks(page: Page) -> None:
    asked = page.get_by_role("region", name="Information asked for")
    asked.get_by_role("button", name="Ask for information").click()
    asked.get_by_label("What is needed").fill("Age of the roof")
    asked.get_by_role("button", name="Add it").click()
    wanted = asked.get_by_role("list", name="To be asked for")
    expect(wanted).to_contain_text("Age of the roof")
    asked.get_by_label("Answer with").select_option(label="A file")
    asked.get_by_label("What is needed").fill("Photo of the roof")
    asked.get_by_role("button", name="Add it").click()
    expect(wanted).to_contain_text("Photo of the roof")
    asked.get_by_role("button", name="Send to the producer").click()
    expect(page.locator(".flash")).to_contain_text("The producer is asked.")
    expect(asked).to_contain_text("Not answered yet.")


def answers(page: Page, folder: Path) -> None:
    """On a phone, each where it is asked for."""
    roof = folder / "roof.jpg"
    roof.write_bytes(picture())
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    expect(page.get_by_role("region", name="Next action")).to_contain_text("Yours")
    asked = page.get_by_role("region", name="Information asked for")
    asked.get_by_role("button", name="Send the answers").click()
    expect(asked).to_contain_text("Age of the roof: this is not answered yet.")
    asked.get_by_label("Age of the roof", exact=True).fill("Twelve years")
    asked.get_by_role("button", name=re.compile("^Answer.*Age of the roof")).click()
    expect(asked).to_contain_text("Answered by producer@demo.agency")
    photo = asked.get_by_role("listitem").filter(has_text="Photo of the roof")
    photo.get_by_label("Choose a file: Photo of the roof").set_input_files(roof)
    expect(photo.get_by_role("link", name="roof.jpg")).to_be_visible()
    expect(photo).to_contain_text("Answered by producer@demo.agency")
    asked.get_by_role("button", name="Send the answers").click()
    expect(page.locator(".flash")).to_contain_text("The answers are sent.")


def enters(page: Page, paper: Path, *, carrier: str, doubted: str = "", **terms: str) -> None:
    """The first quote of a submission, or one like it, with its document; saved once, however often it is pressed.
    `terms` are what is typed beside what the form begins with, by label; what is `doubted` of it is confirmed."""
    # The same bytes again would be the same document.
    paper.write_bytes(pdf(holding=paper.name.encode()))
    quotes = page.get_by_role("region", name="Quotes", exact=True)
    before = quotes.get_by_role("heading", level=3).count()
    quotes.get_by_role("link", name=re.compile("^Copy" if before else "^Enter a quote")).first.click()
    chosen = page.get_by_label("Of this submission's quote documents")
    expect(chosen).to_be_visible(timeout=WITHIN)
    if not before:
        expect(page.get_by_label("Effective date")).to_have_value(EFFECTIVE.isoformat())
        expect(page.get_by_label("Expiration date")).to_have_value(EXPIRATION.isoformat())
        expect(page.get_by_label("ZIP code")).to_have_value("02840")
    for label, value in terms.items():
        page.get_by_label(label.replace("_", " "), exact=True).fill(value)
    save = page.get_by_role("button", name="Save the quote")
    if not before:
        save.click()
        expect(page.get_by_text("Choose the carrier.")).to_be_visible()
    page.get_by_label("Carrier", exact=True).select_option(label=carrier)
    page.get_by_label("Choose a file: Quote document").set_input_files(paper)
    expect(chosen.locator("option:checked")).to_have_text(re.compile(re.escape(paper.name)), timeout=WITHIN)
    expect(page.get_by_label("Premium", exact=True)).to_have_value(terms["Premium"])
    save.dblclick()
    if doubted:
        expect(page.get_by_text(doubted).first).to_be_visible(timeout=WITHIN)
        expect(page.get_by_label("It is meant")).not_to_be_checked()
        assert look(page) == []
        page.set_viewport_size(DESK)  # type: ignore[arg-type]
        page.get_by_label("It is meant").check()
        save.dblclick()
    expect(page.get_by_role("region", name="Quote document")).to_contain_text(paper.name, timeout=WITHIN)


def offers(page: Page) -> None:
    page.get_by_role("button", name="Underwrite").click()
    expect(page.locator(".flash")).to_contain_text("The quote is underwritten.")
    page.get_by_role("button", name="Offer").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Yes, offer it").click()
    expect(page.locator(".flash")).to_contain_text("The quote is offered")
    page.get_by_role("link", name="The submission").click()
    expect(page.get_by_role("region", name="Quotes", exact=True)).to_be_visible(timeout=WITHIN)


def offers_anew(page: Page, desk: Page, quote: Locator) -> None:
    """While it is asked whether to bind it: the question is not about that any more, and says so."""
    quote.get_by_role("button", name=re.compile("^Bind")).click()
    asked = quote.get_by_role("alertdialog")
    expect(asked).to_contain_text("Bind with Saltmarsh Mutual for $1,450.00?")
    there = desk.get_by_role("region", name="Quotes", exact=True)
    there.get_by_role("link", name="Saltmarsh Mutual", exact=True).click()
    desk.get_by_role("button", name="Back to draft").click()
    desk.get_by_role("alertdialog").get_by_role("button", name="Yes, back to draft").click()
    expect(desk.locator(".flash")).to_contain_text("The quote is a draft again.")
    offers(desk)
    expect(asked).to_contain_text("This quote changed since you were asked", timeout=WITHIN)
    expect(asked.get_by_role("button", name="Yes, bind it")).to_have_count(0)
    asked.get_by_role("button", name="Look at it again").click()


def binds(page: Page, quote: Locator) -> None:
    """Twice pressed, bound once."""
    quote.get_by_role("button", name=re.compile("^Bind")).click()
    asked = quote.get_by_role("alertdialog")
    expect(asked).to_contain_text("It cannot be undone here.")
    asked.get_by_role("button", name="Yes, bind it").dblclick()
    expect(page.get_by_role("region", name="Next action")).to_contain_text("It is bound", timeout=WITHIN)


def arrives(page: Page, *, insured: str, address: Sequence[str], premium: str) -> None:
    """The binder comes to the submission; it, the policy and the account say what was typed."""
    binder = page.get_by_role("region", name="Documents").get_by_role("link", name=re.compile(r"^Binder .*\.pdf"))
    with page.expect_download(timeout=WITHIN) as got:
        binder.click(timeout=WITHIN)
    said = " ".join(" ".join(each.extract_text() for each in PdfReader(got.value.path()).pages).split())
    for words in (insured, *address, premium):
        assert words in said, words
    page.get_by_role("link", name="The policy").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(insured, timeout=WITHIN)
    expect(page.locator("#term")).to_contain_text(premium)
    for words in (insured, *address):
        expect(page.get_by_role("region", name="Insured", exact=True)).to_contain_text(words)
    page.get_by_role("link", name="All of this account").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(insured, timeout=WITHIN)
    for words in address:
        expect(page.get_by_role("region", name="Contact")).to_contain_text(words)
    policies = page.get_by_role("table", name="Policies of this account")
    expect(policies.get_by_role("row")).to_have_count(2)
    expect(policies).to_contain_text(premium)
