from datetime import date

from django.utils import translation

from residents.history import MOST, changes_of
from residents.models import Resident
from residents.services import move_out, save_resident


def told(household, *, names=True):
    with translation.override("en"):
        return [
            (change.subject, [str(words) for words in change.words]) for change in changes_of(household, names=names)
        ]


def test_changes_are_told_in_words_newest_first(world):
    person = world.lin
    person.name, person.lives_alone, person.age_band = "林晓雨", True, "18-59"
    person.save()
    assert told(world.lin_home)[0] == (
        "林晓雨",
        ["Name: 林小雨 → 林晓雨", "age: not told → 18–59", "lives alone, needs calls: no → yes"],
    )


def test_the_beginning_is_told(world):
    assert told(world.far_home) == [
        ("吴近", ["entered"]),
        ("吴远", ["entered"]),
        ("Household", ["entered"]),
    ]


def test_a_household_and_its_people_are_told_together(world):
    move_out(household=world.far_home, on=date(2022, 4, 1))
    assert sorted(told(world.far_home)[:3]) == [
        ("Household", ["moved out on: not told → 2022-04-01"]),
        ("吴近", ["moved out on: not told → 2022-04-01"]),
        ("吴远", ["moved out on: not told → 2022-04-01"]),
    ]


def test_a_phone_is_said_to_have_changed_and_nothing_more(world):
    old = world.lin.phone
    save_resident(resident=world.lin, phone="13900139000")
    assert told(world.lin_home)[0] == ("林小雨", ["phone changed"])
    assert not [words for _who, words in told(world.lin_home) if old in str(words) or "13900139000" in str(words)]


def test_a_save_that_changed_nothing_is_not_told(world):
    before = told(world.lin_home)
    world.lin.save()
    assert told(world.lin_home) == before


def test_names_are_masked_for_who_may_not_see_them(world):
    world.lin.name = "林晓雨"
    world.lin.save()
    assert told(world.lin_home, names=False)[0] == ("林*", ["Name: 林* → 林*"])
    assert not [row for row in told(world.lin_home, names=False) if "小雨" in str(row)]


def test_a_long_record_is_cut_and_needs_three_statements(world, django_assert_num_queries):
    for number in range(MOST + 5):
        Resident.objects.create(household=world.lin_home, name=f"林{number}")
    with django_assert_num_queries(3):
        assert len(changes_of(world.lin_home, names=True)) == MOST
