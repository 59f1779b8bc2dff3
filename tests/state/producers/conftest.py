"""An agency whose types ask for every kind of field."""

from typing import Any

import pytest

from portal_app.services import door as doors
from portal_app.services.door import Door
from tests.services.producers.configured import with_configuration

KINDS: dict[str, Any] = {
    "producerManagement": {
        "producers": {
            "Everything": {
                "data": {
                    "email": {"type": "text", "required": True, "maxLength": 40, "label": "Email", "help": "At work"},
                    "remarks": {"type": "text"},
                    "staff": {"type": "number", "min": 1, "max": 5000},
                    "founded": {"type": "date", "min": "1900-01-01"},
                    "union": {"type": "flag"},
                    "status": {"type": "choice", "choices": ["active", "closed"]},
                    "states": {"type": "list", "of": {"type": "text", "maxLength": 2}},
                    "lines": {"type": "list", "of": {"type": "choice", "choices": ["auto", "home", "life"]}},
                    "years": {"type": "list", "of": "number"},
                    "taxForm": {"type": "media"},
                    "letters": {"type": "list", "of": "media"},
                }
            },
            "Plain": {"data": {"email": {"type": "text", "label": "Email"}}},
            "Base": {"abstract": True},
            "Producer": {},
        },
        "producerCodes": {
            "Numbered": {"numberingPlan": "Codes", "data": {"note": {"type": "text", "required": True}}},
            "Unplanned": {},
            "ProducerCode": {},
            "Full": {"numberingPlan": "Short"},
        },
    },
    "numberingPlans": {
        "Codes": {"format": "\\N-###", "initialCoreNumber": 7},
        "Short": {"format": "\\S#", "initialCoreNumber": 9},
    },
}


@pytest.fixture
def door(door: Door, monkeypatch: pytest.MonkeyPatch) -> Door:
    configured = with_configuration(door, KINDS)
    monkeypatch.setattr(doors, "_installed", configured)
    return configured
