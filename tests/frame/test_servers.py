"""The servers that the tests start are real, are there, and are gone afterwards."""

import asyncio
import os
from pathlib import Path

import paramiko
import psycopg
import pytest
import redis
from playwright.sync_api import Page, expect

from tests import servers


def test_postgresql_answers_and_has_what_the_search_needs(postgres_url: str) -> None:
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        assert connection.execute("SELECT similarity('harbor', 'harbour') > 0.4").fetchone() == (True,)


def test_redis_answers(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as connection:
        connection.set("a", "b")
        assert connection.get("a") == b"b"


def test_sshd_gives_out_files_to_the_key_alone(sftp_server: servers.SftpServer, tmp_path: Path) -> None:
    (sftp_server.folder / "policies.csv").write_text("Policy Number\n")
    kind, text, *_ = sftp_server.host_key.read_text().split()
    known = tmp_path / "known_hosts"
    known.write_text(f"[{sftp_server.host}]:{sftp_server.port} {kind} {text}\n")
    with paramiko.SSHClient() as client:
        client.load_host_keys(str(known))
        client.set_missing_host_key_policy(paramiko.RejectPolicy())
        key = str(sftp_server.key)
        client.connect(sftp_server.host, sftp_server.port, sftp_server.user, key_filename=key, allow_agent=False)
        with client.open_sftp() as files:
            assert files.listdir() == ["policies.csv"]
    with paramiko.SSHClient() as client:
        client.load_host_keys(str(known))
        with pytest.raises(paramiko.AuthenticationException):
            client.connect(
                sftp_server.host,
                sftp_server.port,
                sftp_server.user,
                password="guess",
                look_for_keys=False,
                allow_agent=False,
            )


@pytest.mark.browser
def test_chromium_runs_scripts(page: Page) -> None:
    page.set_content("<p id=a>before</p><script>document.getElementById('a').textContent = 'after'</script>")
    expect(page.locator("#a")).to_have_text("after")


def test_a_test_after_chromium_may_run_a_loop() -> None:
    assert asyncio.run(asyncio.sleep(0, "ran")) == "ran"


@pytest.mark.browser
def test_chromium_goes_on_after_that(page: Page) -> None:
    page.set_content("<p>still there</p>")
    expect(page.locator("p")).to_have_text("still there")


def test_servers_end_with_their_block() -> None:
    with servers.redis() as url:
        port = int(url.rsplit(":", 1)[1].partition("/")[0])
        assert servers.listens(port)
    assert not servers.listens(port)


def test_a_missing_program_is_installed_or_the_test_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(servers.subprocess, "run", lambda command, **_: asked.append(command))
    with pytest.raises(pytest.skip.Exception, match="no-such-program"):
        servers.need("no-such-program")
    assert asked == [[servers.ROOT / ".ci/system-packages"]]
    assert os.access(asked[0][0], os.X_OK)
