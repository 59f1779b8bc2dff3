"""Submissions of a fixed cast of people, on a small form, in one word."""

import json
from typing import Any

from sqlalchemy import select

from portal_app.models.configuration import ConfigurationVersion
from portal_app.models.enums import Grant, Role, SubmissionDocumentKind
from portal_app.models.identity import UserGrant
from portal_app.models.media import Media
from portal_app.models.submissions import Submission, SubmissionDocument
from portal_app.services.access import Actor
from portal_app.services.door import Door
from portal_app.services.intake.forms import Row
from portal_app.services.ports import Mail
from portal_app.services.submissions import answering, certifying, drafts
from portal_app.services.submissions.answering import Answered, SavedGroup
from portal_app.services.submissions.certifying import HandedIn
from tests.world import NOW, Agency, actor, add_user

LINE = "homeowners"
NAMED, RISK, LOSSES = "applicant.insured", "risk.dwelling", "prior_insurance.losses"


def field(name: str, label: str, kind: str = "text", **more: Any) -> dict[str, Any]:
    return {"name": name, "label": label, "type": kind, **more}


def form(**more: Any) -> dict[str, Any]:
    """A form of four sections: a few fields, one of them personal, one conditional, and a group that repeats."""
    insured = [
        field("name", "Insured name", required=True),
        field("street", "Street"),
        field("city", "City"),
        field("state", "State", "state", required=True),
        field("ssn", "Social Security number", "ssn", personal=True),
        field("effective", "Effective date", "date", required=True),
        field("expiration", "Expiration date", "date", required=True),
        field("producer_code", "Producer code", required=True),
    ]
    dwelling = [
        field(
            "usage",
            "Usage",
            "choice",
            required=True,
            choices=[
                {"value": "primary", "label": "Primary home"},
                {"value": "rented", "label": "Rented out"},
            ],
        ),
        field("tenant", "Tenant's name", required=True, when={"field": "usage", "is": "rented"}),
    ]
    losses = [field("year", "Year", "year"), field("paid", "Paid", "money")]
    return {
        "line": LINE,
        "title": "Homeowners",
        "roles": {
            "insured": f"{NAMED}.name",
            "effective": f"{NAMED}.effective",
            "expiration": f"{NAMED}.expiration",
            "state": f"{NAMED}.state",
            "producerCode": f"{NAMED}.producer_code",
        },
        "sections": [
            _section("applicant", [{"name": "insured", "title": "Insured", "fields": insured}]),
            _section("risk", [{"name": "dwelling", "title": "Dwelling", "fields": dwelling}]),
            _section("coverage", [
                {"name": "limits", "title": "Limits", "fields": [field("dwelling", "Dwelling limit", "money")]},
            ]),
            _section("prior_insurance", [
                {"name": "losses", "title": "Losses", "repeat": {"least": 0, "most": 5, "item": "loss"},
                 "fields": losses},
            ]),
        ],
    } | more  # fmt: skip


def mapped() -> dict[str, Any]:
    """The same form with names on paper, the carrier that is wished for, and a policy that is transferred."""
    document = form()
    insured, prior = (document["sections"][n]["groups"][0]["fields"] for n in (0, 3))
    names = {"name": "NamedInsured_FullName", "ssn": "NamedInsured_TaxIdentifier", "effective": "Policy_EffectiveDate"}
    for each in insured:
        if each["name"] in names:
            each["acord"] = names[each["name"]]
    insured.append(field("carrier", "Carrier", "carrier", acord="Insurer_FullName"))
    prior[1]["acord"] = "LossHistory_PaidAmount"
    number = {"required": {"field": "transferred", "is": True}, "acord": "PriorCoverage_PolicyNumberIdentifier"}
    fields = [field("transferred", "Transferred", "flag"), field("number", "Number", "policy_number", **number)]
    document["sections"][3]["groups"].insert(0, {"name": "policy", "title": "Prior policy", "fields": fields})
    document["roles"]["carrier"] = f"{NAMED}.carrier"
    return document | {"acordForms": ["ACORD 80"]}


def _section(name: str, groups: list[dict[str, Any]]) -> dict[str, Any]:
    return {"name": name, "title": name.replace("_", " ").capitalize(), "groups": groups}


