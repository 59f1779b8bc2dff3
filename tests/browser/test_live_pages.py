"""Open pages while others work: in another tab, in another web process, in the worker; and while the server is gone."""

import re
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from tests.browser.agency import Agency, agency
from tests.browser.looking import DESK, look

# Several processes and browsers are started for one test.
pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

WITHIN = 20_000
HERS = "producer@demo.agency"
# Whoever looks at a page in another window sees this one as hidden.
AWAY = "window.isAway = false; Object.defineProperty(document, 'hidden', { get: () => window.isAway })"


@pytest.fixture(scope="module")
def database_url(postgres_url: str) -> str:
    """An empty database for several processes."""
    engine = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CREATE DATABASE live_pages"))
    engine.dispose()
    return make_url(postgres_url).set(database="live_pages").render_as_string(hide_password=False)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def portal(
    request: pytest.FixtureRequest, built_front_end: object, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Agency]:
    folder = tmp_path_factory.mktemp("live")
    given = ()
    if request.param == "postgresql":
        given = (request.getfixturevalue("database_url"), request.getfixturevalue("redis_url"))
    with agency(folder, *given) as one:
        yield one


@pytest.fixture(scope="module")
def contexts(browser: Browser, browser_context_args: dict[str, object]) -> Iterator[Callable[[], BrowserContext]]:
    made: list[BrowserContext] = []

    def one() -> BrowserContext:
        made.append(browser.new_context(**browser_context_args))  # type: ignore[arg-type]
        return made[-1]

    yield one
    for each in made:
        each.close()


@pytest.fixture(scope="module")
def admin(portal: Agency, contexts: Callable[[], BrowserContext]) -> BrowserContext:
    """An administrator who is signed in, for as long as this file runs."""
    context = contexts()
    portal.sign_in(context, "admin")
    return context


@pytest.fixture
def csr(portal: Agency, contexts: Callable[[], BrowserContext]) -> BrowserContext:
    context = contexts()
    portal.sign_in(context, "csr")
    return context


def tab(context: BrowserContext, url: str, heading: str) -> Page:
    page = context.new_page()
    page.goto(url)
    expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible()
    return page


def person(context: BrowserContext, site: str, name: str) -> Page:
    page = tab(context, f"{site}/admin/users", "Users")
    page.get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    expect(page.get_by_label("Name", exact=True)).to_have_value(name)
    return page


def save(page: Page) -> None:
    page.get_by_role("button", name="Review the change").click()
    page.get_by_role("button", name="Save").click()


@pytest.mark.criterion("LIVE-03")
def test_what_the_worker_takes_in_appears_in_a_list_that_is_open(
    portal: Agency, admin: BrowserContext, csr: BrowserContext
) -> None:
    page = tab(csr, f"{portal.far.site.url}/accounts?q=Yang", "Accounts")
    expect(page.get_by_role("link", name="Laura Yang", exact=True)).to_be_visible()
    page.evaluate("window.stillThis = true")
    page.get_by_label("Search accounts").press("End")
    page.get_by_label("Search accounts").press_sequentially(" half typed")

    portal.export("clients", "Laura Yang", "Laura Yang-Petrov")
    feeds = tab(admin, f"{portal.near.site.url}/admin/integrations", "Integrations")
    runs = feeds.get_by_role("region", name="Runs of the feeds").get_by_role("row")
    before = runs.count()
    feeds.get_by_role("button", name="Run now").click()
    expect(page.get_by_role("link", name="Laura Yang-Petrov")).to_be_visible(timeout=WITHIN)
    expect(page.get_by_label("Search accounts")).to_have_value("Yang half typed")
    expect(page.get_by_label("Search accounts")).to_be_focused()
    assert page.evaluate("window.stillThis"), "the page was not loaded anew"
    expect(runs.nth(before)).to_be_visible(timeout=WITHIN)
    expect(feeds.get_by_role("button", name="Run now")).to_be_visible(timeout=WITHIN)


# What two processes on PostgreSQL do, one on SQLite does as well: where nothing else is looked at, once is enough.
SEVERAL = pytest.mark.parametrize("portal", ["postgresql"], indirect=True, scope="module")


@pytest.mark.criterion("LIVE-04")
@SEVERAL
def test_what_is_changed_in_one_tab_appears_in_the_other(portal: Agency, admin: BrowserContext) -> None:
    listed = tab(admin, f"{portal.far.site.url}/admin/users", "Users")
    expect(listed.get_by_role("link", name="Priya Nair")).to_be_visible()
    one = person(admin, portal.near.site.url, "Priya Nair")
    one.get_by_label("Name", exact=True).fill("Priya Nair-Rao")
    save(one)
    expect(one.get_by_text("Saved.")).to_be_visible()
    expect(listed.get_by_role("link", name="Priya Nair-Rao")).to_be_visible(timeout=WITHIN)
    one.get_by_label("Name", exact=True).fill("Priya Nair")
    save(one)
    expect(listed.get_by_role("link", name="Priya Nair", exact=True)).to_be_visible(timeout=WITHIN)


