"""On CI a test that is skipped has failed, so that a missing server is never overlooked."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers import ROOT

TESTS = """
import pytest

def test_passes(): pass

def test_skips(): pytest.skip("there is no postgres here")

@pytest.mark.skipif(True, reason="not on this machine")
def test_marked(): pass

@pytest.fixture
def server(): pytest.skip("there is no redis here")

def test_with_a_fixture_that_skips(server): pass

@pytest.mark.xfail(strict=True)
def test_known(): assert False
"""


@pytest.mark.parametrize(
    ("ci", "closing"),
    [("true", "1 failed, 1 passed, 1 xfailed, 3 errors"), ("", "1 passed, 4 skipped, 1 xfailed")],
)
def test_a_skip_is_a_failure_on_ci(tmp_path: Path, ci: str, closing: str) -> None:
    shutil.copy(ROOT / "tests/conftest.py", tmp_path)
    (tmp_path / "test_some.py").write_text(TESTS)
    (tmp_path / "test_whole_module.py").write_text("import pytest\npytest.importorskip('no_such_module')\n")
    plain = ["-q", "-c", os.devnull, "--rootdir", tmp_path, "--continue-on-collection-errors"]
    without = [part for name in ("cacheprovider", "schemathesis", "hypothesispytest") for part in ("-p", f"no:{name}")]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *plain, *without, tmp_path],
        cwd=tmp_path,
        env=os.environ | {"CI": ci, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip().splitlines()[-1].startswith(closing), done.stdout
    assert done.returncode == (1 if ci else 0)
    if ci:
        reasons = ("no postgres here", "not on this machine", "no redis here", "no_such_module")
        assert [reason for reason in reasons if reason not in done.stdout] == []
