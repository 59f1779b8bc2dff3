"""Files of a submission: what is taken, what is refused, and that nothing is left of what is."""

import asyncio
import io
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import func, select, text

from portal_app.models.audit import AuditEvent
from portal_app.models.enums import Grant, Role, SubmissionEventKind, SubmissionStatus
from portal_app.models.media import Media, MediaVersion
from portal_app.models.submissions import Submission, SubmissionDocument, SubmissionEvent
from portal_app.services.access import Actor
from portal_app.services.door import Door
from portal_app.services.errors import Conflict, DomainError, Forbidden, Invalid, NoRoom, NotFound, TooMany
from portal_app.services.media import library, pace, parsing
from portal_app.services.submissions import documents, uploading
from portal_app.services.submissions.documents import DocumentView
from tests.services.submissions.sent import MB, add_submission, bomb, in_pieces, lying, named, pdf, picture, send, slow
from tests.world import Agency, actor, add_user

ADMIN = actor(Role.ADMIN)


@dataclass
class Case:
    """A draft of Maya's, and who has to do with it."""

    door: Door
    draft: str
    handed_in: str
    maya: Actor
    daniel: Actor
    csr: Actor
    underwriter: Actor


@pytest.fixture
def case(door: Door, agency: Agency) -> Case:
    with door.database.write() as db:
        maya = add_user(db, Role.PRODUCER, "maya@agency.test", agency.maya)
        code = agency.codes["maya"]
        draft, handed_in = (add_submission(db, maya, code, each) for each in (SubmissionStatus.DRAFT, "pending"))
        return Case(
            door,
            draft.locator,
            handed_in.locator,
            actor(Role.PRODUCER, agency.maya.id, user_id=maya.id, email=maya.email),
            agency.other_producer(),
            agency.csr(),
            agency.csr(Grant.UNDERWRITING),
        )


def rows(door: Door) -> tuple[int, ...]:
    with door.database.read() as db:
        tables = (Media, MediaVersion, SubmissionDocument)
        return tuple(db.scalar(select(func.count()).select_from(each)) or 0 for each in tables)


def told(door: Door) -> list[tuple[SubmissionEventKind, str]]:
    with door.database.read() as db:
        events = db.scalars(select(SubmissionEvent).order_by(SubmissionEvent.id)).all()  # type: ignore[arg-type]
        return [(each.kind, each.about["filename"]) for each in events]


async def _arrived(folder: Path, many: int) -> None:
    incoming = folder / "media" / "incoming"
    for _ in range(600):
        await asyncio.sleep(0.05)
        if incoming.is_dir() and len(list(incoming.iterdir())) == many:
            return await asyncio.sleep(0.2)
    raise AssertionError("they never came")


@pytest.mark.criterion("DOCS-17")
def test_files_that_are_long_to_open_hold_up_nobody_else(case: Case, tmp_path: Path) -> None:
    """Nine of them were once more than all threads in which services run."""
    content = slow()

    async def meanwhile() -> tuple[int, int, list[BaseException | DocumentView]]:
        theirs = [
            asyncio.create_task(uploading.take_in(case.door, case.maya, in_pieces(content), named(case.draft)))
            for _ in range(9)
        ]
        await _arrived(tmp_path, 9)
        assert await case.door.act(documents.listed, case.csr, submission=case.handed_in) == ()
        listed = sum(each.done() for each in theirs)
        await uploading.take_in(case.door, case.csr, in_pieces(pdf()), named(case.handed_in))
        taken = sum(each.done() for each in theirs)
        two_more = [uploading.take_in(case.door, case.maya, in_pieces(pdf()), named(case.draft)) for _ in range(2)]
        refused = await asyncio.gather(*two_more, return_exceptions=True)
        for each in theirs:
            each.cancel()
        await asyncio.gather(*theirs, return_exceptions=True)
        return listed, taken, [each for each in refused if isinstance(each, TooMany)]

    listed, taken, refused = asyncio.run(asyncio.wait_for(meanwhile(), 60))
    assert listed == 0
    assert taken <= 2
    assert len(refused) >= 1
    assert [each.name for each in (tmp_path / "media" / "incoming").iterdir()] == []


@pytest.mark.criterion("DOCS-17")
def test_one_person_sends_so_many_files_in_a_while(case: Case) -> None:
    case.door.run(documents.prepare, case.maya, named=named(case.draft))
    with case.door.database.write() as db:
        db.execute(text("UPDATE attempt_count SET attempts = :most"), {"most": pace.IN_A_WINDOW})
    with pytest.raises(TooMany, match="many files in a short time"):
        send(case.door, case.maya, pdf(), named(case.draft))
    assert case.door.run(documents.prepare, case.csr, named=named(case.draft))


