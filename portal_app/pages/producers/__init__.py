"""Producers: the list and the tree, one of them, and the forms about them."""

from portal_app.components.words import either
from portal_app.pages.frame import titled
from portal_app.pages.page import Page
from portal_app.pages.producers.code import code
from portal_app.pages.producers.detail import producer
from portal_app.pages.producers.form import edit_producer, new_producer
from portal_app.pages.producers.holding import holding
from portal_app.pages.producers.license_file import TITLE as LICENSE_FILE
from portal_app.pages.producers.license_file import license_file
from portal_app.pages.producers.listing import producers
from portal_app.pages.producers.required import required_cover, required_education
from portal_app.state.portal import PortalState
from portal_app.state.producers.code import CodeState
from portal_app.state.producers.detail import ProducerState
from portal_app.state.producers.form import ProducerFormState
from portal_app.state.producers.holding import HoldingState
from portal_app.state.producers.kinds import KINDS
from portal_app.state.producers.license_file import FROM_FILE, LicenseFileState
from portal_app.state.producers.listing import PLACE, ProducersState
from portal_app.state.producers.required import EDUCATION, RequiredCoverState, RequiredEducationState

ARRIVE = PortalState.arrive
ONE = f"{PLACE}/[producer_locator]"
TITLE = titled(either(ProducerState.shown != "", ProducerState.person, "Producer"))
PAGES = (
    Page(PLACE, titled("Producers"), producers, [ARRIVE, ProducersState.load]),
    Page(f"{PLACE}/new", titled("Add a producer"), new_producer, [ARRIVE, ProducerFormState.load_new]),
    Page(EDUCATION, titled("Continuing education by state"), required_education, [ARRIVE, RequiredEducationState.load]),
    Page(FROM_FILE, titled(LICENSE_FILE), license_file, [ARRIVE, LicenseFileState.load]),
    Page(ONE, TITLE, producer, [ARRIVE, ProducerState.load]),
    Page(f"{ONE}/edit", titled("Edit a producer"), edit_producer, [ARRIVE, ProducerFormState.load]),
    Page(f"{ONE}/required-cover", titled("Required E&O cover"), required_cover, [ARRIVE, RequiredCoverState.load]),
    Page(f"{ONE}/codes/[code_locator]", titled("Producer code"), code, [ARRIVE, CodeState.load]),
    *[
        Page(f"{ONE}/{kind}/[holding_locator]", titled(each.noun.capitalize()), holding, [ARRIVE, HoldingState.load])
        for kind, each in KINDS.items()
    ],
)
