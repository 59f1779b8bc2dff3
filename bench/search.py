"""The search of 200,000 policies through the service: against its floor, against LIKE, against a plain scan.

    python -m bench.search [--policies 200000] [--folder FOLDER] [--database postgresql] [--django PYTHON]

The database is made in the folder the first time, in about a minute. Each query runs three times and its best time
counts, so that what else the machine does shows little; the percentiles are over the queries. Times are in ms.
"""

import argparse
import json
import random
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import TextClause, text

from bench import data
from bench.table import Line, show
from portal_app import encryption
from portal_app.database import Database
from portal_app.models.enums import Grant, Role
from portal_app.services.door import Door
from portal_app.services.policies.search import find
from portal_app.services.policies.text import fold, normalised
from portal_app.services.policies.views import Found, Query
from tests import servers
from tests.world import KEYS, Clock, actor, make_door

AGENCY = actor(Role.PRINCIPAL)
PRODUCER = actor(Role.PRODUCER, 200)
BRANCH = actor(Role.PRODUCER, 2, Grant.DOWNLINE)
COLUMNS = (
    """p.locator, a.locator, p.insured_name, p.number, l.name, c.name, p.effective, p.expiration, p.premium, p.status"""
)
JOINS = """JOIN account AS a ON a.id = p.account_id JOIN line_of_business AS l ON l.id = p.line_id
  JOIN carrier AS c ON c.id = p.carrier_id"""
BY_KEY = {
    "sqlite": text(f"SELECT {COLUMNS} FROM policy AS p {JOINS} WHERE p.id IN (SELECT value FROM json_each(:ids))"),
    "postgresql": text(f"SELECT {COLUMNS} FROM policy AS p {JOINS} WHERE p.id = ANY(:ids)"),
}
BY_NUMBER = text(f"SELECT {COLUMNS} FROM policy AS p {JOINS} WHERE p.number_key = :key")
LIKE = "(p.insured_name LIKE :like OR p.number_key LIKE :like OR p.vins LIKE :like OR p.streets LIKE :like)"
LIKE_PAGE = text(f"SELECT {COLUMNS} FROM policy AS p {JOINS} WHERE {LIKE} ORDER BY p.insured_name, p.id LIMIT 50")
LIKE_TOTAL = text(f"SELECT count(*) FROM policy AS p WHERE {LIKE}")
BEST = "s.words LIKE :like OR s.keys LIKE :like"
BEST_PAGE = f"""SELECT {COLUMNS}
  FROM (SELECT s.id, s.name FROM policy_search AS s WHERE {BEST} ORDER BY s.name, s.id LIMIT 50) AS hit
  JOIN policy AS p ON p.id = hit.id {JOINS} ORDER BY hit.name, hit.id"""
BEST_TOTAL = f"SELECT count(*) FROM policy_search AS s WHERE {BEST}"


@dataclass(frozen=True)
class Timed:
    """The best times of some queries, and what the last run of each answered."""

    times: list[float]
    answers: list[Any]

    @property
    def p50(self) -> float:
        return statistics.median(self.times)

    @property
    def p95(self) -> float:
        return sorted(self.times)[int(len(self.times) * 0.95)]

    def __str__(self) -> str:
        return f"{self.p50:7.2f} {self.p95:7.2f}"


Work = tuple[Callable[[Any], Any], Sequence[Any]]


def timed(works: dict[str, Work], repeats: int = 3) -> dict[str, Timed]:
    """Each work's queries, the works taking turns query by query, so that all see the machine in the same mood."""
    times: dict[str, list[float]] = {name: [] for name in works}
    answers: dict[str, list[Any]] = {name: [] for name in works}
    for turn in range(max(len(queries) for _, queries in works.values())):
        for name, (run, queries) in works.items():
            if turn < len(queries):
                best, answer = float("inf"), None
                for _ in range(repeats):
                    begun = time.perf_counter()
                    answer = run(queries[turn])
                    best = min(best, time.perf_counter() - begun)
                times[name].append(best * 1000)
                answers[name].append(answer)
    return {name: Timed(times[name], answers[name]) for name in works}


OWN = "SELECT id FROM producer_code WHERE producer_id = 200"