@pytest.mark.criterion("DOCS-01")
def test_a_file_is_kept_told_in_the_timeline_and_handed_out_to_who_sees_the_submission(
    case: Case, tmp_path: Path
) -> None:
    content = pdf()
    made = send(case.door, case.maya, content, named(case.draft, "../../Loss\r\n runs\x00.pdf"))
    assert (made.filename, made.content_type, made.size) == ("Loss runs.pdf", "application/pdf", len(content))
    assert [each.name for each in lying(tmp_path)] == [made.digest]
    assert case.door.run(documents.listed, case.csr, submission=case.draft) == (made,)
    found = case.door.run(documents.download, case.maya, submission=case.draft, locator=made.locator)
    assert found.path.read_bytes() == content
    assert told(case.door) == [(SubmissionEventKind.ADDED, "Loss runs.pdf")]
    with case.door.database.read() as db:
        [event] = db.scalars(select(AuditEvent).where(AuditEvent.action == "submission.document_added")).all()
        assert (event.subject, event.detail["digest"]) == (case.draft, made.digest)


@pytest.mark.criterion("DOCS-02")
def test_whose_the_submission_is_not_finds_nothing_and_media_do_not_lead_around(case: Case, tmp_path: Path) -> None:
    made = send(case.door, case.maya, pdf(), named(case.draft))
    asked = {"submission": case.draft, "locator": made.locator}
    for who, refusal in ((case.daniel, NotFound), (ADMIN, Forbidden)):
        for service in (documents.one, documents.download, documents.remove):
            with pytest.raises(refusal):
                case.door.run(service, who, **asked)  # type: ignore[arg-type]
        with pytest.raises(refusal):
            send(case.door, who, pdf(), named(case.draft))
    with pytest.raises(NotFound):
        case.door.run(documents.download, case.maya, submission=case.handed_in, locator=made.locator)
    with case.door.database.read() as db:
        media = db.scalars(select(Media.locator)).one()
    for who in (ADMIN, case.csr):
        with pytest.raises(NotFound):
            case.door.run(library.download, who, locator=media)
    assert len(lying(tmp_path)) == 1


@pytest.mark.criterion("DOCS-03")
@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"MZ not a document", "Only PDF, JPG and PNG"),
        (b"GIF89a" + pdf(), "Only PDF, JPG and PNG"),
        (b"%PDF-1.7 a license", parsing.BROKEN),
        (pdf(password="secret"), parsing.LOCKED),
        (picture()[:-200], parsing.BROKEN),
        (bomb(), parsing.LARGE),
    ],
    ids=["empty", "program", "polyglot", "no-parse", "password", "cut", "bomb"],
)
def test_what_does_not_open_as_what_it_begins_as_is_refused_and_leaves_nothing(
    case: Case, tmp_path: Path, content: bytes, sentence: str
) -> None:
    with pytest.raises(Invalid, match=sentence):
        send(case.door, case.maya, content, named(case.draft, "declarations.pdf"))
    assert lying(tmp_path) == []
    assert rows(case.door) == (0, 0, 0)
    assert told(case.door) == []


@pytest.mark.criterion("DOCS-04")
def test_a_picture_is_written_anew_upright_and_without_what_hid_in_it(case: Case) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "taken at 12 Harbor Lane"
    hidden = b"PK\x03\x04 an archive behind the picture"
    made = send(case.door, case.maya, picture(exif=exif) + hidden, named(case.draft, "roof.pdf", "photos"))
    assert (made.filename, made.content_type) == ("roof.jpg", "image/jpeg")
    found = case.door.run(documents.download, case.maya, submission=case.draft, locator=made.locator)
    kept = found.path.read_bytes()
    assert len(kept) == made.size
    assert b"Harbor Lane" not in kept
    assert b"archive" not in kept
    with Image.open(io.BytesIO(kept)) as opened:
        assert opened.size == (48, 64)


@pytest.mark.criterion("DOCS-05")
def test_25_mb_are_taken_and_one_byte_more_is_refused_while_it_arrives(case: Case, tmp_path: Path) -> None:
    came = 0

    def endless() -> Iterator[bytes]:
        nonlocal came
        yield b"%PDF-1.7\n"
        while True:
            came += MB
            yield b"x" * MB

    with pytest.raises(Invalid, match="at most 25 MB"):
        send(case.door, case.maya, endless(), named(case.draft))
    assert came == 25 * MB
    assert lying(tmp_path) == []
    largest = pdf(25 * MB)
    assert len(largest) == 25 * MB
    assert send(case.door, case.maya, largest, named(case.draft)).size == 25 * MB


