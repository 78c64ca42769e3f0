"""Results of people: told by whom, corrected, contradicted, refused."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from residents.models import HouseholdLink
from rounds.services import cancel_round
from testing_rounds.models import PersonResult
from testing_rounds.results import ResultError, Telling, record_tube_result, tell_result, tell_results
from tests.marks import statements
from tests.testing_rounds.swabbed import fill_tube, open_pcr, people_of, sample, ten_doors


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def pcr(world):
    world.pcr = open_pcr(world)
    sample(world.pcr, world.chen, world.lin_home)
    world.person = people_of(world.pcr, world.lin_home)[0]
    return world.pcr


def tell(world, value="negative", source="lab_list", **changes):
    given = {"person": world.person, "by": world.chen} | changes
    return tell_result(value=value, source=source, **given)


def status(world):
    world.person.refresh_from_db()
    return world.person.result


def test_a_result_is_a_fact_with_its_source_and_its_time(world, pcr):
    read_at = timezone.now()
    fact = tell(world, happened_at=read_at, note="page 3")
    assert (fact.value, fact.source, fact.happened_at, fact.entered_by, fact.note) == (
        "negative",
        "lab_list",
        read_at,
        world.chen,
        "page 3",
    )
    assert (status(world), world.person.result_at) == ("negative", fact.told_at)


def test_nothing_is_written_over(world, pcr):
    first = tell(world, "negative", "health_app")
    tell(world, "positive", "cdc_call")
    assert status(world) == "disputed"
    tell(world, "positive", "health_app", corrects=first)
    assert (status(world), world.person.results.count()) == ("positive", 3)


def test_a_household_tells_through_its_link_and_corrects_itself(world, pcr):
    link = HouseholdLink.objects.create(household=world.lin_home, token_hash="a", created_by=world.chen)
    first = tell(world, "positive", "resident", by=None, link=link)
    tell(world, "negative", "resident", by=None, link=link, corrects=first)
    assert status(world) == "negative"


def test_all_of_a_list_or_none_of_it(world, pcr):
    people = people_of(pcr)
    tellings = [Telling(person, "negative", "lab_list") for person in people]
    with pytest.raises(ResultError):
        tell_results(tellings=tellings, by=world.chen)
    assert PersonResult.objects.count() == 0


@pytest.mark.parametrize("size", [1, 10])
def test_telling_costs_the_same_for_one_and_for_ten(world, size):
    test_round, _tube, _homes = ten_doors(world)
    tellings = [Telling(person, "negative", "lab_list") for person in people_of(test_round)[:size]]
    with statements() as seen:
        tell_results(tellings=tellings, by=world.chen)
    assert len(seen) == 6


# --- Refusals, each in both languages -----------------------------------------------------------------


def in_the_future(world):
    tell(world, happened_at=timezone.now() + timedelta(hours=1))


def before_the_round(world):
    tell(world, happened_at=timezone.now() - timedelta(days=2))


def not_a_value(world):
    tell(world, "disputed")


def not_a_source(world):
    tell(world, source="rumour")


def no_sample(world):
    tell(world, person=people_of(world.pcr, world.far_home)[0])


def round_cancelled(world):
    cancel_round(round=world.pcr.round, by=world.chen, reason="rain")
    tell(world)


def nobody_told(world):
    tell(world, by=None)


def link_of_others(world):
    link = HouseholdLink.objects.create(household=world.far_home, token_hash="a", created_by=world.chen)
    tell(world, source="resident", by=None, link=link)


def of_somebody_else(world):
    other = people_of(world.pcr, world.lin_home)[1]
    tell(world, corrects=tell(world, person=other))


def corrected_before(world):
    first = tell(world)
    tell(world, "positive", corrects=first)
    tell(world, "invalid", corrects=first)


def the_committees_word(world):
    link = HouseholdLink.objects.create(household=world.lin_home, token_hash="a", created_by=world.chen)
    tell(world, source="resident", by=None, link=link, corrects=tell(world))


def gone(world):
    person = people_of(world.pcr, world.far_home)[0]
    type(person).objects.filter(pk=person.pk).delete()
    tell(world, person=person)


def empty_tube(world):
    tube = fill_tube(world.pcr, world.chen, "T-0", [])
    record_tube_result(tube=tube, value="negative", source="lab_list", by=world.chen)


def of_another_tube(world):
    people = people_of(world.pcr, world.lin_home)
    one, two = (fill_tube(world.pcr, world.chen, f"T-{n}", [people[n]]) for n in (0, 1))
    fact = record_tube_result(tube=one, value="negative", source="lab_list", by=world.chen)
    record_tube_result(tube=two, value="negative", source="lab_list", by=world.chen, corrects=fact)


REFUSALS = [
    (in_the_future, "that is in the future", "在未来"),
    (before_the_round, "that is before the round began. Is it of another round?", "早于本轮次开始"),
    (not_a_value, "“disputed” is not a result.", "不是结果"),
    (not_a_source, "“rumour” is not a source of results.", "不是结果来源"),
    (no_sample, "a result needs a sample, and none was marked.", "没有采样标记"),
    (round_cancelled, "The round is not open: no result can be told.", "轮次未开始"),
    (nobody_told, "Somebody has to say who told this.", "请说明"),
    (link_of_others, "This link belongs to another household.", "属于另一户"),
    (of_somebody_else, "What should be corrected was told of somebody else.", "是另一个人的结果"),
    (corrected_before, "This has been corrected already. Look at it as it is now.", "已经更正过"),
    (the_committees_word, "The committee told this; please ask them to correct it.", "由居委会"),
    (gone, "This person is not expected in the round any more.", "不在本轮次名单"),
    (empty_tube, "Tube T-0: a result needs a sample, and nobody is in it.", "管内没有人"),
    (of_another_tube, "What should be corrected was told of another tube.", "是另一支采样管的结果"),
]


@pytest.mark.parametrize(
    ("deed", "english_words", "chinese_words"), REFUSALS, ids=lambda value: getattr(value, "__name__", "")
)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_refusal_says_why_and_writes_nothing(world, pcr, deed, english_words, chinese_words, language):
    with translation.override(language), pytest.raises(ResultError) as refusal:
        deed(world)
    assert (english_words if language == "en" else chinese_words) in str(refusal.value)
