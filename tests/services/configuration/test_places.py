"""A problem of a configuration is found where it stands, and called by the words that people read there."""

import json

import pytest

from portal_app.services.configuration.places import Whereabouts, whereabouts
from portal_app.services.configuration.reading import ConfigurationProblems
from portal_app.services.intake.reading import load
from tests.services.submissions.acting import form


def found(content: str) -> list[Whereabouts]:
    with pytest.raises(ConfigurationProblems) as refused:
        load(content)
    return [whereabouts(content, each) for each in refused.value.problems]


@pytest.mark.criterion("CONF-13")
def test_each_problem_leads_as_deep_as_the_text_goes() -> None:
    wrong = form()
    usage, tenant = wrong["sections"][1]["groups"][0]["fields"]
    usage["type"], usage["colour"] = "colour", "red"
    del tenant["type"]
    wrong["sections"][1]["groups"][0]["title"] = ""
    assert set(found(json.dumps(wrong))) >= {
        Whereabouts("sections.1.groups.0.fields.0.type", ("Risk", "dwelling", "Usage")),
        Whereabouts("sections.1.groups.0.fields.0.colour", ("Risk", "dwelling", "Usage")),
        Whereabouts("sections.1.groups.0.fields.1", ("Risk", "dwelling", "Tenant's name")),
        Whereabouts("sections.1.groups.0.title", ("Risk", "dwelling")),
    }


@pytest.mark.criterion("CONF-13")
def test_what_cannot_be_read_or_stands_twice_has_a_place_and_what_is_of_the_whole_has_none() -> None:
    assert found('{\n  "line" 7}') == [Whereabouts("line 2 column 10")]
    twice = json.dumps(form()).replace('"label": "Usage"', '"label": "Use", "label": "Usage"')
    assert found(twice) == [Whereabouts("twice label")]
    assert whereabouts("{}", "has more than 250,000 characters.") == Whereabouts()
    assert whereabouts("{}", "nothing.of.it: is there.") == Whereabouts()