@pytest.mark.criterion("DOCS-06")
@pytest.mark.both_databases
def test_a_submission_has_100_mb_also_where_two_files_come_at_once(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "MOST_TOGETHER", 4 * MB)
    first = send(case.door, case.maya, pdf(2 * MB), named(case.draft))

    def one(name: str) -> str:
        try:
            return send(case.door, case.csr, pdf(1 * MB + 1000 * len(name)), named(case.draft, name)).filename
        except Invalid as refusal:
            return refusal.sentence

    with ThreadPoolExecutor(3) as threads:
        answers = sorted(threads.map(one, ["a.pdf", "bb.pdf", "ccc.pdf"]))
    assert answers.count(documents.TOGETHER) == 2
    with case.door.database.read() as db:
        assert (db.scalar(select(func.sum(MediaVersion.size))) or 0) <= 4 * MB
    assert len(lying(tmp_path)) == 2
    with pytest.raises(Invalid, match="at most 100 MB together"):
        send(case.door, case.maya, iter([b"%PDF-1.7\n"] + [b"x" * MB] * 50), named(case.draft))
    asyncio.run(uploading.remove(case.door, case.maya, submission=case.draft, locator=first.locator))
    assert send(case.door, case.maya, pdf(2 * MB), named(case.draft)).size == 2 * MB


@pytest.mark.criterion("DOCS-07")
@pytest.mark.both_databases
def test_what_is_sent_again_is_there_once(case: Case, tmp_path: Path) -> None:
    what, content = named(case.draft, key="the-same-key"), pdf()
    with ThreadPoolExecutor(3) as threads:
        made = set(threads.map(lambda _: send(case.door, case.maya, content, what), range(3)))
    assert len(made) == 1
    assert send(case.door, case.maya, content, what) in made
    assert rows(case.door) == (1, 1, 1)
    assert len(told(case.door)) == 1
    assert len(lying(tmp_path)) == 1


@pytest.mark.criterion("DOCS-07")
def test_the_same_file_chosen_anew_is_there_once_and_told(case: Case, tmp_path: Path) -> None:
    content = pdf()
    first = send(case.door, case.maya, content, named(case.draft))
    anew = send(case.door, case.csr, content, named(case.draft, "the same.pdf"))
    assert (anew.locator, anew.filename, anew.again, first.again) == (first.locator, "loss runs.pdf", True, False)
    assert (rows(case.door), len(told(case.door)), len(lying(tmp_path))) == ((1, 1, 1), 1, 1)
    for what in (named(case.draft, kind="other"), named(case.handed_in)):
        assert not send(case.door, case.maya, content, what).again, "of another kind, and of another submission"
    asyncio.run(uploading.remove(case.door, case.maya, submission=case.draft, locator=first.locator))
    assert not send(case.door, case.maya, content, named(case.draft)).again, "what was removed is not there"


@pytest.mark.criterion("DOCS-07")
def test_a_file_that_ends_while_another_begins_is_no_full_disk(case: Case, tmp_path: Path) -> None:
    folder = tmp_path / "media" / "incoming"
    folder.mkdir(parents=True)
    # What is listed and then is not there, as where it ended in between.
    (folder / "gone").symlink_to(tmp_path / "nowhere")
    assert send(case.door, case.maya, pdf(), named(case.draft)).size == len(pdf())


@pytest.mark.criterion("DOCS-07")
@pytest.mark.parametrize("given", [{}, {"filename": "other.pdf"}, {"kind": "photos"}], ids=["bytes", "name", "kind"])
def test_another_file_under_a_key_that_was_used_is_refused(case: Case, tmp_path: Path, given: dict[str, str]) -> None:
    first, second = picture(), picture(size=(65, 48)) if not given else picture()
    made = send(case.door, case.maya, first, named(case.draft, "a.jpg", key="the-same-key"))
    before = lying(tmp_path)
    with pytest.raises(Invalid, match="Another file was sent under this key"):
        send(case.door, case.maya, second, named(case.draft, **({"filename": "a.jpg"} | given), key="the-same-key"))
    assert case.door.run(documents.listed, case.maya, submission=case.draft) == (made,)
    assert lying(tmp_path) == before


@pytest.mark.criterion("DOCS-07")
def test_a_connection_that_breaks_leaves_nothing_and_the_same_key_counts_again(case: Case, tmp_path: Path) -> None:
    what, content = named(case.draft, key="the-same-key"), pdf()

    async def breaking() -> AsyncIterator[bytes]:
        yield content[:100]
        raise ConnectionError

    with pytest.raises((ConnectionError, NoRoom)):
        asyncio.run(uploading.take_in(case.door, case.maya, breaking(), what))
    assert lying(tmp_path) == []
    assert send(case.door, case.maya, content, what).size == len(content)


