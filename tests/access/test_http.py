"""The served product, asked by everybody for everything."""

import re
from collections.abc import Iterator

import pytest

from portal_app.demo import PASSWORD, SIGN_INS
from tests import servers
from tests.servers import Site
from tests.visitor import Visitor

PAGES = [
    "/",
    "/policies",
    "/policies/01J00000000000000000000000",
    "/accounts",
    "/accounts/x",
    "/admin/users",
    "/nonsense",
]
FOREIGN = "https://evil.example"


@pytest.fixture(scope="module")
def site(built_front_end: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with servers.portal(tmp_path_factory.mktemp("demo"), "serve", "--demo") as site:
        yield site


def visitor(site: Site, email: str = "") -> Visitor:
    person = Visitor(site)
    if email:
        who = next(each for each in SIGN_INS if each.email == email)
        assert person.sign_in(who.email, PASSWORD, who.totp_secret).location == "/"
    return person


@pytest.fixture(scope="module")
def principal(site: Site) -> Visitor:
    return visitor(site, "principal@demo.agency")


@pytest.mark.criterion("GUARD-10")
@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_is_led_to_the_sign_in_page(site: Site, path: str) -> None:
    answer = visitor(site).get(path)
    assert (answer.status, answer.location) == (303, "/sign-in")


@pytest.mark.criterion("GUARD-10")
@pytest.mark.parametrize("path", ["/", "/policies", "/enroll", "/sign-in/../policies"])
def test_a_password_alone_opens_nothing_but_the_next_step(site: Site, path: str) -> None:
    person = visitor(site)
    assert person.post("/auth/sign-in", {"email": "csr@demo.agency", "password": PASSWORD}).location == "/mfa"
    assert person.get(path).status in (303, 404)
    assert person.get("/policies").location == "/mfa"
    assert person.get("/mfa").status == 200


@pytest.mark.criterion("GUARD-10")
def test_a_whole_sign_in_opens_the_pages_and_closes_the_steps(principal: Visitor) -> None:
    assert principal.get("/policies").status == 200
    assert principal.get("/mfa").location == "/"
    assert principal.get("/sign-in").location == "/"


@pytest.mark.criterion("GUARD-10")
@pytest.mark.parametrize(
    "path",
    [
        "/assets/../policies/index.html",
        "/assets/%2e%2e/policies/index.html",
        "/assets//policies",
        "/assets/..\\policies",
        "/api/../policies/index.html",
        "/api/%2e%2e/policies/index.html",
        "/api/..%2fpolicies/index.html",
        "/api/x/../../accounts/index.html",
        "/api/v1/../../policies/index.html",
        "/api/../policies",
        "/api//policies",
    ],
)
def test_a_crooked_path_opens_nothing(site: Site, path: str) -> None:
    assert visitor(site).get(path).status == 404


@pytest.mark.criterion("GUARD-11")
def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(site: Site) -> None:
    person = visitor(site)
    answer = person.post("/auth/sign-in", {"email": "csr@demo.agency", "password": PASSWORD})
    (cookie,) = answer.cookies
    assert cookie.startswith("portal_session=")
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(re.split(r"; ", cookie))
    assert "Domain" not in cookie


@pytest.mark.criterion("GUARD-12")
@pytest.mark.parametrize("origin", ["", FOREIGN, "null", "http://127.0.0.1:1", "HTTP://127.0.0.1"])
@pytest.mark.parametrize("path", ["/auth/sign-in", "/auth/mfa", "/auth/enroll", "/auth/set-up", "/auth/sign-out"])
def test_a_form_from_elsewhere_is_refused(site: Site, path: str, origin: str) -> None:
    answer = visitor(site).post(path, {"email": "csr@demo.agency", "password": PASSWORD}, origin=origin)
    assert answer.status == 403
    assert answer.cookies == []


@pytest.mark.criterion("GUARD-12")
@pytest.mark.parametrize("path", ["/auth/sign-in", "/auth/mfa", "/auth/enroll", "/auth/set-up", "/auth/sign-out"])
def test_no_get_changes_anything(principal: Visitor, path: str) -> None:
    assert principal.get(path).status in (303, 404, 405)
    assert principal.get("/policies").status == 200


@pytest.mark.criterion("GUARD-13")
@pytest.mark.parametrize("origin", [None, FOREIGN, "null", "http://127.0.0.1:1"])
def test_a_socket_from_elsewhere_is_refused(principal: Visitor, origin: str | None) -> None:
    assert principal.socket_status(origin) == 403
    assert Visitor(principal.site).socket_status(origin) == 403


@pytest.mark.criterion("GUARD-13")
def test_there_is_no_long_polling_around_the_sockets_check(site: Site) -> None:
    assert visitor(site).get("/_event/?EIO=4&transport=polling&token=t").status == 404


@pytest.mark.criterion("GUARD-14")
def test_another_host_name_is_refused(site: Site) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example"):
        answer = visitor(site).get("/sign-in", host=host)
        assert answer.status == 421
        assert host not in str(answer.headers)


@pytest.mark.criterion("GUARD-14")
def test_redirects_never_repeat_a_forged_host(site: Site) -> None:
    for path in ("/sign-in", "/policies", "/assets", "//evil.example/x"):
        assert "evil.example" not in visitor(site).get(path, x_forwarded_host="evil.example").location


@pytest.mark.criterion("GUARD-15")
def test_every_page_says_how_careful_a_browser_must_be(site: Site) -> None:
    headers = visitor(site).get("/sign-in").headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "'unsafe-eval'" not in policy
    script = policy.split("script-src ")[1].split(";")[0]
    assert "'unsafe-inline'" not in script
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["cache-control"] == "no-cache"


@pytest.mark.criterion("GUARD-15")
def test_a_page_that_did_not_change_keeps_its_policy(site: Site) -> None:
    person = visitor(site)
    etag = person.get("/sign-in").headers["etag"]
    again = person.get("/sign-in", if_none_match=etag)
    assert again.status == 304
    assert "content-security-policy" not in again.headers
    assert "cache-control" not in again.headers


@pytest.mark.criterion("GUARD-17")
def test_the_framework_serves_no_upload_and_lists_no_routes(principal: Visitor) -> None:
    for path in ("/_upload", "/_upload/x", "/_all_routes", "/auth-codespace"):
        assert principal.get(path).status == 404


@pytest.mark.criterion("GUARD-18")
def test_signing_out_empties_the_browser(site: Site) -> None:
    person = visitor(site, "readonly@demo.agency")
    answer = person.post("/auth/sign-out")
    assert answer.location == "/sign-in?reason=signed_out"
    assert answer.headers["clear-site-data"] == '"storage"'
    assert person.get("/policies").status == 303


@pytest.mark.criterion("RUN-03")
def test_health_is_told_to_whoever_watches(site: Site) -> None:
    assert visitor(site).get("/healthz").json() == {"alive": True}
    ready = visitor(site).get("/readyz").json()
    assert ready == {"ready": True, "checks": dict.fromkeys(("database", "migration", "storage", "worker"), True)}


@pytest.mark.criterion("GUARD-16")
def test_a_forged_forwarding_header_changes_nothing(site: Site) -> None:
    # The last one here: afterwards this address is slowed down.
    person = visitor(site)
    statuses = set()
    for number in range(31):
        form = {"email": "nobody@demo.agency", "password": "Wrong-Guess-77!?"}
        statuses.add(person.post("/auth/sign-in", form, x_forwarded_for=f"198.51.100.{number}").location)
    assert "/sign-in?reason=throttled" in statuses
