"""`/me`: whom the token stands for."""

import pytest

from portal_app.models.enums import Role
from portal_app.services.access import MATRIX
from tests.routes.api.conftest import Cast


@pytest.mark.criterion("API-06")
def test_a_producer_sees_themselves(cast: Cast) -> None:
    assert cast.maya.json("/me") == {
        "locator": cast.maya.user.locator,
        "name": "Sub-Agent / Producer",
        "email": "maya@agency.test",
        "role": "producer",
        "roleLabel": "Sub-Agent / Producer",
        "roleDescription": MATRIX[Role.PRODUCER].description,
        "permissions": [
            "bindPolicies",
            "downloadDocuments",
            "requestEndorsements",
            "submitBusiness",
            "viewCommissions",
            "viewOwnAccounts",
            "viewProducers",
            "writeMessages",
        ],
        "producer": "Maya Alvarez",
        "agencyName": "Your agency",
        "timeZone": "America/New_York",
        "demo": False,
    }


@pytest.mark.criterion("API-06")
def test_an_administrator_too_may_ask_who_they_are(cast: Cast) -> None:
    me = cast.admin.json("/me")
    assert (me["role"], me["permissions"], me["producer"]) == (
        "admin",
        [
            "changeSettings",
            "manageProducers",
            "manageUsers",
            "runFeeds",
            "setAuthority",
            "viewAudit",
            "viewFeeds",
            "viewProducers",
        ],
        "",
    )
