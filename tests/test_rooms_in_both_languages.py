"""The rooms of the demo's evening hold no leftover of the other language: see tests/test_catalogs.py."""

import re

import pytest
from django.urls import reverse

from buying.models import GroupOrder, JointSide, OrderLine
from care.models import CallPlace, Need
from clock.models import Case, Clock, Homecoming
from compound.demo import build_demo
from lifts.models import CallDown
from medicine.models import Errand, Question
from money.models import Fund
from notices.models import Notice
from residents.models import Building, Compound, User
from rounds.models import Round, Visit
from sanitation.models import Disinfection, WasteRound
from sharing.models import Drive, Offer, Wish
from shifts.models import Shift
from testing_rounds.models import ExpectedPerson, Hold, Tube
from tests.test_catalogs import (
    CHINESE,
    DATA,
    ENGLISH,
    NAMES,
    PLACEHOLDER,
    catalog,
    chinese_of,
    compiled,  # noqa: F401 (a fixture)
    words_of,
)


@pytest.fixture
def desks(db):
    """Two stewards, each with the pages of their compound: tubes and a recall in the one, antigen in the other."""
    build_demo(stage="busy", seed=7)
    tower, estate = (Compound.objects.get(name=name) for name in ("佳木大厦", "和欣苑"))
    return {
        "lu": _paths(*(([question.pk], "medicine:question") for question in Question.objects.all())),
        "chen": [*_tower_pages(tower), *_shift_pages(tower), *_clock_pages(tower), *_buying_pages(tower)],
        "sun": [
            *_notice_pages(estate),
            *_money_pages(estate),
            *_sharing_pages(estate),
            *_supply_pages(estate),
            *_privacy_pages(estate),
            *_medicine_pages(estate),
            *_care_pages(estate),
            *_sanitation_pages(estate),
            *_antigen_pages(estate),
            *_clock_pages(estate),
        ],
    }


def _paths(*about):
    return [reverse(name, args=keys) for keys, names in about for name in names.split()]


def _tower_pages(tower):
    pcr, recall = Round.objects.get(compound=tower, kind="pcr"), Round.objects.get(compound=tower, kind="recall")
    building = Building.objects.get(compound=tower)
    tube = Tube.objects.get(result="positive")
    person = ExpectedPerson.objects.filter(swabs__tube=tube, resident__isnull=False).first()
    return _paths(
        ([pcr.pk], "rounds:board testing_rounds:results testing_rounds:all_negative testing_rounds:lab_add"),
        ([pcr.pk], "testing_rounds:tubes testing_rounds:tube_questions testing_rounds:people lifts:round lifts:plan"),
        ([pcr.pk, building.pk], "testing_rounds:results_building testing_rounds:in_no_tube"),
        ([recall.pk], "rounds:board testing_rounds:recall"),
        ([Visit.objects.filter(round=recall).first().pk], "visit"),
        ([tube.pk], "testing_rounds:tube testing_rounds:tube_result"),
        ([person.pk], "testing_rounds:result_person"),
        ([Hold.objects.filter(release="").first().pk], "testing_rounds:hold_release"),
        ([building.pk], "testing_rounds:history_building"),
        ([person.visit.household_id], "testing_rounds:history_household residents:household"),
        ([person.resident_id], "testing_rounds:history_person testing_rounds:exemptions"),
        ([tower.pk], "testing_rounds:coverage"),
        ([tower.pk], "reports:daily reports:deadline reports:tonight reports:forms reports:form_add"),
        ([CallDown.objects.get().pk], "lifts:call_down lifts:settings lifts:log lifts:caller lifts:lobby"),
        ([], "today testing_rounds:holds testing_rounds:unplaced"),
    )


def _shift_pages(tower):
    shift = Shift.objects.get(title="核酸秩序·上半场")
    return _paths(
        ([tower.pk], "shifts:roster shifts:add shifts:rules shifts:hours shifts:health"),
        ([shift.pk], "shifts:shift shifts:edit shift_gear"),
        ([Shift.objects.filter(compound=tower).first().pk], "shifts:shift"),
        ([shift.all_places.first().volunteer_id], "volunteer_positive"),
    )


def _sanitation_pages(estate):
    routes = [([row.round_id], "sanitation:route") for row in WasteRound.objects.filter(round__compound=estate)]
    entries = [([row.pk], "sanitation:disinfection") for row in Disinfection.objects.filter(compound=estate)]
    return _paths(
        *routes,
        *entries,
        ([estate.pk], "sanitation:compound sanitation:plan sanitation:yellow disinfection_log"),
        ([estate.pk], "sanitation:disinfection_add sanitation:write_down"),
        (routes[0][0], "sanitation:next_pass"),
        ([Disinfection.objects.exclude(corrects=None).get().pk], "sanitation:correct"),
    )


def _notice_pages(estate):
    wrong, _right, tonight, quiet, _lift = Notice.objects.filter(compound=estate).order_by("pk")
    return _paths(
        ([], "notices:list notices:channels"),
        ([estate.pk], "notices:add notices:wordings"),
        ([wrong.pk], "notices:notice notices:sheet"),
        ([tonight.pk], "notices:notice notices:slips"),
        ([quiet.pk], "notices:notice notices:edit"),
        ([tonight.pk, estate.buildings.first().pk], "notices:house"),
        ([estate.pk, "lift"], "notices:wording"),
    )


