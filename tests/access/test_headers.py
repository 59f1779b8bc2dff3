"""Each page's policy allows the scripts of that page and no others."""

import base64
import hashlib
from pathlib import Path

import pytest

from portal_app.guard.headers import Built


def allowed(policy: bytes) -> str:
    return policy.decode().split("script-src ")[1].split(";")[0]


def hash_of(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


@pytest.fixture
def built(tmp_path: Path) -> Built:
    pages = {"index.html": "home()", "policies/index.html": "policies()", "__spa-fallback.html": "any()"}
    for name, script in pages.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        text = f'<html><script src="/assets/a.js">ignored</script><script type="module">{script}</script></html>'
        (tmp_path / name).write_text(text)
    return Built(tmp_path)


@pytest.mark.criterion("GUARD-15")
@pytest.mark.parametrize(
    ("path", "script"),
    [("/", "home()"), ("/policies", "policies()"), ("/policies/", "policies()"), ("/policies/01M7", "any()")],
)
def test_a_page_may_run_its_own_inline_scripts_alone(built: Built, path: str, script: str) -> None:
    assert allowed(built.policy_for(path, b"text/html; charset=utf-8")) == f"'self' {hash_of(script)}"


@pytest.mark.criterion("GUARD-15")
def test_what_is_no_page_may_run_nothing(built: Built) -> None:
    for content_type in (b"application/json", b"image/svg+xml", b""):
        assert built.policy_for("/", content_type) == b"default-src 'none'; frame-ancestors 'none'"
