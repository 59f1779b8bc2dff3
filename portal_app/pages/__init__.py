"""The screens of the portal, one module each."""

from portal_app.pages import (
    account,
    accounts,
    astray,
    audit,
    home,
    integrations,
    policies,
    policy,
    preferences,
    sign_in,
    users,
)
from portal_app.pages.page import Page

PAGES: tuple[Page, ...] = (
    home.PAGE,
    policies.PAGE,
    policy.PAGE,
    accounts.PAGE,
    account.PAGE,
    *preferences.PAGES,
    *users.PAGES,
    integrations.PAGE,
    *audit.PAGES,
    *sign_in.PAGES,
    *astray.PAGES,
)
