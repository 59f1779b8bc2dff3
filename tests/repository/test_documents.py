"""What is written for people: every document is found from the README, and what it names is there."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.main import get_command

from portal_app.__main__ import app
from tests.servers import ROOT

PAPERS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "bench" / "README.md"]
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)\s#]*)(?:#([^)\s]+))?\)")
COMMAND = re.compile(r"-m portal_app ((?:[a-z-]+ ?){1,2})")
TARGET = re.compile(r"`make ([a-z-]+)|^\s*make ([a-z-]+)$", re.MULTILINE)


def links(paper: Path) -> Iterator[tuple[Path, str]]:
    for found in LINK.finditer(paper.read_text(encoding="utf-8")):
        yield ((paper.parent / found[1]).resolve() if found[1] else paper, found[2] or "")


def headings(paper: Path) -> set[str]:
    """The anchors that a reader of Markdown makes of them."""
    titles = re.findall(r"^#+ (.+)$", paper.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.strip().lower()).replace(" ", "-") for each in titles}


def test_the_readme_leads_to_every_document() -> None:
    linked = {place for place, _ in links(ROOT / "README.md")}
    assert [each.name for each in sorted((ROOT / "docs").glob("*.md")) if each not in linked] == []


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: str(paper.relative_to(ROOT)))
def test_links_lead_somewhere(paper: Path) -> None:
    for place, anchor in links(paper):
        assert place.exists(), place
        assert not anchor or place.suffix != ".md" or anchor in headings(place), f"{place.name}#{anchor}"


def test_commands_and_targets_are_there() -> None:
    command = get_command(app)
    targets = set(
        re.findall(r"^([a-z-]+)(?: [a-z-]+)*:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    )
    for paper in PAPERS:
        written = paper.read_text(encoding="utf-8")
        for words in COMMAND.findall(written):
            first, *rest = words.split()
            there = command.commands.get(first)  # type: ignore[attr-defined]
            assert there is not None, f"{paper.name}: {words}"
            assert not rest or not hasattr(there, "commands") or rest[0] in there.commands, f"{paper.name}: {words}"
        assert {one or other for one, other in TARGET.findall(written)} <= targets, paper.name
