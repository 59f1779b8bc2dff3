"""The search of somebody who was granted their downline: some hundred producers of 5,000, against the same floors.

    python -m bench.downline [--policies 200000] [--folder FOLDER] [--database postgresql]

The database is made in the folder the first time, in about a minute. What is asked for occurs in the book; the bare
query expands the hierarchy too.
"""

import argparse
import json
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bench import data
from bench.search import (
    BY_KEY,
    COLUMNS,
    JOINS,
    LIKE_PAGE,
    LIKE_TOTAL,
    PARTS,
    Agency,
    Timed,
    Work,
    ratio,
    reading,
    searching,
    timed,
)
from bench.table import Line, show
from portal_app import encryption
from portal_app.database import Database
from portal_app.models.enums import Grant, Role
from portal_app.services.door import Door
from portal_app.services.policies.text import normalised
from tests import servers
from tests.world import KEYS, Clock, actor, make_door

TOP = 2
SOMEBODY = actor(Role.PRODUCER, TOP, Grant.DOWNLINE)
CODES = f"""SELECT id FROM producer_code WHERE producer_id IN (
  WITH RECURSIVE tree(id) AS (SELECT {TOP} UNION SELECT p.id FROM producer AS p JOIN tree ON p.parent_id = tree.id)
  SELECT id FROM tree)"""
BY_NUMBER = text(
    f"SELECT {COLUMNS} FROM policy AS p {JOINS} WHERE p.number_key = :key AND p.producer_code_id IN ({CODES})"
)


class Branch(Agency):
    """What is asked for occurs in the downline's book."""

    def any(self) -> Any:
        return self.rows[self.chance.choice(self.own)]


def measured(database: Database, door: Door, branch: Branch, count: int) -> list[Line]:
    asked = {kind: branch.asked(kind, count) for kind in (*PARTS, "number", "VIN")}
    granted = searching(door, SOMEBODY)
    keys = [[branch.chance.randrange(1, len(branch.rows) + 1) for _ in range(50)] for _ in range(count)]
    ids = [{"ids": json.dumps(each) if database.dialect == "sqlite" else each} for each in keys]
    likes = [{"like": f"%{typed}%"} for typed in asked["name"][:8]]
    numbers = [{"key": normalised(number)} for number in asked["number"]]
    works: dict[str, Work] = {
        "50 known keys: the floor": (reading(database, BY_KEY[database.dialect]), ids),
        "LIKE, page and total, whole agency": (reading(database, LIKE_PAGE, LIKE_TOTAL), likes),
        "bare query by number, in the downline": (reading(database, BY_NUMBER), numbers),
        **{f"downline, {kind}": (granted, asked[kind]) for kind in (*PARTS, "number", "VIN")},
        "downline, nothing asked": (granted, [""] * 20),
    }
    for run, queries in works.values():
        run(queries[0])
    done = timed(works)
    floor, like, bare = list(done.values())[:3]
    substring = Timed([each for kind in PARTS for each in done[f"downline, {kind}"].times], [])
    exact = max(done[f"downline, {kind}"].p50 for kind in ("number", "VIN"))
    wrong = sum(
        answer.total != branch.total(typed, branch.own)
        for kind in PARTS
        for typed, answer in zip(asked[kind], done[f"downline, {kind}"].answers, strict=True)
    )
    return [
        *(Line(name, str(result)) for name, result in done.items()),
        ratio("substring p50 / floor", substring.p50 / floor.p50, 10),
        ratio("substring p95 / LIKE", substring.p95 / like.p50, 0.1),
        ratio("exact number or VIN / bare query", exact / bare.p50, 3),
        Line("totals unlike the plain scan's", f"{wrong} of {count * len(PARTS)}", "0", not wrong),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--policies", type=int, default=data.POLICIES)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "portal-bench")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    given = parser.parse_args()
    with ExitStack() as stack:
        encryption.install(KEYS)
        accounts = given.policies * 2 // 5
        if given.database == "sqlite":
            given.folder.mkdir(parents=True, exist_ok=True)
            database = data.at(given.folder, given.policies, accounts, data.WIDE)
        else:
            database = Database(stack.enter_context(servers.postgres()))
            data.prepared(database, given.policies, accounts, data.WIDE)
        door = make_door(database, given.folder, Clock())
        branch = Branch(database, CODES)
        with database.read() as db:
            below = len(db.scalars(text(CODES)).all())
        title = f"Search of {len(branch.own):,} policies of {below} producers, out of {given.policies:,} and 5,000"
        show(f"{title}, on {given.database} (p50 and p95 in ms)", measured(database, door, branch, given.queries))
        database.dispose()


if __name__ == "__main__":
    main()
