"""What the constructed cohort is made from: who took part, and days between events, all made up.

The report prints aggregates only. These numbers are chosen so that records made from them could be
the people that it counted; no single record comes from the report.
"""

from dataclasses import dataclass
from datetime import date

PROGRAMME = "medical-incidents"
ENDED = date(2019, 12, 20)
"""Nobody is referred or offered for the first time after this day."""
REPORTED = date(2020, 12, 1)
"""On this day the authors looked which cases were still open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hospital:
    """`unreferred`: accepted, but not referred by it; `screened_out`: of those it referred."""

    number: int
    joined: date
    declined: int
    referred: int
    unreferred: int = 0
    screened_out: int = 0
    withheld: int = 0
    channels: tuple[str, ...]
    function: str


HOSPITALS = (
    Hospital(
        number=1,
        joined=date(2018, 7, 2),
        declined=65,
        referred=11,
        unreferred=1,
        screened_out=2,
        channels=("letter-with-leaflet", "letter", "phone"),
        function="board",
    ),
    Hospital(
        number=2,
        joined=date(2018, 7, 2),
        declined=8,
        referred=11,
        unreferred=1,
        screened_out=2,
        channels=("phone", "face-to-face"),
        function="patient-support",
    ),
    Hospital(
        number=3,
        joined=date(2018, 7, 16),
        declined=7,
        referred=7,
        screened_out=1,
        withheld=4,
        channels=("e-mail", "phone"),
        function="calamity-committee",
    ),
    Hospital(
        number=4,
        joined=date(2018, 10, 15),
        declined=3,
        referred=8,
        screened_out=1,
        channels=("phone",),
        function="contact-person",
    ),
    Hospital(
        number=5,
        joined=date(2018, 11, 5),
        declined=6,
        referred=6,
        channels=("face-to-face", "phone"),
        function="complaints-officer",
    ),
    Hospital(
        number=6,
        joined=date(2019, 2, 11),
        declined=3,
        referred=6,
        channels=("phone",),
        function="doctor",
    ),
    Hospital(
        number=7,
        joined=date(2019, 5, 13),
        declined=2,
        referred=2,
        channels=("face-to-face",),
        function="complaints-officer",
    ),
)

WITHOUT_HOSPITAL = ((date(2019, 3, 21), "self"), (date(2019, 9, 12), "victim-support"))
"""When and from where those were referred whom no hospital referred."""

SCREENED_OUT = (
    ("no-need-after-all", 12),
    ("no-possible-calamity", 25),
    ("no-need-after-all", 40),
    ("other-problem", 66),
    ("no-possible-calamity", 95),
    ("no-need-after-all", 150),
)
"""Why a referral did not lead to a case, and its days from incident to referral."""

LAGS = (
    *(5, 6, 8, 9, 11, 12, 14, 15, 17, 19, 21, 22, 24, 27, 29, 31, 34, 37, 40, 43, 46, 48, 58),
    *(84, 88, 91, 97, 102, 106, 113, 119, 126, 134, 141, 153, 166, 178, 190, 214, 231, 248, 266),
    *(287, 301),
)
"""Days from incident to referral of those who were supported, recent incidents."""

OLD_INCIDENTS = (date(2017, 12, 11), date(2016, 5, 11), date(2017, 3, 14))
"""Incidents of long before; who took part in the study had the first of them, or a recent one."""

INCIDENTS_IN_2019 = 29

CLAIM_LAGS = (
    *(96, 110, 121, 134, 148, 160, 171, 183, 194, 203, 209),
    *(217, 226, 238, 251, 268, 287, 310, 342, 391, 455, 560),
)
"""Days from incident to liability claim."""

LENGTHS_WITH_CLAIM = (240, 290, 330, 365, 400, 430, 455, 480, 510, 550, 610, 745)
LENGTHS_WITHOUT_CLAIM = (
    *(115, 150, 185, 210, 240, 262, 280, 300, 320, 335, 350),
    *(365, 380, 395, 412, 430, 448, 465, 490, 520, 600),
)
"""Days from referral to closing of the cases that were closed when the authors looked."""

CLOSED_AFTERWARDS = (
    date(2020, 12, 15),
    date(2021, 1, 12),
    date(2021, 1, 28),
    date(2021, 2, 16),
    date(2021, 3, 18),
)
"""Days on which some of the others were closed; the rest stayed open."""

WITHOUT_INVESTIGATION = 5

TALKS = (
    *(44, 48, 52, 55, 58, 61, 64, 67, 70, 72, 74, 78, 80, 83, 86, 89, 92, 95, 98, 101, 104),
    *(108, 115, 120, 124, 136, 142, 150),
)
"""Days from incident to the talk with the committee, where a case manager was there before."""

REPORTS = (63, 77, 84, 91, 95, 102, 119)
"""Days from that talk to the report."""

TALKS_FIRST: tuple[tuple[int | None, int | None], ...] = (
    *((50, None), (55, None), (60, None), (64, None)),
    *((None, None), (None, None), (None, None), (None, None), (None, None)),
    *((35, 126), (42, 133), (None, 150), (None, 150), (None, 150)),
)
"""Of the others, days from incident to talk, if there was one, and to the report.

