"""A file that is asked for answers the item as it comes."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from portal_app.models.enums import RequestedItemKind
from portal_app.services.door import Door
from portal_app.services.errors import Conflict, Invalid, NotFound
from portal_app.services.submissions import information, requests
from portal_app.services.submissions.information import Wanted
from tests.services.submissions.acting import Cast
from tests.services.submissions.sent import lying, named, picture, send


@pytest.mark.criterion("INFO-04")
def test_a_file_that_is_asked_for_is_answered_as_it_comes_and_once(door: Door, cast: Cast, tmp_path: Path) -> None:
    locator = cast.submitted()
    items = [Wanted(RequestedItemKind.FILE, "A photo of the roof"), Wanted(RequestedItemKind.TEXT, "Its age")]
    asked = door.run(information.ask, cast.underwriter, locator=locator, items=items)
    photo, age = (each.locator for each in asked.items)
    roof = replace(named(locator, "roof.jpg", "other"), item=photo)

    def untaken() -> Iterator[bytes]:
        raise AssertionError("it is refused before a byte is taken")
        yield b""

    for wrong, error in ((age, Invalid), ("0" * 26, NotFound)):
        with pytest.raises(error):
            send(door, cast.maya, untaken(), replace(roof, item=wrong, upload_key="another-key"))
    assert lying(tmp_path) == []
    first, again = (send(door, cast.maya, picture(), roof) for _ in range(2))
    assert first.locator == again.locator
    (request,) = door.run(requests.requests, cast.underwriter, locator=locator)
    assert [(each.document, each.answered_by) for each in request.items] == [
        (first.locator, "maya@agency.test"),
        ("", ""),
    ]
    assert len(lying(tmp_path)) == 1
    better = send(door, cast.maya, picture(size=(80, 60)), replace(roof, upload_key="better-key"))
    same = send(door, cast.maya, picture(), replace(roof, upload_key="the-same-file"))
    (request,) = door.run(requests.requests, cast.underwriter, locator=locator)
    assert (same.locator, same.again, request.items[0].document) == (first.locator, True, first.locator)
    assert (
        send(door, cast.maya, picture(size=(80, 60)), replace(roof, upload_key="once-more")).locator == better.locator
    )
    door.run(information.answer, cast.maya, locator=locator, item=age, value="Twelve years")
    sent = door.run(information.complete, cast.maya, locator=locator)
    assert sent.items[0].document == better.locator, "answered anew until it is sent"
    assert send(door, cast.maya, picture(), roof).locator == first.locator, "a retry that comes late is the same file"
    with pytest.raises(Conflict, match="Nothing is asked for"):
        send(door, cast.maya, picture(), replace(roof, upload_key="too-late-key"))