class Agency:
    """The data in memory: what people ask for, and the plain scan. `own` selects the codes of the book that is asked
    for by itself."""

    def __init__(self, database: Database, own: str = OWN) -> None:
        self.chance = random.Random(9)
        with database.read() as db:
            self.rows = db.execute(
                text("SELECT id, insured_name, number, vins, streets, producer_code_id FROM policy ORDER BY id")
            ).all()
            codes = set(db.scalars(text(own)))
        self.words = [f"{fold(row[1])}\n{fold(row[4])}" for row in self.rows]
        self.keys = [f"{fold(normalised(row[2]))}\n{fold(row[3])}" for row in self.rows]
        self.own = [place for place, row in enumerate(self.rows) if row[5] in codes]

    def total(self, typed: str, places: Sequence[int] | None = None) -> int:
        """How many hold the text, by looking at each."""
        words, key = fold(typed), fold(normalised(typed))
        key = key if any(map(str.isdigit, key)) else ""
        among = range(len(self.rows)) if places is None else places
        return sum(words in self.words[at] or (len(key) > 2 and key in self.keys[at]) for at in among)

    def part(self, whole: str, least: int = 4, most: int = 8) -> str:
        begin = self.chance.randrange(max(len(whole) - least, 0) + 1)
        return whole[begin : begin + self.chance.randint(least, most)].strip()

    def asked(self, kind: str, count: int) -> list[str]:
        """Texts of that kind, each of which occurs; of an own book, in that book."""
        found: list[str] = []
        while len(found) < count:
            _, name, number, vins, streets, _ = self.rows[self.chance.choice(self.own)] if kind == "own" else self.any()
            word = self.chance.choice([word for word in name.replace(",", "").split() if len(word) > 3] or [name])
            texts = {
                "name": self.part(word),
                "own": self.part(word),
                "number": number,
                "part of a number": self.part(number[3:], 4, 6),
                "VIN": vins.split("\n")[0],
                "end of a VIN": vins.split("\n")[0][-6:],
                "address": streets.split("\n")[0][:12].strip(),
            }
            whole = kind in ("name", "own", "address") or any(map(str.isdigit, texts[kind]))
            if len(texts[kind]) > 3 and whole:
                found.append(texts[kind])
        return found

    def any(self) -> Any:
        return self.chance.choice(self.rows)

    def mistyped(self, edits: int) -> tuple[str, str]:
        """A word of a name with so many letters changed, left out, added or exchanged; and the name."""
        while True:
            name = self.any()[1]
            words = [word for word in name.replace(",", "").split() if len(word) > 3 + edits]
            if words:
                word = self.chance.choice(words)
                for _ in range(edits):
                    word = self._slip(word)
                return word, name

    def _slip(self, word: str) -> str:
        at, letter = self.chance.randrange(len(word)), self.chance.choice("abcdefghijklmnopqrstuvwxyz")
        slips = (
            word[:at] + letter + word[at + 1 :],
            word[:at] + word[at + 1 :],
            word[:at] + letter + word[at:],
            word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
        )
        return self.chance.choice(slips)


def searching(door: Door, who: Any) -> Callable[[str], Found]:
    return lambda typed: door.run(find, who, query=Query(text=typed))


def reading(database: Database, *statements: TextClause) -> Callable[[dict[str, Any]], Any]:
    def run(values: dict[str, Any]) -> Any:
        with database.read() as db:
            return [db.execute(statement, values).all() for statement in statements]

    return run


PARTS = ("name", "part of a number", "end of a VIN", "address")


