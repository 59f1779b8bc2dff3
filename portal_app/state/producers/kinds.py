"""The records of a producer that have a form of their own, each with its fields and its services."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal_app.models.enums import LicenseStatus
from portal_app.services.licensing import appointments, cover, education, licenses
from portal_app.services.licensing.cover import CoverTerms
from portal_app.services.licensing.education import Completion
from portal_app.services.licensing.terms import AppointmentTerms, LicenseTerms
from portal_app.state.producers import specs
from portal_app.state.producers.specs import Spec


@dataclass(frozen=True)
class Kind:
    """A kind of record. `one`, `change` are None where there is but a new one; `create` is given what `new` makes of
    the values. `validated` says whether it has a life of drafts, else `remove` takes it away."""

    noun: str
    place: str
    specs: Sequence[Spec]
    start: Mapping[str, Any]
    create: Callable[..., Any]
    new: Callable[[str, str, dict[str, Any]], dict[str, Any]]
    one: Callable[..., Any] | None = None
    change: Callable[..., Any] | None = None
    specs_there: Sequence[Spec] = ()
    validate: Callable[..., Any] | None = None
    discard: Callable[..., Any] | None = None
    remove: Callable[..., Any] | None = None

    @property
    def specs_of_one(self) -> Sequence[Spec]:
        return self.specs_there or self.specs


def _of_terms(terms: type) -> Callable[[str, str, dict[str, Any]], dict[str, Any]]:
    return lambda producer, _, given: {"producer": producer, "terms": terms(**given)}


def _defaults(fields: Sequence[Spec], terms: Any) -> dict[str, Any]:
    return specs.filled(fields, terms)


KINDS: Mapping[str, Kind] = {
    "licenses": Kind(
        "license",
        "licenses",
        specs.LICENSE,
        _defaults(specs.LICENSE, LicenseTerms(status=LicenseStatus.ACTIVE)),
        licenses.create,
        _of_terms(LicenseTerms),
        licenses.one,
        licenses.change,
        validate=licenses.validate,
        discard=licenses.discard,
    ),
    "appointments": Kind(
        "appointment",
        "appointments",
        specs.APPOINTMENT,
        _defaults(specs.APPOINTMENT, AppointmentTerms()),
        appointments.create,
        _of_terms(AppointmentTerms),
        appointments.one,
        appointments.change,
        validate=appointments.validate,
        discard=appointments.discard,
    ),
    "covers": Kind(
        "cover",
        "covers",
        specs.COVER,
        {},
        cover.add,
        _of_terms(CoverTerms),
        cover.one,
        cover.change,
        remove=cover.remove,
    ),
    "education": Kind(
        "cycle of continuing education",
        "education",
        specs.CYCLE,
        {},
        education.open_cycle,
        lambda producer, _, given: {"producer": producer, **given},
        education.one,
        education.change,
        specs_there=specs.optional(specs.CYCLE, "ends_on", "hours", "ethics_hours"),
        remove=education.remove,
    ),
    "courses": Kind(
        "course",
        "education",
        specs.COURSE,
        {},
        education.complete,
        lambda _, cycle, given: {"locator": cycle, "completion": Completion(**given)},
    ),
}
