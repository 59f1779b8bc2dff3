"""The screens of new business."""

from portal_app.pages.submissions import drafts, starting, wizard

PAGES = (starting.PAGE, drafts.PAGE, wizard.PAGE)
