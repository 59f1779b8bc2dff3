"""A draft is issued: it takes its place in the ledger, and what takes effect later is applied again behind it. That it
is refused by underwriting or by a moratorium is a result, and is kept."""

from dataclasses import dataclass

from portal_app.models.enums import FlagCause, IssueOutcome
from portal_app.models.ledger import LedgerTransaction
from portal_app.models.policies import Policy
from portal_app.services import audit
from portal_app.services.access import Permission
from portal_app.services.authority import at_issue
from portal_app.services.authority.at_issue import AtIssue
from portal_app.services.authority.decisions import Decided
from portal_app.services.door import Tx, writes
from portal_app.services.errors import Conflict, Invalid
from portal_app.services.ledger import rows, views, writing
from portal_app.services.ledger.draft_versions import check_draft_version
from portal_app.services.ledger.drafts import about, check_instructions, check_version, hold
from portal_app.services.ledger.order import Arrangement, rearranged
from portal_app.services.ledger.reading import issuable, told_of
from portal_app.services.ledger.returning import returning, tell_returned
from portal_app.services.ledger.rules import Act, check_aim, check_sequence, told
from portal_app.services.ledger.segments import code_from
from portal_app.services.ledger.writing import Drafted, Placed
from portal_app.services.sync.projecting import Clock, reproject
from portal_app.services.sync.projection import Entry
from portal_app.services.topics import Topic
from portal_app.services.underwriting import judging
from portal_app.services.underwriting.outcome import Outcome
from portal_app.services.underwriting.subjects import Subject, of_transaction
from portal_app.services.webhooks import events


@dataclass(frozen=True, slots=True)
class Issued:
    """What became of it. Where it was refused, `refused` says why, and `transaction` is the draft as it still stands;
    else `refused` is empty. `decision` is what binding authority said of a change or renewal."""

    transaction: views.TransactionLine
    refused: str = ""
    decision: Decided | None = None


@writes(Permission.UNDERWRITE)
def issue(tx: Tx, *, locator: str, draft_version: str = "") -> Issued:
    """Issue a draft. What underwriting does not let through or a moratorium stops is refused and stays a draft; that is
    answered, and kept. `draft_version` is that of the draft that was looked at, where it is to be that one.

    Raises NotFound; Conflict for what is no draft any more or is another one by now, where the policy has moved on
    since its author looked, and where it does not fit into the ledger any more; Invalid where a code that it names
    cannot be used any more.
    """
    row, policy = hold(tx, locator, Act.ISSUE)
    check_draft_version(tx, row, policy, draft_version)
    check_version(tx, policy, row.seen)
    check_instructions(tx, row.instructions, hold=True)
    plan = planned(tx, policy, row)
    # Who discards the code meanwhile waits for what is decided of it here.
    judging.hold_code(tx, judging.code_id(tx, plan.code))
    authority = at_issue.looked_at(tx, row, policy)
    if reasons := _against(tx, plan, authority):
        return _refused(tx, row, policy, authority, reasons)
    decision = at_issue.keep(tx, row, policy, authority, IssueOutcome.ISSUED) if authority else None
    _write(tx, row, policy, plan)
    return Issued(told_of(tx, locator), decision=decision)


def _against(tx: Tx, plan: "Plan", authority: AtIssue | None) -> dict[str, str]:
    """What stops the draft, each with its sentence."""
    stops = at_issue.told(tx, authority.stops, authority.judged.inputs.facts.action) if authority else ""
    found = {"underwriting": plan.why_not(tx), "moratorium": stops}
    return {name: sentence for name, sentence in found.items() if sentence}


def _refused(
    tx: Tx, row: LedgerTransaction, policy: Policy, authority: AtIssue | None, reasons: dict[str, str]
) -> Issued:
    decision = at_issue.keep(tx, row, policy, authority, IssueOutcome.REFUSED) if authority else None
    detail = {
        "transaction": row.locator,
        "kind": row.kind.value,
        "by": list(reasons),
        "moratoria": [each.locator for each in authority.stops] if authority else [],
        "decision": decision.locator if decision else "",
    }
    audit.record(tx, "transaction.refused", subject_kind="policy", subject=policy.locator, detail=detail)
    tx.changes(Topic.POLICIES)
    return Issued(told_of(tx, row.locator), " ".join(reasons.values()), decision)


