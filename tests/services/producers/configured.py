"""An agency's configuration for tests, in the shape of the requirements' own example."""

import json
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Any

from portal_app.services.door import Door
from portal_app.services.producers import loading
from portal_app.services.producers.plugins import Plugins, hookimpl

# The requirements' example with the types that it extends declared; what it creates cannot be abstract.
SEED: dict[str, Any] = {
    "producerManagement": {
        "producers": {
            "AnotherProducer": {
                "abstract": True,
                "data": {
                    "email": {"type": "text", "required": True, "maxLength": 40},
                    "status": {"type": "choice", "choices": ["active", "closed"]},
                },
            },
            "ExampleProducer": {"extend": "AnotherProducer", "data": {}, "defaultSearchable": False},
            "Searched": {"extend": "AnotherProducer", "defaultSearchable": True},
            "Free": {},
            "Producer": {},
        },
        "producerCodes": {
            "AnotherProducerCode": {
                "abstract": True,
                "data": {"description": {"type": "text"}, "since": {"type": "date", "min": "2000-01-01"}},
            },
            "ExampleProducerCode": {
                "abstract": False,
                "extend": "AnotherProducerCode",
                "numberingPlan": "ExampleNumberingPlan",
                "numberingString": "ExampleText",
                "data": {},
                "defaultSearchable": False,
            },
            "Unplanned": {"extend": "AnotherProducerCode"},
            "Short": {"numberingPlan": "ShortPlan"},
        },
        "underwritingFlag": {"level": "none", "tag": "Example tag", "note": "Example note"},
        "qualification": {"default": "license", "lines": {"umbrella": "appointment"}},
    },
    "numberingPlans": {
        "ExampleNumberingPlan": {"format": "{numberingString}-####", "initialCoreNumber": 7},
        "ShortPlan": {"format": "\\S#", "initialCoreNumber": 8},
    },
}


def with_configuration(door: Door, given: dict[str, Any]) -> Door:
    """The same door, for an agency that is configured so."""
    return replace(door, ports=replace(door.ports, producers=loading.load(json.dumps(given))))


def with_plugin(door: Door, **hooks: Callable[..., Any]) -> Door:
    """The same door, for an agency with a plugin of these hooks."""
    module = ModuleType("agency_plugin")
    for name, function in hooks.items():
        setattr(module, name, hookimpl(function))
    return replace(door, ports=replace(door.ports, plugins=Plugins.of(module)))
