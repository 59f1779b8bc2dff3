"""An example of an agency's own rules about producers: `PORTAL_PLUGINS=demo/producer_rules.py` puts them in force.

It goes with the shipped types. Emails are kept in lower case, an agency that says in which states it writes business is
active unless it says otherwise, and neither a closed agency nor a code without a description is valid.
"""

from dataclasses import replace

from portal_app.services.producers.plugins import Entity, Request, ValidationItem, hookimpl


@hookimpl
def pre_commit(request: Request) -> Entity | None:
    """Before a producer or a code is saved."""
    data = dict(request.entity.data)
    if "email" in data:
        data["email"] = data["email"].strip().lower()
    if request.type == "Agency" and data.get("states"):
        data.setdefault("status", "active")
        data["states"] = sorted({each.upper() for each in data["states"]})
    return replace(request.entity, data=data)


@hookimpl
def validate(request: Request) -> ValidationItem | None:
    """When a producer or a code is validated."""
    data = request.entity.data
    if request.type == "Agency" and data.get("status") == "closed":
        return ValidationItem(errors=("A closed agency is not valid.",))
    if request.type == "SubAgencyCode" and not data.get("description"):
        return ValidationItem(errors=("Say in the description what the code is for.",))
    return None