def _write(tx: Tx, row: LedgerTransaction, policy: Policy, plan: "Plan") -> None:
    """The draft takes its place."""
    locator, entry, arrangement = row.locator, plan.entry, plan.arrangement
    drafted = Drafted(row.locator, row.known_at, row.seen)
    detail = {
        "transaction": locator,
        "kind": entry.kind.value,
        "effective_at": told(row.effective_at),
        "applied_again": len(arrangement.written) - 1 - len(arrangement.returns),
        "fallen": len(arrangement.falls),
        "came_back": len(arrangement.returns),
    }
    said = about(policy, row)
    # A draft stands outside of the order; issued, it is written where it belongs.
    tx.db.delete(row)
    tx.db.flush()
    placed = [
        Placed(policy.id or 0, each, drafted=drafted if each.given is entry else None) for each in arrangement.written
    ]
    falls = {each.id or 0: policy.id or 0 for each in arrangement.falls}
    wrote = writing.write(tx.db, placed, tx.now, falls)
    reproject(tx.db, policy.feed, {policy.id or 0: policy.source_id}, Clock(tx.now, tx.settings.zone))
    audit.record(tx, "transaction.issued", subject_kind="policy", subject=policy.locator, detail=detail)
    events.tell(tx, "policy.transaction.issue", locator=locator, data=said)
    for each in plan.overtakes:
        tells = {"policyLocator": policy.locator, "reversedBy": locator}
        events.tell(tx, "policy.transaction.reverse", locator=each, data=tells)
    tell_returned(tx, wrote, {policy.id or 0: policy.locator})
    tx.changes(Topic.POLICIES)


@dataclass(frozen=True, slots=True)
class Plan:
    """A draft as it would be issued now, what would become of the ledger, the producer code that its term would have
    from then on, and the transactions (locators) that it would reverse."""

    subject: Subject
    entry: Entry
    arrangement: Arrangement
    code: str
    overtakes: tuple[str, ...]

    def why_not(self, tx: Tx) -> str:
        """Why underwriting does not let it through, by the same rule by which it is underwritten, with what would;
        empty where it does."""
        judged = judging.judge(tx, self.subject, judging.code_id(tx, self.code))
        if judged.outcome is Outcome.PASSED:
            return ""
        if judged.unflagged:
            further = "Underwrite this transaction: that flags it, and removing the flag lets it through."
        elif judged.outcome is Outcome.FAILED:
            tags = ", ".join(f"“{each.tag}”" for each in judged.counting if each.cause is FlagCause.PRODUCER)
            further = f"The flag {tags} stands; removing it lets the transaction through."
        else:
            further = "Underwrite this transaction once that is settled."
        return f"{judging.why_not(judged)} {further}"


def planned(tx: Tx, policy: Policy, draft: LedgerTransaction) -> Plan:
    """What issuing the draft would do. Raises Conflict where it does not fit into the ledger."""
    found = rows.stored(tx, policy)
    there = rows.entries(found)
    entry = issuable(next(each.entry for each in found if each.row.locator == draft.locator))
    _check_aim(tx, there, entry)
    back = returning(tx.db, policy.id, there, entry)
    arrangement = rearranged(there, [entry], back=back, whole=True)
    check_sequence(there, arrangement.ledger)
    code = code_from(arrangement.ledger, entry, tx.settings.zone)
    reversed_ids = {each.id for each in arrangement.overtaken}
    overtakes = tuple(str(each.row.locator) for each in found if each.entry.id in reversed_ids)
    return Plan(of_transaction(policy, draft), entry, arrangement, code, overtakes)


def _check_aim(tx: Tx, there: list[Entry], entry: Entry) -> None:
    """Raises Conflict where it would not be drafted like this any more."""
    try:
        aim = check_aim(entry.kind, there, entry.effective_at, tx.settings.zone)
    except Invalid as error:
        raise Conflict(f"The policy has changed since this was drafted. {error.sentence}") from error
    if (aim.term, aim.changes) != (entry.term_effective, dict(entry.changes)):
        raise Conflict("The policy's terms have changed since this was drafted. Draft it anew.")