def _money_pages(estate):
    fund = Fund.objects.get(compound=estate)
    entry = fund.entries.filter(expense__isnull=False).first()
    names = "fund settings statement gear chat gift_add goods_add expense_add move count closing_add"
    return _paths(
        ([estate.pk], "money:compound money:fund_add"),
        ([fund.pk], " ".join(f"money:{name}" for name in names.split())),
        ([entry.pk], "money:entry"),
        ([entry.expense_id], "money:expense"),
        ([fund.expenses.waiting().get().pk], "money:expense"),
        ([fund.gifts.first().pk], "money:gift"),
    )


def _antigen_pages(estate):
    antigen = Round.objects.get(compound=estate, kind="antigen")
    building = antigen.buildings.first()
    return _paths(
        (
            [antigen.pk],
            "rounds:board testing_rounds:antigen testing_rounds:antigen_edit testing_rounds:antigen_overdue",
        ),
        ([antigen.pk], "testing_rounds:antigen_knocks reports:evening"),
        ([estate.daily_reports.get().pk], "reports:report reports:bulletin"),
        ([antigen.pk, building.pk], "testing_rounds:antigen_building"),
        ([estate.pk], "testing_rounds:antigen_add"),
        ([building.pk], "residents:links"),
        ([], "today"),
    )


def _buying_pages(tower):
    joint = JointSide.objects.get(order__compound=tower)
    collecting = GroupOrder.objects.get(compound=tower, category="vegetables")
    line = OrderLine.objects.filter(item__order=collecting).first()
    names = "order lines texts edit item_add papers extend cancel"
    return _paths(
        ([], "buying:list buying:calendar"),
        ([tower.pk], "buying:add buying:rules buying:join"),
        ([collecting.pk], " ".join(f"buying:{name}" for name in names.split())),
        ([joint.order_id], "buying:order buying:texts buying:leave"),
        ([line.item_id], "buying:item_edit"),
        ([collecting.pk, line.household_id], "buying:home"),
        ([JointSide.objects.get(is_host=False).pk], "buying:handover"),
        ([collecting.pk], "buying:lead"),
        ([GroupOrder.objects.get(compound=tower, state="sorting").pk], "buying_leftover buying:sharing"),
    )


def _privacy_pages(estate):
    return _paths(([estate.pk], "residents:privacy residents:privacy_log residents:purge"))


def _supply_pages(estate):
    bags = Round.objects.get(compound=estate, kind="supplies")
    return _paths(
        ([estate.pk], "supplies:store supplies:kept"),
        ([bags.pk], "supplies:distribution rounds:complaints"),
    )


def _sharing_pages(estate):
    cake, dumplings = Drive.objects.order_by("pk")
    return _paths(
        ([estate.pk], "sharing:corner sharing:wishes sharing:wall sharing:rules sharing:offer_add sharing:wish_add"),
        ([Offer.objects.order_by("pk").first().pk], "sharing:offer"),
        ([Wish.objects.order_by("pk").first().pk], "sharing:wish_answer"),
        ([estate.pk], "sharing:drive_list sharing:drive_add"),
        ([cake.pk], "sharing:drive sharing:drive_edit sharing:drive_route"),
        ([dumplings.pk], "sharing:drive sharing:drive_route"),
        ([cake.pk, cake.kitchen.door.building_id], "sharing:drive_portions"),
    )


def _medicine_pages(estate):
    bags = Errand.objects.filter(compound=estate)
    names = "errands errand_add runner desk question_add dates date_add"
    return _paths(
        ([estate.pk], " ".join(f"medicine:{name}" for name in names.split())),
        *(([bag.pk], "medicine:errand medicine:errand_edit") for bag in bags),
    )


def _care_pages(estate):
    needs = Need.objects.filter(compound=estate)
    names = "needs rules need_add calls week rota_add"
    return _paths(
        ([estate.pk], " ".join(f"care:{name}" for name in names.split())),
        *(([need.pk], "care:need") for need in needs),
        ([CallPlace.objects.filter(compound=estate).first().pk], "care:place"),
    )


def _clock_pages(compound):
    clock = Clock.objects.filter(building__compound=compound).first()
    cases = Case.objects.filter(building__compound=compound)[:1]
    homecomings = Homecoming.objects.filter(household__door__building__compound=compound)[:1]
    return _paths(
        ([compound.pk], "clock:compound clock:start clock:cases clock:homecomings clock:homecoming_add"),
        ([clock.building_id], "clock:building clock:notice clock:case_add"),
        ([clock.pk], "clock:override clock:rule clock:basis clock:stop"),
        *(([case.pk], "clock:case clock:case_correct") for case in cases),
        *(([home.pk], "clock:homecoming") for home in homecomings),
        ([], "clock:rules"),
    )


def read(client, language, desks):
    client.cookies["django_language"] = language
    words, refused = {}, {}
    for username, paths in desks.items():
        client.force_login(User.objects.get(username=username))
        for path in paths:
            answer = client.get(path)
            if answer.status_code != 200:
                refused[path] = answer.status_code
            else:
                words[path] = words_of(answer.content.decode())
    assert refused == {}
    return words


@pytest.mark.usefixtures("compiled")
def test_no_room_mixes_the_languages(client, desks):
    ours = {chinese_of(entry) for entry in catalog("zh_Hans") if re.search(rf"[{CHINESE}]{{2}}", chinese_of(entry))}
    left = {}
    for path, words in read(client, "zh-hans", desks).items():
        plain = " ".join(PLACEHOLDER.sub(" ", text) for text in words)
        left["zh", path] = set(ENGLISH.findall(plain)) - NAMES - DATA - {"sun", "lu"}
    for path, words in read(client, "en", desks).items():
        left["en", path] = ours.intersection(words)
    assert {page: words for page, words in left.items() if words} == {}
