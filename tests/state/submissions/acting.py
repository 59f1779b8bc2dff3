"""Pages of a submission that are opened, and what their script sends."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from portal_app.services.submissions import answering
from portal_app.state.submissions.wizard import WizardState
from tests.services.submissions.acting import Cast

Opens = Callable[..., Any]
TYPED = {"effective": "01/15/2027", "expiration": "01/15/2028", "state": "RI", "producer_code": "HL-maya"}


def opened(opens: Opens, cast: Cast, locator: str, section: str, state: Any = WizardState) -> Any:
    page = opens(state, f"/submissions/{locator}/edit/{section}", cast.maya)
    asyncio.run(page.load())
    return page


def send(page: Any, path: str, *rows: dict[str, Any], version: int = 0, keys: str = "", **more: Any) -> Any:
    """What the page's script sends of a group, and what it is answered."""
    named = keys.split() or [str(at) for at in range(len(rows))]
    given = {"of": more.pop("of", page.shown), "path": path, "number": "n1", "version": version}
    given |= {"rows": [{"key": key, "values": row} for key, row in zip(named, rows, strict=True)]}
    asyncio.run(page.save(json.dumps(given | more)))
    return json.loads(page.acked).get(path)


def there(cast: Cast, locator: str, path: str) -> Any:
    return cast.door.run(answering.answers, cast.maya, locator=locator).answers[path]
