"""What goes to a management system that files mail and makes tasks of mail: one message for each thing, under a subject
and a Message-ID by which a repeat is known."""

from collections.abc import Mapping
from datetime import date

from portal_app.services.ams.port import BoundPolicy, NewSubmission, Outcome, Papers, Parcel, Task
from portal_app.services.ports import Mail, Mailer, MailFile

REPEAT = "A message under a key that you have already is the same once more."


class MailIntake:
    """Implements AmsIntake by mail. `host` is the portal's own, which its message ids bear. The subject names the
    Submission ID and the key, and nothing of the client."""

    def __init__(self, mailer: Mailer, host: str) -> None:
        self._mailer, self._host = mailer, host

    def submission(self, given: NewSubmission) -> str:
        told = {
            "State": given.state,
            "Status": given.status,
            "Submitted": f"{given.submitted_at:%m/%d/%Y %H:%M} UTC",
            "Answer due": _day(given.due),
        }
        return self._send(given, f"New submission {given.submission}", told, given.papers)

    def policy(self, given: BoundPolicy) -> str:
        carrier = f"{given.carrier} (NAIC {given.carrier_naic})" if given.carrier_naic else given.carrier
        told = {
            "Policy number": given.number,
            "Carrier": carrier,
            "Expiration date": _day(given.expiration),
            "Premium for the term": f"${given.premium:,.2f}" if given.premium is not None else "",
            "Bound by": given.bound_by,
            "Bound": f"{given.bound_at:%m/%d/%Y %H:%M} UTC",
        }
        return self._send(given, f"Bound policy {given.number} of {given.submission}", told, given.papers)

    def task(self, given: Task) -> str:
        told = {"To do": given.description, "Due": _day(given.due)}
        return self._send(given, f"Task: {given.title}", told, Papers())

    def outcome(self, given: Outcome) -> str:
        told = {"Status": given.status, "Since": f"{given.at:%m/%d/%Y %H:%M} UTC", "Reason": given.reason}
        return self._send(given, f"{given.status}: submission {given.submission}", told, Papers())

    def test(self, desk: str, agency: str, key: str) -> None:
        text = (
            f"A test from the portal of {agency}. Mail from there arrives; there is nothing to do, and nothing to file."
        )
        self._mailer.send(Mail(self._number(key), desk, f"A test from the {agency} portal [{key}]", f"{text}\n"))

    def _send(self, given: Parcel, subject: str, told: Mapping[str, str], papers: Papers) -> str:
        facts = {
            "Submission ID": given.submission,
            "Insured": given.insured,
            "Client number": given.client_id,
            "Mailing address as certified, another than on file": given.other_address,
            "Line of business": given.line,
            "Producer code": given.producer_code,
            "Effective date": _day(given.effective),
            **told,
            "Attached": "; ".join(each.filename for each in papers.files),
            "In the portal only": "; ".join(papers.in_portal),
            "In the portal": given.link,
            "Key": given.key,
        }
        # Nothing that somebody typed begins a line that looks like another fact.
        lines = [f"{name}: {' '.join(value.split())}" for name, value in facts.items() if value.strip()]
        text = "\n".join([f"The portal of {given.agency} hands this over.", "", *lines, "", REPEAT, ""])
        files = tuple(MailFile(each.filename, each.content_type, each.content) for each in papers.files)
        number = self._number(given.key)
        self._mailer.send(Mail(number, given.desk, f"{subject} [{given.key}]", text, files=files))
        return number

    def _number(self, key: str) -> str:
        return f"<{key}@{self._host}>"


def _day(day: date | None) -> str:
    return f"{day:%m/%d/%Y}" if day else ""
