"""PCR: should, did, exempt, missed and why; what came of it; who stays at home because of a tube."""

from __future__ import annotations

from collections import Counter, defaultdict

from django.db.models import Count, F, Max, Min, Q, Sum
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from reports.figures import DOORS, PEOPLE, ROUNDS, TUBES, Asked, Counts, Figure, Room
from rounds.models import Outcome, Round, Visit
from testing_rounds.models import ExpectedPerson, Hold, Result, Tube

KIND = Round.Kind
UNIFORM = Q(people={}, known={})  # everybody there stands as the visit does
EXCUSED = {Outcome.EXEMPT: "exempt", Outcome.ELSEWHERE: "elsewhere"}
MISSED = {Outcome.NOBODY_HOME: "absent", Outcome.REFUSED: "refused"}
OF_RESULT = {
    Result.NEGATIVE: "negative",
    Result.POSITIVE: "positive",
    Result.INCONCLUSIVE: "unclear",
    Result.INVALID: "unclear",
    Result.DISPUTED: "unclear",
}
Numbers = dict[str, dict[int | None, int]]


def read(asked: Asked) -> Counts:
    """Five statements; one, the people held, on a day without a PCR round."""
    counts: Numbers = defaultdict(lambda: defaultdict(int))
    held = Hold.objects.open().filter(person__visit__building__in=asked.building_keys).order_by()
    for building, number in held.values_list("person__visit__building").annotate(n=Count("person", distinct=True)):
        counts["held"][building] = number
    rounds = {round.pk: round.kind for round in asked.rounds_of(KIND.PCR, KIND.RECALL)}
    counts["pcr_rounds"][None] = sum(kind == KIND.PCR for kind in rounds.values())
    if rounds:
        _count_visits(counts, rounds)
        _count_results(counts, rounds)
        _count_tubes(counts, rounds)
    return counts


def _count_visits(counts: Numbers, rounds: dict[int, str]) -> None:
    visits = Visit.objects.filter(round__in=rounds).order_by()
    alike = visits.filter(UNIFORM).values_list("round", "building", "outcome")
    for round, building, outcome, doors, expected, done in alike.annotate(
        n=Count("pk"), heads=Sum(F("expected_count") + F("extra_count")), done=Sum("done_count")
    ):
        _add_doors(counts, rounds[round], building, Counter({outcome: expected}), doors, expected, done, outcome)
    apart = visits.exclude(UNIFORM).values_list(
        "round", "building", "outcome", "expected_count", "extra_count", "done_count", "people", "known"
    )
    for round, building, outcome, expected, extra, done, people, known in apart:
        told = known | people
        numbers = {str(number) for number in range(1, expected + 1)} | people.keys()
        rest = Outcome.WAITING if outcome == Outcome.PARTLY else outcome
        came_to = Counter(told.get(number, rest) for number in numbers)
        _add_doors(counts, rounds[round], building, came_to, 1, expected + extra, done, outcome)


def _add_doors(
    counts: Numbers, kind: str, building: int, came_to: Counter, doors: int, expected: int, done: int, outcome: str
) -> None:
    """People who were done are counted as the board counts them; who is left and has no word was not reached."""
    if kind == KIND.RECALL:
        counts["recall_expected"][building] += expected
        counts["recall_done"][building] += done
        return
    counts["pcr_expected"][building] += expected
    counts["pcr_done"][building] += done
    counts["pcr_doors_missing"][building] += doors if outcome not in Outcome.answered() else 0
    settled = done
    for outcomes, prefix in ((EXCUSED, "pcr_"), (MISSED, "pcr_missed_")):
        for each, word in outcomes.items():
            counts[prefix + word][building] += came_to[each]
            settled += came_to[each]
            if each in MISSED:
                counts["pcr_missed"][building] += came_to[each]
    left = max(0, expected - settled)
    counts["pcr_missed_unreached"][building] += left
    counts["pcr_missed"][building] += left


def _count_results(counts: Numbers, rounds: dict[int, str]) -> None:
    people = people_of(list(rounds)).exclude(result="").order_by()
    for round, building, result, number in people.values_list("visit__round", "visit__building", "result").annotate(
        n=Count("pk")
    ):
        word = OF_RESULT[Result(result)]
        if rounds[round] == KIND.PCR or word == "positive":  # a pool's people are told of once
            counts[f"pcr_{word}"][building] += number


