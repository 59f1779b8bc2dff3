"""The screens of the portal, one module each."""

from portal_app.pages import (
    account,
    accounts,
    astray,
    audit,
    column_map,
    dry_run,
    home,
    integrations,
    policies,
    policy,
    preferences,
    producers,
    quarantined,
    settings,
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
    *producers.PAGES,
    *preferences.PAGES,
    *users.PAGES,
    integrations.PAGE,
    *audit.PAGES,
    quarantined.PAGE,
    dry_run.PAGE,
    column_map.PAGE,
    settings.PAGE,
    *sign_in.PAGES,
    *astray.PAGES,
)
