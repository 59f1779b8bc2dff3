"""The registry of events: whole, told of in the documentation, and the only ones that the code tells."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal_app.services.webhooks.names import EVENTS, TEST, asks_for_something, matches, wants
from tests.services.webhooks import events_document

ROOT = Path(__file__).resolve().parents[3] / "portal_app"
LOOKS_LIKE_ONE = re.compile(
    r"(producers|authority\.(grant|moratorium|decision)|policy\.(transaction|conflict|billing|claim|document))(\.[A-Za-z]+)+"
)
FACTS = {
    **dict.fromkeys(("producer", "producercode"), "create update validate discard suspend unsuspend retire"),
    **dict.fromkeys(("producerlicense", "producerappointment"), "create update validate discard"),
}


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(ROOT.rglob("*.py")):
        yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def is_tell(call: ast.Call) -> bool:
    """`events.tell(tx, …)` or, where the name was imported from there, `tell(tx, …)`; or `Told(…)`, one of many."""
    called = ast.unparse(call.func)
    return (
        called == "Told"
        or called in ("events.tell", "webhook_events.tell")
        or (called == "tell" and len(call.args) == 2)
    )


def told(node: ast.expr) -> str:
    """A pattern for what the code tells here; what it does not say beforehand fits anything."""
    if isinstance(node, ast.Constant):
        return re.escape(str(node.value))
    if isinstance(node, ast.JoinedStr):
        parts = (re.escape(str(each.value)) if isinstance(each, ast.Constant) else ".+" for each in node.values)
        return "".join(parts)
    return r".+"


@pytest.mark.criterion("HOOK-02")
def test_every_event_that_the_code_tells_is_registered() -> None:
    for place, module in modules():
        for call in (each for each in ast.walk(module) if isinstance(each, ast.Call) and is_tell(each)):
            pattern = re.compile(told(call.args[0 if ast.unparse(call.func) == "Told" else 1]))
            assert any(pattern.fullmatch(name) for name in EVENTS), f"{place}:{call.lineno}"
        for node in (each for each in ast.walk(module) if isinstance(each, ast.Constant)):
            text = node.value
            if isinstance(text, str) and LOOKS_LIKE_ONE.fullmatch(text) and not text.endswith(".json"):
                assert any(name == text or name.startswith(f"{text}.") for name in EVENTS), f"{place}: {text}"


@pytest.mark.criterion("HOOK-02")
def test_the_registry_holds_what_was_agreed_and_reads_well() -> None:
    agreed = {f"producers.{thing}.{verb}" for thing, verbs in FACTS.items() for verb in verbs.split()}
    agreed |= {
        f"policy.transaction.{verb}" for verb in ("create", "update", "underwrite", "issue", "reverse", "discard")
    }
    agreed |= {f"quote.{verb}" for verb in ("create", "update", "underwrite", "reset", "discard")}
    agreed |= {f"quote.{verb}" for verb in ("offer", "bind", "refuse", "refer", "refuseReferral")}
    flagged = ("quote", "policy.transaction")
    agreed |= {f"{thing}.underwritingFlag.{verb}" for thing in flagged for verb in ("add", "remove")}
    agreed |= {f"authority.{rule}.{verb}" for rule in ("grant", "moratorium") for verb in ("create", "update", "end")}
    agreed |= {"authority.decision.create", "policy.conflict.resolve"}
    brought = ("account", "policy.billing", "policy.claim", "policy.document")
    agreed |= {f"{thing}.{verb}" for thing in brought for verb in ("create", "update")}
    steps = ("create", "assign", "quote", "unquote", "bind", "decline", "withdraw", "reopen")
    agreed |= {f"submission.{verb}" for verb in steps}
    agreed |= {f"submission.informationRequest.{verb}" for verb in ("create", "complete", "cancel")}
    agreed |= {f"{thing}.message.create" for thing in ("submission", "policy")}
    assert set(EVENTS) == agreed | {"producers.producercode.numberAssignmentFailed", TEST}
    assert len(set(EVENTS.values())) == len(EVENTS), "two that read alike cannot be told apart"


@pytest.mark.criterion("HOOK-02")
def test_a_pattern_asks_for_one_or_for_what_begins_so() -> None:
    assert matches("*", "policy.transaction.issue")
    assert matches("producers.*", "producers.producercode.create")
    assert matches("producers.producer.*", "producers.producer.create")
    assert not matches("producers.producer.*", "producers.producercode.create")
    assert not matches("producers.producer", "producers.producer.create")
    assert wants(["policy.transaction.issue", "producers.producer.*"], "producers.producer.retire")
    assert not wants([], "producers.producer.retire")
    for pattern in ("", ".*", "**", "producers.*.create", "producers.producer.creat", "PRODUCERS.*"):
        assert not asks_for_something(pattern), pattern


@pytest.mark.criterion("HOOK-02")
def test_the_table_in_the_documentation_is_current() -> None:
    text = events_document.PLACE.read_text(encoding="utf-8")
    assert text == events_document.with_table(text), "run: python -m tests.services.webhooks.events_document"
