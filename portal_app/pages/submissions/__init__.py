"""The screens of new business."""

from portal_app.pages.submissions import starting, wizard

PAGES = (starting.PAGE, wizard.PAGE)