@pytest.mark.criterion("LIVE-05")
def test_a_page_that_nobody_sees_waits_and_one_at_which_somebody_works_offers_it(
    portal: Agency, admin: BrowserContext
) -> None:
    admin.add_init_script(AWAY)
    listed = tab(admin, f"{portal.far.site.url}/admin/users", "Users")
    expect(listed.get_by_role("link", name="Tom Becker")).to_be_visible()
    listed.evaluate("window.isAway = true")
    one = person(admin, portal.near.site.url, "Tom Becker")
    one.get_by_label("Name", exact=True).fill("Tomas Becker")
    save(one)
    expect(listed.locator("[data-news]:not([data-news=''])")).to_have_count(1, timeout=WITHIN)
    expect(listed.get_by_role("link", name="Tom Becker")).to_be_visible()
    # Whoever comes back marks a name at once, to copy it: nothing moves under their hands.
    listed.evaluate("""() => {
        getSelection().selectAllChildren(document.querySelector(".row-link"));
        window.isAway = false;
        document.dispatchEvent(new Event("visibilitychange"));
    }""")
    offer = listed.get_by_role("button", name="Something here has changed. Show it")
    expect(offer).to_be_visible(timeout=WITHIN)
    expect(listed.get_by_role("link", name="Tom Becker")).to_be_visible()
    assert look(listed) == []
    offer.click()
    expect(listed.get_by_role("link", name="Tomas Becker")).to_be_visible()
    expect(offer).to_be_hidden()


@pytest.mark.criterion("LIVE-06")
def test_a_form_that_somebody_fills_in_is_left_alone_and_not_saved_over_anothers_change(
    portal: Agency, admin: BrowserContext
) -> None:
    mine = person(admin, portal.far.site.url, "Daniel Kim")
    mine.get_by_label("Name", exact=True).fill("Daniel O. Kim")
    theirs = person(admin, portal.near.site.url, "Daniel Kim")
    theirs.get_by_label("Email").fill("daniel.kim@demo.agency")
    save(theirs)
    expect(theirs.get_by_text("Saved.")).to_be_visible()
    told = mine.get_by_text(re.compile("^Somebody else changed this person since you opened the form."))
    expect(told).to_be_visible(timeout=WITHIN)
    expect(mine.get_by_label("Name", exact=True)).to_have_value("Daniel O. Kim")
    assert look(mine) == []
    mine.set_viewport_size(DESK)
    save(mine)
    expect(mine.get_by_text("Nothing was saved: somebody else changed this person")).to_be_visible()
    expect(mine.get_by_label("Name", exact=True)).to_have_value("Daniel O. Kim")
    mine.get_by_role("button", name="Show the person as they are now").click()
    expect(told).to_have_count(0)
    expect(mine.get_by_label("Email")).to_have_value("daniel.kim@demo.agency")
    mine.get_by_label("Email").fill("producer2@demo.agency")
    save(mine)
    expect(mine.get_by_text("Saved.")).to_be_visible()


@pytest.mark.criterion("LIVE-07")
@pytest.mark.parametrize("meanwhile", ["nothing", "a change by somebody else"])
def test_a_server_that_dies_under_a_form_takes_nothing_with_it(
    portal: Agency, admin: BrowserContext, meanwhile: str
) -> None:
    mine = person(admin, portal.near.site.url, "Maya Alvarez")
    mine.get_by_label("Name", exact=True).fill("Maya L.")
    mine.get_by_label("Also sees the book of the producers below them").check()
    portal.near.kill()
    expect(mine.get_by_text("The portal cannot be reached right now.")).to_be_visible(timeout=WITHIN)
    mine.get_by_label("Producer code").fill("HL-110")
    if meanwhile == "nothing":
        assert look(mine) == []
        mine.set_viewport_size(DESK)
    if meanwhile != "nothing":
        portal.write("UPDATE portal_user SET email = :new WHERE email = :old", old=HERS, new="maya@demo.agency")
    portal.near.start()
    expect(mine.get_by_text("The portal cannot be reached right now.")).to_have_count(0, timeout=WITHIN)
    expect(mine.locator("[data-alive=true]")).to_have_count(1, timeout=WITHIN)
    expect(mine.get_by_label("Name", exact=True)).to_have_value("Maya L.")
    expect(mine.get_by_label("Producer code")).to_have_value("HL-110")
    expect(mine.get_by_label("Also sees the book of the producers below them")).to_be_checked()
    save(mine)
    if meanwhile == "nothing":
        expect(mine.get_by_text("Saved.")).to_be_visible()
    else:
        expect(mine.get_by_text("Nothing was saved: somebody else changed this person")).to_be_visible()
        expect(mine.get_by_label("Name", exact=True)).to_have_value("Maya L.")
    as_before = "UPDATE portal_user SET name = 'Maya Alvarez', email = :hers WHERE email IN (:hers, :new)"
    portal.write(as_before, hers=HERS, new="maya@demo.agency")


@pytest.mark.criterion("LIVE-08")
@SEVERAL
@pytest.mark.parametrize("how", ["signed out", "another role", "another sign-in"])
def test_a_session_that_is_taken_away_is_told_within_five_seconds(
    portal: Agency, admin: BrowserContext, csr: BrowserContext, contexts: Callable[[], BrowserContext], how: str
) -> None:
    theirs = tab(csr, f"{portal.far.site.url}/policies", "Policies")
    if how == "another sign-in":
        portal.sign_in(contexts(), "csr")
    else:
        page = person(admin, portal.near.site.url, "Imani Brooks")
        if how == "signed out":
            page.get_by_role("button", name="Sign out everywhere").click()
            page.get_by_role("button", name="Yes").click()
            expect(page.get_by_text("Their sessions were ended.")).to_be_visible()
        else:
            box = page.get_by_label("Sees commission reports")
            box.set_checked(not box.is_checked())
            save(page)
            expect(page.get_by_text("Saved.")).to_be_visible()
    done = time.monotonic()
    expect(theirs).to_have_url(re.compile("/sign-in[?]reason="), timeout=5000)
    assert time.monotonic() - done < 5