def people_of(rounds: list[int]):
    """Visits of a round are made together: within their stretch of keys no database reads the people of all rounds.

    Asked round by round: for the ends of all together PostgreSQL walks down the keys from the newest visit there is.
    """
    rows = Visit.objects.filter(round__in=rounds).order_by().values("round")
    ends = list(rows.annotate(first=Min("pk"), last=Max("pk")).values_list("first", "last"))
    first, last = min((first for first, _last in ends), default=0), max((last for _first, last in ends), default=0)
    return ExpectedPerson.objects.filter(visit__round__in=rounds, visit_id__gte=first, visit_id__lte=last)


def _count_tubes(counts: Numbers, rounds: dict[int, str]) -> None:
    abnormal = Q(result__in=[Result.POSITIVE, Result.INCONCLUSIVE])
    pools = Tube.objects.filter(test_round__round__in=[pk for pk, kind in rounds.items() if kind == KIND.PCR])
    told = pools.aggregate(
        n=Count("pk"), abnormal=Count("pk", filter=abnormal), untold=Count("pk", filter=Q(result=""))
    )
    counts["tubes"][None] = told["n"]
    counts["tubes_abnormal"][None] = told["abnormal"]
    counts["tubes_untold"][None] = told["untold"]


ROOM = Room(
    "testing",
    _("PCR tests"),
    read,
    (
        Figure("pcr_rounds", _("PCR rounds"), ROUNDS, "核酸轮次 轮次", per_building=False),
        Figure(
            "pcr_expected", _("PCR: should"), PEOPLE, "应检 应采 核酸应检 核酸应采 应检人数 应采人数", in_bulletin=True
        ),
        Figure(
            "pcr_done",
            _("PCR: did"),
            PEOPLE,
            "实检 已检 实采 已采 核酸实检 核酸已检 实检人数 实采人数",
            in_bulletin=True,
        ),
        Figure("pcr_elsewhere", _("PCR: done elsewhere"), PEOPLE, "他处已检 外检 院外已检 他处检测"),
        Figure("pcr_exempt", _("PCR: exempt"), PEOPLE, "免检 豁免 免检人数 核酸豁免"),
        Figure(
            "pcr_missed", _("PCR: missed"), PEOPLE, "漏检 未检 未采 漏采 核酸漏检 未检人数 漏检人数", in_bulletin=True
        ),
        Figure("pcr_missed_unreached", _("PCR missed: not reached yet"), PEOPLE, "未到"),
        Figure("pcr_missed_absent", _("PCR missed: nobody home"), PEOPLE, "无人 家中无人 外出未检"),
        Figure("pcr_missed_refused", _("PCR missed: refused"), PEOPLE, "拒检 拒采 拒检人数"),
        Figure("pcr_doors_missing", _("PCR: doors missing"), DOORS, "漏检户 未检户数 漏检户数"),
        Figure("pcr_negative", _("PCR: negative"), PEOPLE, "核酸阴性 阴性 阴性人数"),
        Figure("pcr_positive", _("PCR: positive"), PEOPLE, "核酸阳性 阳性 阳性人数", is_health=True),
        Figure("pcr_unclear", _("PCR: unclear, to be tested again"), PEOPLE, "待复核 可疑 复检", is_health=True),
        Figure("tubes", pgettext_lazy("figure", "tubes"), TUBES, "管数 采样管数 混管数", per_building=False),
        Figure("tubes_abnormal", _("pools with an abnormal result"), TUBES, "混管异常 混采异常 异常管数", True, False),
        Figure("tubes_untold", _("tubes without a result yet"), TUBES, "待出结果", per_building=False),
        Figure("held", _("people held at home because of a tube"), PEOPLE, "居家隔离 隔离人数 隔离", is_health=True),
        Figure("recall_expected", _("recall: should"), PEOPLE, "复采应采 应复采", is_health=True),
        Figure("recall_done", _("recall: did"), PEOPLE, "复采已采 已复采 复采人数", is_health=True),
    ),
)