class Cast:
    """The people of the agency, each with a row of their own; the form stands in its configuration."""

    def __init__(self, door: Door, agency: Agency) -> None:
        self.door, self.agency = door, agency
        with door.database.write() as db:
            maya = add_user(db, Role.PRODUCER, "maya@agency.test", agency.maya)
            daniel = add_user(db, Role.PRODUCER, "daniel@agency.test", agency.daniel)
            csr = add_user(db, Role.CSR)
            principal = add_user(db, Role.PRINCIPAL, "", agency.house)
            self.ids = {each.email: each.id for each in (maya, daniel, csr, principal)}
            self.locators = {each.email: each.locator for each in (maya, daniel, csr, principal)}
            db.add(UserGrant(user_id=csr.id or 0, granted=Grant.UNDERWRITING, granted_by="test", granted_at=NOW))
        self.put_form(form())
        self.maya = self._as(Role.PRODUCER, "maya@agency.test", agency.maya.id)
        self.daniel = self._as(Role.PRODUCER, "daniel@agency.test", agency.daniel.id)
        self.underwriter = self._as(Role.CSR, "csr@agency.test", None, Grant.UNDERWRITING)
        self.principal = self._as(Role.PRINCIPAL, "principal@agency.test", agency.house.id)
        self.csr = self._as(Role.CSR, "csr@agency.test", None)

    def _as(self, role: Role, email: str, producer: int | None, *grants: Grant) -> Actor:
        return actor(role, producer, *grants, user_id=self.ids[email], email=email)

    def put_form(self, document: dict[str, Any], number: int = 1) -> None:
        with self.door.database.write() as db:
            db.add(
                ConfigurationVersion(
                    kind="intake-form",
                    name=LINE,
                    version=number,
                    content=json.dumps(document),
                    shipped="0" * 64,
                    made_at=NOW,
                    made_by="test",
                )
            )

    def begin(self, who: Actor | None = None, **given: Any) -> Answered:
        return self.door.run(drafts.begin, who or self.maya, line=LINE, **given)

    def save(self, locator: str, path: str, *rows: Row, version: int = 0, who: Actor | None = None) -> SavedGroup:
        return self.door.run(
            answering.save_group, who or self.maya, locator=locator, path=path, rows=rows, version=version
        )

    def filled(self, who: Actor | None = None, **named: Any) -> str:
        """A draft that can be handed in."""
        who = who or self.maya
        begun = self.begin(who)
        insured = {"name": "Ada Quill", "effective": "01/15/2027", "expiration": "01/15/2028", "state": "RI"}
        insured |= {"producer_code": "HL-daniel" if who is self.daniel else "HL-maya"}
        version = begun.groups[NAMED].version if NAMED in begun.groups else 0
        self.save(begun.locator, NAMED, begun.answers[NAMED][0] | insured | named, version=version, who=who)
        self.save(begun.locator, RISK, {"usage": "primary"}, who=who)
        return begun.locator

    def submit(self, locator: str, who: Actor | None = None, version: int | None = None) -> HandedIn:
        return self.door.run(
            certifying.certify_and_submit, who or self.maya, locator=locator, statement_agreed=True, version=version
        )

    def submitted(self, who: Actor | None = None, **named: Any) -> str:
        locator = self.filled(who, **named)
        self.submit(locator, who)
        return locator


def row_of(door: Door, locator: str) -> Submission:
    """The row as it is stored."""
    with door.database.read() as db:
        row = db.scalars(select(Submission).where(Submission.locator == locator)).one()
        db.expunge(row)
        return row


def add_document(door: Door, locator: str, filename: str) -> None:
    with door.database.write() as db:
        media = Media(created_at=door.clock(), title=filename)
        db.add(media)
        db.flush()
        row = db.scalars(select(Submission).where(Submission.locator == locator)).one()
        db.add(
            SubmissionDocument(
                submission_id=row.id or 0,
                media_id=media.id or 0,
                kind=SubmissionDocumentKind.PHOTOS,
                upload_key=filename,
                added_at=door.clock(),
                added_by="maya@agency.test",
            )
        )


class Mailer:
    """A mail server that there is, and that nothing reaches in these tests."""

    def send(self, mail: Mail) -> None:
        raise AssertionError("nothing leaves in this test")


class Taken(Mailer):
    """One that takes every mail."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []

    def send(self, mail: Mail) -> None:
        self.mails.append(mail)