@pytest.mark.criterion("DOCS-08")
def test_out_of_a_draft_a_file_goes_for_good_and_after_that_it_is_marked_by_underwriters(
    case: Case, tmp_path: Path
) -> None:
    content = pdf()
    kinds = ("loss_runs", "other")
    first, same = (send(case.door, case.maya, content, named(case.draft, kind=each)) for each in kinds)
    later = send(case.door, case.maya, pdf(2000), named(case.handed_in))
    assert (first.may_remove, later.may_remove) == (True, False)
    asyncio.run(uploading.remove(case.door, case.maya, submission=case.draft, locator=first.locator))
    assert len(lying(tmp_path)) == 2, "the other file has the same bytes"
    asyncio.run(uploading.remove(case.door, case.maya, submission=case.draft, locator=same.locator))
    assert [each.name for each in lying(tmp_path)] == [later.digest]

    asked = {"submission": case.handed_in, "locator": later.locator}
    for who in (case.maya, case.csr):
        with pytest.raises(Forbidden, match="An underwriter can remove it"):
            asyncio.run(uploading.remove(case.door, who, **asked))
    asyncio.run(uploading.remove(case.door, case.underwriter, **asked))
    assert case.door.run(documents.listed, case.maya, submission=case.handed_in) == ()
    [marked] = case.door.run(documents.listed, case.underwriter, submission=case.handed_in)
    assert marked.removed_at == case.door.clock()
    with pytest.raises(NotFound):
        case.door.run(documents.download, case.csr, **asked)
    assert case.door.run(documents.download, case.underwriter, **asked).size == later.size
    with pytest.raises(Conflict):
        asyncio.run(uploading.remove(case.door, case.underwriter, **asked))
    assert [kind.value for kind, _ in told(case.door)] == ["added"] * 3 + ["removed"] * 3


@pytest.mark.criterion("DOCS-08")
def test_what_is_over_takes_no_files(case: Case) -> None:
    with case.door.database.write() as db:
        row = db.scalars(select(Submission).where(Submission.locator == case.handed_in)).one()
        row.status = SubmissionStatus.WITHDRAWN
    with pytest.raises(Conflict, match="withdrawn, and takes no files"):
        send(case.door, case.maya, pdf(), named(case.handed_in))


@pytest.mark.criterion("DOCS-09")
def test_what_cannot_be_written_down_leaves_no_bytes(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with case.door.database.write() as db:
        fails = "SELECT RAISE(ABORT, 'no') ;"
        if db.get_bind().dialect.name == "postgresql":
            db.connection().exec_driver_sql(
                "CREATE FUNCTION no() RETURNS trigger AS $$ BEGIN RAISE 'no'; END $$ LANGUAGE plpgsql;"
                "CREATE CONSTRAINT TRIGGER late AFTER INSERT ON submission_document DEFERRABLE INITIALLY DEFERRED"
                " FOR EACH ROW EXECUTE FUNCTION no()"
            )
        else:
            db.connection().exec_driver_sql(f"CREATE TRIGGER late BEFORE UPDATE ON topic_mark BEGIN {fails} END")
            db.connection().exec_driver_sql("INSERT INTO topic_mark (topic, number) VALUES ('submissions', 1)")
    with pytest.raises(DomainError):
        send(case.door, case.maya, pdf(), named(case.draft))
    with case.door.database.write() as db:
        if db.get_bind().dialect.name == "postgresql":
            # The tests share one database there, of which the rows alone are cleared away.
            db.connection().exec_driver_sql("DROP FUNCTION no() CASCADE")
    assert lying(tmp_path) == [], "the bytes were in their place when the commit failed"
    assert rows(case.door) == (0, 0, 0)


@pytest.mark.parametrize(
    ("given", "content_type", "kept"),
    [
        ("C:\\fakepath\\roof.JPG", "image/jpeg", "roof.JPG"),
        ("invoice.exe", "application/pdf", "invoice.exe.pdf"),
        ("a.png", "application/pdf", "a.pdf"),
        ('"; rm -rf ~.pdf', "application/pdf", "rm -rf ~.pdf"),
        ("\u202egnp.fdp", "application/pdf", "gnp.fdp.pdf"),
        ("..", "image/png", "document.png"),
        ("x" * 400 + ".pdf", "application/pdf", "x" * 196 + ".pdf"),
        ("Déclaration 2026.pdf", "application/pdf", "Déclaration 2026.pdf"),
    ],
)
@pytest.mark.criterion("DOCS-01")
def test_names_say_what_a_file_is_and_mean_nothing_else(given: str, content_type: str, kept: str) -> None:
    assert documents.harmless(given, content_type) == kept
