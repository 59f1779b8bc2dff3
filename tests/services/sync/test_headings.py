"""Headings that drifted, and others that only look so."""

import pytest

from integrations.custom.mapping import MAPPINGS
from integrations.custom.preview import choices
from portal_app.models.enums import FeedKind
from portal_app.services.sync.headings import likeness

CLIENTS, POLICIES, PRODUCERS = FeedKind.CLIENTS, FeedKind.POLICIES, FeedKind.PRODUCERS
DRIFTED = [
    (CLIENTS, "email", "E-mail", "Email Address"),
    (CLIENTS, "email", "E-mail", "EMAIL"),
    (CLIENTS, "email", "Email", "e_mail"),
    (CLIENTS, "tax_id", "Tax ID", "Federal Tax No"),
    (CLIENTS, "tax_id", "Tax ID", "TaxID"),
    (CLIENTS, "tax_id", "Tax ID", "SSN"),
    (CLIENTS, "name", "Name", "Client Name"),
    (CLIENTS, "name", "Client Name", "Name of Client"),
    (CLIENTS, "client_id", "Client Number", "Client No."),
    (CLIENTS, "client_id", "Client Number", "Client #"),
    (CLIENTS, "client_id", "Client Number", "Customer ID"),
    (CLIENTS, "phone", "Phone", "Telephone"),
    (CLIENTS, "phone", "Phone", "Phone Number"),
    (CLIENTS, "street", "Street", "Street Address"),
    (CLIENTS, "postal_code", "Zip", "ZIP Code"),
    (CLIENTS, "postal_code", "Zip", "Postal Code"),
    (CLIENTS, "birth_date", "Date of Birth", "DOB"),
    (CLIENTS, "birth_date", "Date of Birth", "Birth Date"),
    (CLIENTS, "birth_date", "Born", "Birthday"),
    (CLIENTS, "driver_license", "Driver License", "Driver's License"),
    (CLIENTS, "driver_license", "Licence", "License No"),
    (CLIENTS, "kind", "Client Type", "ClientType"),
    (POLICIES, "number", "Policy Number", "Policy No"),
    (POLICIES, "number", "Policy Number", "PolicyNumber"),
    (POLICIES, "effective", "Effective Date", "Eff. Date"),
    (POLICIES, "effective", "Effective Date", "Eff Dt"),
    (POLICIES, "expiration", "Expiration Date", "Exp Date"),
    (POLICIES, "premium", "Written Premium", "Annual Premium"),
    (POLICIES, "premium", "Premium", "Policy Premium"),
    (POLICIES, "line", "Line Code", "LOB"),
    (POLICIES, "carrier", "Writing Company", "Carrier"),
    (POLICIES, "producer_code", "Producer Code", "Producer"),
    (POLICIES, "status", "Status", "Policy Status"),
    (POLICIES, "vehicles.vin", "VIN {n}", "Vehicle VIN {n}"),
    (FeedKind.CLAIMS, "lost_on", "Loss Date", "Loss"),
    (PRODUCERS, "npn", "NPN", "National Producer Number"),
]
ANOTHER = [
    (CLIENTS, "email", "E-mail", "Mailing Address"),
    (CLIENTS, "email", "E-mail", "Email Opt Out Date"),
    (CLIENTS, "tax_id", "Tax ID", "Tax Status"),
    (CLIENTS, "tax_id", "Tax ID", "Client ID"),
    (CLIENTS, "tax_id", "Tax ID", "Tax Exempt Type"),
    (CLIENTS, "name", "Name", "Agency Name"),
    (CLIENTS, "name", "Client Name", "Branch Name"),
    (CLIENTS, "name", "Client Name", "Client Number"),
    (CLIENTS, "name", "Client Name", "Client Status"),
    (CLIENTS, "client_id", "Client Number", "Branch Number"),
    (CLIENTS, "client_id", "Client Number", "Phone Number"),
    (CLIENTS, "client_id", "Client Number", "Client Name"),
    (CLIENTS, "phone", "Phone", "Fax"),
    (CLIENTS, "phone", "Phone", "Emergency Contact Phone"),
    (CLIENTS, "street", "Street", "State"),
    (CLIENTS, "city", "City", "Ethnicity"),
    (CLIENTS, "state", "State", "Status"),
    (CLIENTS, "state", "State", "Street Address"),
    (CLIENTS, "postal_code", "Zip", "Trip"),
    (CLIENTS, "birth_date", "Date of Birth", "Date of Entry"),
    (CLIENTS, "birth_date", "Birth Date", "Effective Date"),
    (CLIENTS, "driver_license", "Driver License", "Driver Status"),
    (CLIENTS, "kind", "Client Type", "Client Name"),
    (POLICIES, "number", "Policy Number", "Quote Number"),
    (POLICIES, "number", "Policy Number", "Policy Status"),
    (POLICIES, "number", "Policy Number", "Client Number"),
    (POLICIES, "effective", "Effective Date", "Expiration Date"),
    (POLICIES, "effective", "Effective Date", "Invoice Date"),
    (POLICIES, "expiration", "Expiration Date", "Cancellation Date"),
    (POLICIES, "premium", "Written Premium", "Written Date"),
    (POLICIES, "premium", "Premium", "Premium Type"),
    (POLICIES, "carrier", "Carrier", "Carrier Status"),
    (POLICIES, "producer_code", "Producer Code", "Producer Name"),
    (POLICIES, "status", "Status", "Status Date"),
    (POLICIES, "vehicles.vin", "VIN {n}", "VIN"),
]


def guessed(kind: FeedKind, field: str, old: str, new: str) -> bool:
    return likeness(field, old, new, [each.path for each in choices(MAPPINGS[kind].fields)]) > 0


@pytest.mark.criterion("FEED-76")
@pytest.mark.parametrize(("kind", "field", "old", "new"), DRIFTED)
def test_a_heading_that_drifted_is_recognised(kind: FeedKind, field: str, old: str, new: str) -> None:
    assert guessed(kind, field, old, new)


@pytest.mark.criterion("FEED-76")
@pytest.mark.parametrize(("kind", "field", "old", "new"), ANOTHER)
def test_another_column_is_not_proposed(kind: FeedKind, field: str, old: str, new: str) -> None:
    assert not guessed(kind, field, old, new)
