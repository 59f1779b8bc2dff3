"""Where a ZIP code lies, without asking anybody: its state by the first three digits, its city by the packaged list."""

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache

ZIP = re.compile(r"(\d{5})(?:-?(\d{4}))?", re.ASCII)

# The first prefix of each run, and the states in which the run lies; empty where no ZIP code begins so.
_RUNS = (
    "000:,005:NY,006:PR,008:VI,009:PR,010:MA,028:RI,030:NH,039:ME,050:VT,055:MA,056:VT,060:CT,063:CT NY,064:CT,070:NJ,"
    "090:AE,099:AE NJ,100:NY,150:PA,197:DE,200:DC,201:VA,202:DC,205:DC MD VA,206:MD,220:VA,247:WV,269:,270:NC,290:SC,"
    "300:GA,320:FL,340:AA,341:FL,350:AL,370:TN,386:MS,398:GA,400:KY,428:,430:OH,460:IN,480:MI,500:IA,529:,530:WI,"
    "550:MN,568:,569:DC,570:SD,578:,580:ND,589:,590:MT,600:IL,630:MO,659:,660:KS,680:NE,694:,700:LA,715:,716:AR,"
    "726:AR MO,727:AR,730:OK,733:TX,734:OK,739:OK TX,740:OK,750:TX,800:CO,817:,820:WY,832:ID,834:ID WY,835:ID,839:,"
    "840:UT,848:,850:AZ,866:,870:NM,885:TX,886:,888:DC,889:NV,899:,900:CA,962:AP,967:AS HI,968:HI,969:FM GU MH MP PW,"
    "970:OR,980:WA,995:AK"
)
_BEGINNINGS = [int(run[:3]) for run in _RUNS.split(",")]
_STATES = [frozenset(run[4:].split()) for run in _RUNS.split(",")]


@dataclass(frozen=True, slots=True)
class Place:
    """`states` has more than one where the first three digits lie in several and the ZIP code is not on the list;
    `city` is empty where it is not."""

    states: frozenset[str]
    city: str = ""

    @property
    def state(self) -> str:
        """The one state, or nothing."""
        return next(iter(self.states)) if len(self.states) == 1 else ""


def states_of(postal_code: str) -> frozenset[str]:
    """The states in which ZIP codes that begin as this one do lie; none where there are none such."""
    return _STATES[bisect_right(_BEGINNINGS, int(postal_code[:3])) - 1]


def place(postal_code: str) -> Place | None:
    """Where the ZIP code, of five or nine digits, lies; None where it is none."""
    found = ZIP.fullmatch(postal_code.strip())
    return _listed(found[1]) if found else None


@lru_cache(maxsize=2048)
def _listed(digits: str) -> Place | None:
    states = states_of(digits)
    if not states:
        return None
    # The list takes a third of a second and some memory when it is first asked; who asks nothing pays nothing.
    import zipcodes

    for listed in zipcodes.matching(digits):  # type: ignore[no-untyped-call]
        return Place(frozenset({listed["state"]}), listed["city"])
    return Place(states)