def measured(database: Database, door: Door, agency: Agency, count: int) -> list[Line]:
    asked = {kind: agency.asked(kind, count) for kind in (*PARTS, "number", "VIN", "own")}
    everything = searching(door, AGENCY)
    keys = [[agency.chance.randrange(1, len(agency.rows) + 1) for _ in range(50)] for _ in range(count)]
    ids = [{"ids": json.dumps(each) if database.dialect == "sqlite" else each} for each in keys]
    likes = [{"like": f"%{typed}%"} for typed in asked["name"][:8]]
    works: dict[str, Work] = {
        "50 known keys: the floor": (reading(database, BY_KEY[database.dialect]), ids),
        "LIKE, page and total": (reading(database, LIKE_PAGE, LIKE_TOTAL), likes),
        "bare query by number": (
            reading(database, BY_NUMBER),
            [{"key": normalised(number)} for number in asked["number"]],
        ),
        **{f"agency, {kind}": (everything, asked[kind]) for kind in (*PARTS, "number", "VIN")},
        "one producer's book, part of a name": (searching(door, PRODUCER), asked["own"]),
        "a branch of 45 producers, part of a name": (searching(door, BRANCH), asked["name"][: count // 2]),
        "agency, nothing asked": (everything, [""] * 20),
    }
    for run, queries in works.values():
        run(queries[0])
    done = timed(works)
    floor, like, bare = list(done.values())[:3]
    own = done["one producer's book, part of a name"]
    substring = Timed([each for kind in PARTS for each in done[f"agency, {kind}"].times], [])
    exact = max(done[f"agency, {kind}"].p50 for kind in ("number", "VIN"))
    answered = [(kind, done[f"agency, {kind}"].answers) for kind in PARTS] + [("own", own.answers)]
    wrong = sum(
        answer.total != agency.total(typed, agency.own if kind == "own" else None)
        for kind, answers in answered
        for typed, answer in zip(asked[kind], answers, strict=True)
    )
    return [
        *(Line(name, str(result)) for name, result in done.items()),
        ratio("substring p50 / floor", substring.p50 / floor.p50, 10),
        ratio("substring p95 / LIKE", substring.p95 / like.p50, 0.1),
        ratio("one producer's book / LIKE", own.p50 / like.p50, 0.01),
        ratio("exact number or VIN / bare query", exact / bare.p50, 3),
        Line("totals unlike the plain scan's", f"{wrong} of {count * 5}", "0", not wrong),
    ]


def ratio(what: str, value: float, most: float) -> Line:
    return Line(what, f"{value:.3f}" if most < 1 else f"{value:.1f}", f"<= {most:g}", value <= most)


def typos(door: Door, agency: Agency, edits: int, least: float, count: int) -> list[Line]:
    """How often the search of a mistyped word shows the policy that was meant."""
    everything, hits = searching(door, AGENCY), 0
    slips = [agency.mistyped(edits) for _ in range(count)]
    result = timed({"": (everything, [word for word, _ in slips])}, 1)[""]
    for (word, name), found in zip(slips, result.answers, strict=True):
        texts = [taken for _, taken in found.corrected] or ([fold(word)] if found.total else [])
        hits += any(taken in fold(name) for taken in texts)
    share = hits / count
    return [
        Line(f"typos of {edits}: time", f"{result}"),
        Line(f"typos of {edits}: found", f"{share:.3f}", f">= {least}", share >= least),
    ]


def against_the_best(database: Database, door: Door, agency: Agency, count: int) -> list[Line]:
    """PostgreSQL: the service against the same page and total by its driver alone."""
    asked = agency.asked("name", count)
    with database.engine.connect() as connection:
        cursor = connection.connection.cursor()
        page, total = (statement.replace(":like", "%(like)s") for statement in (BEST_PAGE, BEST_TOTAL))

        def best(typed: str) -> None:
            for statement in (page, total):
                cursor.execute(statement, {"like": f"%{fold(typed)}%"})
                cursor.fetchall()

        done = timed({"best": (best, asked), "service": (searching(door, AGENCY), asked)})
    bare, ours = done.values()
    return [
        Line("PostgreSQL, its best statements alone", f"{bare}"),
        Line("PostgreSQL, the service", f"{ours}"),
        ratio("p50", ours.p50 / bare.p50, 2),
        ratio("p95", ours.p95 / bare.p95, 2),
    ]


def against_django(python: Path, database: Database, door: Door, agency: Agency) -> list[Line]:
    """Django admin's list of the same rows, with its own environment's Python; its page, and its queries alone."""
    asked = agency.asked("name", 10)
    program = [python, Path(__file__).with_name("django_admin.py"), database.engine.url.database or "", *asked]
    theirs = json.loads(subprocess.run(program, check=True, capture_output=True, text=True).stdout)
    ours = timed({"": (searching(door, AGENCY), asked)})[""]
    alone = statistics.median(each["queries"] for each in theirs)
    return [
        Line("Django admin's queries alone", f"{alone:7.2f}"),
        Line("Django admin's page", f"{statistics.median(each['page'] for each in theirs):7.2f}"),
        Line("the service, same texts", str(ours)),
        ratio("the service / Django admin's queries", ours.p50 / alone, 1),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--policies", type=int, default=data.POLICIES)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "portal-bench")
    parser.add_argument("--url", help="a PostgreSQL database that is at hand, empty or filled by an earlier run")
    parser.add_argument("--django", type=Path, help="the Python of an environment made from bench/requirements.txt")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    given = parser.parse_args()
    with ExitStack() as stack:
        encryption.install(KEYS)
        accounts = given.policies * 2 // 5
        if given.database == "sqlite":
            given.folder.mkdir(parents=True, exist_ok=True)
            database = data.at(given.folder, given.policies, accounts)
        else:
            database = Database(given.url or stack.enter_context(servers.postgres()))
            data.prepared(database, given.policies, accounts)
        door = make_door(database, given.folder, Clock())
        agency = Agency(database)
        title = f"Search of {given.policies:,} policies on {given.database} (p50 and p95 in ms)"
        lines = measured(database, door, agency, given.queries)
        lines += typos(door, agency, 1, 0.98, given.queries * 2) + typos(door, agency, 2, 0.90, given.queries * 2)
        if given.database == "postgresql":
            lines = [line for line in lines if "/" not in line.what]
            lines += against_the_best(database, door, agency, given.queries)
        if given.django:
            lines += against_django(given.django, database, door, agency)
        show(title, lines)
        database.dispose()


if __name__ == "__main__":
    main()