Where none are given, the report came when the case manager was there already.
"""

FEEDBACK_ATTENDED, FEEDBACK_BESIDES, FEEDBACK_PLANNED = 20, 4, 2
"""Talks about the report: attended, held without (twice so many), and only planned."""

LAWYERS_INVESTIGATED, LAWYERS_UNINVESTIGATED = 22, 4
LAWYERS_BEFORE = (4, 80)
"""So many had a lawyer before they were referred, more than so many days after the incident."""

ACKNOWLEDGED_AFTER = (40, 55, 66, 75, 84, 90, 93, 101, 112, 130, 160, 210)
"""Days from claim to acknowledgement."""

HOURS_LEGAL = (
    *(9, 11, 13, 14, 15, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 32, 34, 36),
    *(39, 44),
)
HOURS_OTHERWISE = (
    *(4, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 28, 29, 31),
)
"""Hours per case without travel; the longer the support, the more."""

CONTACTS_PER_MONTH = 2.2
HOURS_PER_VISIT, MOST_VISITS, QUICK_HOURS = 4, 10, 8
"""The more hours, the more home visits, three at least; in few hours they are short."""

COMPLAINTS = 6
"""Complaints beside so many cases; the report prints no number of them."""

APPLICATIONS = (
    ("social-support", "granted"),
    ("personal-budget", "rejected"),
    ("disability-benefit", "granted"),
    ("home-care", "granted"),
    ("fund", "granted"),
    ("parking-cards", "rejected"),
    ("social-support", "granted"),
)
"""What was applied for beside as many cases; the kinds are the report's, their number is not."""
OBJECTED = "personal-budget"
"""Its rejection was objected to, and stood."""

STUDIED = {1: 9, 2: 5, 3: 5, 4: 5, 5: 4, 6: 4, 7: 1}
"""So many were willing to take part in the study, by hospital: which has how many is made up."""
STUDY_LAGS = (10, 305)
"""Least and most days from incident to first contact of who was."""
DROPPED_OUT = 28
"""In the order of referral the one of the willing who withdrew, since the patient worsened."""
DIED, UNABLE, ACCOMPANIED = 10, 5, 8
"""Patients of participants who died, who could not speak, and with whom somebody else spoke."""
SPOKEN_FOR_BY = (
    *("partner", "other-family", "parent", "partner", "other-family"),
    *("parent", "partner", "other-family", "partner", "other-family"),
    *("parent", "parent", "partner", "parent", "parent"),
)
"""Who speaks for patients who died and, after them, for those who could not."""
ACCOMPANIED_BY = ("partner", "child")

MARKING, MARKED_AGAIN, FOLLOWED = 21, 3, 6
"""So many participants gave marks, gave them twice, and agreed to be spoken with again."""
LIFE_DOMAINS = {
    "housing": (181, 6, 10),
    "finances": (160, 5, 10),
    "family": (155, 5, 10),
    "psychological": (143, 3, 10),
    "physical": (118, 3, 9),
    "practical": (128, 3, 9),
    "work-or-school": (95, 1, 8),
    "social": (151, 5, 10),
    "leisure": (143, 4, 10),
}
"""The sum of the first marks, the lowest and the highest."""
