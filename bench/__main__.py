"""`python -m bench [part …]`: the measurements one after another, one table each. See bench/README.md."""

import runpy
import sys
import traceback
from collections.abc import Callable
from functools import partial

from _pytest.outcomes import OutcomeException

from bench.table import show


def _program(name: str) -> None:
    """A part with a command line of its own, as it is without arguments."""
    sys.argv = [f"bench.{name}"]
    runpy.run_module(f"bench.{name}", run_name="__main__")


def _ledger() -> None:
    from bench import ledger

    show("The policy ledger", ledger.measure())


def _events() -> None:
    from bench import events

    show("An event's round trip", events.measure())


def _sign_ins() -> None:
    from bench import sign_ins

    show("Sign-ins", sign_ins.measure())


def _uploads() -> None:
    from bench import uploads

    show("Taking a file in", uploads.measure())


def _intake() -> None:
    from bench import intake

    show("Intake forms", intake.measure())


def _submissions() -> None:
    from bench import submissions

    show("Submissions", submissions.measure())


def _wizard() -> None:
    from bench import wizard

    show("Filling in, as events", wizard.measure())


def _start() -> None:
    from bench import start

    show("The second start until /readyz", start.measure())


def _weight() -> None:
    from bench import start

    show("What a page weighs", start.weigh())


# Each is loaded when its turn comes, so that what one of them lacks does not stop the others.
PARTS: dict[str, Callable[[], None]] = {
    "search": partial(_program, "search"),
    "downline": partial(_program, "downline"),
    "feed": partial(_program, "feed"),
    "ledger": _ledger,
    "events": _events,
    "sign-ins": _sign_ins,
    "uploads": _uploads,
    "intake": _intake,
    "submissions": _submissions,
    "wizard": _wizard,
    "start": _start,
    "weight": _weight,
}


def main(wanted: list[str]) -> int:
    """Returns 0 where every part ran, whether it met its goals or not."""
    if unknown := [name for name in wanted if name not in PARTS]:
        sys.stderr.write(f"No such part: {', '.join(unknown)}. There are {', '.join(PARTS)}.\n")
        return 2
    failed = 0
    for name in wanted or PARTS:
        try:
            PARTS[name]()
        except (Exception, OutcomeException):  # noqa: BLE001 (the parts that follow can still be measured)
            traceback.print_exc()
            sys.stderr.write(f"{name} did not come to an end.\n")
            failed += 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
