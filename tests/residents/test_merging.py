from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from residents.merging import MergeError, merge_residents, unmerge_residents
from residents.models import MergeRecord, Resident
from residents.services import move_out, save_resident
from tests.world import CANARY, World, move_in


def at(name, *args):
    return reverse(f"residents:{name}", args=args)


def facts(person):
    person = Resident.objects.get(pk=person.pk)
    return {field.attname: getattr(person, field.attname) for field in Resident._meta.concrete_fields}


@pytest.fixture
def twin(world):
    """林小雨 again, at her mother's in the other building, with the number that is right."""
    twin = Resident(household=world.far_home, name="林晓雨", age_band="18-59", needs_home_visit=True)
    return save_resident(resident=twin, phone="13900139000")


@pytest.fixture
def merged(world, twin):
    return merge_residents(
        kept=world.lin, other=twin, by=world.chen, reason="电话核实", take={"phone"}, needs=["needs_home_visit"]
    )


def test_one_record_takes_what_was_chosen_and_the_other_ends(world, twin, merged):
    world.lin.refresh_from_db()
    twin.refresh_from_db()
    assert (world.lin.name, world.lin.phone, world.lin.needs) == ("林小雨", "13900139000", ["needs_home_visit"])
    assert (twin.merged_into, twin.moved_out_on, twin.name) == (world.lin, timezone.localdate(), "林晓雨")
    assert (merged.by, merged.reason, merged.undoes) == (world.chen, "电话核实", None)
    raw = MergeRecord.objects.extra(select={"raw": "before"}).values_list("raw", flat=True)[0]
    assert "13900139000" not in raw
    assert "林" not in raw


def test_of_one_household_who_spoke_for_it_still_does(world):
    child = world.lin_home.residents.get(name="林朵")
    merge_residents(kept=child, other=world.lin, by=world.chen, reason="同一人")
    assert list(world.lin_home.residents.filter(is_contact=True)) == [child]


def test_merging_and_parting_changes_nothing_but_the_trail(world, twin):
    before = facts(world.lin), facts(twin)
    merge = merge_residents(kept=world.lin, other=twin, by=world.chen, reason="电话核实", take={"name", "phone"})
    undone = unmerge_residents(merge=merge, by=world.zhao, reason="是姐妹")
    assert (facts(world.lin), facts(twin)) == before
    assert (undone.undoes, merge.undone, undone.by, undone.reason) == (merge, undone, world.zhao, "是姐妹")


def test_what_was_corrected_beside_the_merge_stays(world, twin, merged):
    Resident.objects.filter(pk=world.lin.pk).update(has_no_phone=True)
    unmerge_residents(merge=merged, by=world.chen, reason="是姐妹")
    world.lin.refresh_from_db()
    assert (world.lin.has_no_phone, world.lin.needs_home_visit) == (True, False)


def test_a_merge_is_not_undone_over_later_corrections(world, twin, merged):
    world.lin.refresh_from_db()
    save_resident(resident=world.lin, phone="13700137000")
    with pytest.raises(MergeError):
        unmerge_residents(merge=merged, by=world.chen, reason="是姐妹")
    twin.refresh_from_db()
    assert twin.merged_into == world.lin


def test_a_merge_is_not_undone_twice_nor_is_its_undoing(world, merged):
    undone = unmerge_residents(merge=merged, by=world.chen, reason="是姐妹")
    for merge in (merged, undone):
        with pytest.raises(MergeError):
            unmerge_residents(merge=merge, by=world.chen, reason="又改")
    assert MergeRecord.objects.count() == 2


def test_merges_of_merges_are_undone_from_the_last(world, twin, merged):
    third = world.elder_home.residents.get()
    world.lin.refresh_from_db()
    later = merge_residents(kept=third, other=world.lin, by=world.chen, reason="同一人")
    with pytest.raises(MergeError):
        unmerge_residents(merge=merged, by=world.chen, reason="错了")
    unmerge_residents(merge=later, by=world.chen, reason="错了")
    unmerge_residents(merge=merged, by=world.chen, reason="错了")
    twin.refresh_from_db()
    assert twin.merged_into is None


def test_nobody_goes_back_into_a_household_that_has_left(world, merged):
    move_out(household=world.far_home, on=timezone.localdate())
    with pytest.raises(MergeError):
        unmerge_residents(merge=merged, by=world.chen, reason="错了")


def test_two_never_speak_for_one_household(world, twin):
    speaker = world.far_home.residents.get(name="吴远")
    merge = merge_residents(kept=world.lin, other=speaker, by=world.chen, reason="同一人")
    twin.is_contact = True
    save_resident(resident=twin)
    with pytest.raises(MergeError):
        unmerge_residents(merge=merge, by=world.chen, reason="错了")


def test_who_left_or_lives_in_another_compound_is_not_merged(world, twin):
    stranger = world.other_home.residents.first()
    Resident.objects.filter(pk=twin.pk).update(moved_out_on=date(2022, 4, 1))
    for other in (stranger, twin, world.lin):
        with pytest.raises(MergeError):
            merge_residents(kept=world.lin, other=other, by=world.chen, reason="同一人")
    assert MergeRecord.objects.count() == 0


def test_the_database_refuses_a_merged_record_that_has_not_ended(world, twin):
    for changes in ({"merged_into": world.lin}, {"merged_into": twin, "moved_out_on": date(2022, 4, 1)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Resident.objects.filter(pk=twin.pk).update(**changes)


PERSON = st.fixed_dictionaries(
    {
        "name": st.text("王林小雨301 ab", min_size=1, max_size=6).filter(str.strip),
        "age_band": st.sampled_from(Resident.AgeBand.values),
        "whereabouts": st.sampled_from(Resident.Whereabouts.values),
        "is_contact": st.booleans(),
        "moved_in_on": st.none() | st.dates(date(2000, 1, 1), date(2022, 4, 1)),
        "phone": st.sampled_from(["", "13800138000", "13900139000", "+49301234567"]),
        **{need: st.booleans() for need in Resident.NEEDS},
    }
)


class MergeThenUnmerge(TestCase):
    @settings(max_examples=40, deadline=None)
    @given(
        PERSON,
        PERSON,
        st.booleans(),
        st.sets(st.sampled_from(["name", "phone", "age_band", "whereabouts"])),
        st.sets(st.sampled_from(Resident.NEEDS)),
    )
    def test_is_as_if_nothing_had_been(self, one, two, same_home, take, needs):
        world = World()
        doors = list(world.building2.doors.all()[:2])
        homes = [move_in(door) for door in doors]
        homes[1] = homes[0] if same_home else homes[1]
        pair = []
        for home, told in zip(homes, (one, two), strict=True):
            phone = told["phone"]
            rest = {name: value for name, value in told.items() if name != "phone"}
            pair.append(save_resident(resident=Resident(household=home, **rest), phone=phone))
        before = [facts(person) for person in pair]
        merge = merge_residents(kept=pair[0], other=pair[1], by=world.chen, reason="试", take=take, needs=needs)
        assert facts(pair[1])["merged_into_id"] == pair[0].pk
        unmerge_residents(merge=merge, by=world.chen, reason="试")
        assert [facts(person) for person in pair] == before


# --- Pages --------------------------------------------------------------------------------------------------


@pytest.fixture
def steward(world, client):
    client.force_login(world.chen)
    return client


def test_the_way_from_a_person_to_their_other_record(world, steward, twin):
    Resident.objects.filter(pk=twin.pk).update(phone_index=world.lin.phone_index)
    page = steward.get(at("resident_edit", world.lin.pk)).content.decode()
    assert at("resident_lookalikes", world.lin.pk) in page
    answer = steward.get(at("resident_lookalikes", world.lin.pk))
    assert [row.name for row in answer.context["candidates"]] == ["林国强", "林朵", "林晓雨"]
    page = steward.get(at("resident_merge", world.lin.pk, twin.pk)).content.decode()
    for shown in ("林小雨", "林晓雨", "139****9000", "2号楼 402"):
        assert shown in page
    assert "13900139000" not in page


def test_a_merge_is_made_shown_and_undone_on_its_pages(world, steward, twin):
    data = {"name": "other", "phone": "other", "age_band": "other", "needs": [], "reason": " 电话  核实 "}
    answer = steward.post(at("resident_merge", world.lin.pk, twin.pk), data)
    merge = MergeRecord.objects.get()
    assert (answer.status_code, answer.url) == (302, merge.get_absolute_url())
    world.lin.refresh_from_db()
    assert (world.lin.name, world.lin.phone, merge.reason) == ("林晓雨", "13900139000", "电话 核实")
    assert "电话 核实" in steward.get(merge.get_absolute_url()).content.decode()
    home = steward.get(world.far_home.get_absolute_url())
    assert merge.get_absolute_url() in home.content.decode()
    assert steward.post(merge.get_absolute_url(), {"reason": ""}).status_code == 422
    answer = steward.post(merge.get_absolute_url(), {"reason": "是姐妹"})
    assert answer.url == merge.undone.get_absolute_url()
    world.lin.refresh_from_db()
    assert world.lin.name == "林小雨"
    assert steward.post(merge.get_absolute_url(), {"reason": "再来"}).status_code == 422


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "third"}, "name"),
        ({"phone": ""}, "phone"),
        ({"needs": ["gold"]}, "needs"),
        ({"reason": " "}, "reason"),
    ],
)
def test_a_bad_choice_merges_nothing(world, steward, twin, changes, field):
    data = {"name": "kept", "phone": "kept", "age_band": "kept", "reason": "电话核实"} | changes
    answer = steward.post(at("resident_merge", world.lin.pk, twin.pk), data)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert MergeRecord.objects.count() == 0


def test_an_empty_household_is_pointed_out(world, steward):
    elder = world.elder_home.residents.get()
    data = {"name": "kept", "phone": "kept", "age_band": "kept", "reason": "同一人"}
    answer = steward.post(at("resident_merge", world.lin.pk, elder.pk), data, follow=True)
    assert "1号楼 301" in " ".join(str(message) for message in answer.context["messages"])


def test_who_may_not_keep_both_merges_nothing(world, client, twin):
    merge = at("resident_merge", world.lin.pk, twin.pk)
    stranger = at("resident_merge", world.lin.pk, world.other_home.residents.first().pk)
    for user, address, status in (
        (world.zhao, merge, 404),  # the other is not in their building
        (world.qian, merge, 403),
        (world.sun, merge, 404),
        (world.wei.user, merge, 404),
        (world.chen, stranger, 404),
    ):
        client.force_login(user)
        assert (client.get(address).status_code, client.post(address, {}).status_code) == (status, status)


def test_a_trail_is_for_who_keeps_both(world, client, merged):
    for user, status in ((world.chen, 200), (world.zhao, 404), (world.qian, 404), (world.sun, 404)):
        client.force_login(user)
        assert client.get(merged.get_absolute_url()).status_code == status


def test_steward_of_two_compounds_merges_within_one(world, client):
    world.sun.grants.create(role="steward", compound=world.jiamu)
    client.force_login(world.sun)
    other = world.other_home.residents.first()
    assert client.get(at("resident_merge", world.lin.pk, other.pk)).status_code == 404
    assert client.get(at("resident_lookalikes", world.lin.pk)).status_code == 200
    assert CANARY not in str(client.get(at("resident_lookalikes", world.lin.pk)).context["candidates"])


@pytest.mark.parametrize("many", [False, True])
def test_the_pages_need_a_fixed_number_of_statements(world, steward, twin, django_assert_num_queries, many):
    if many:
        for door in world.building2.doors.exclude(room="402"):
            move_in(door, "林小雨", "林朵")
    merge = merge_residents(kept=world.lin, other=twin, by=world.chen, reason="电话核实")
    with django_assert_num_queries(6):
        steward.get(at("resident_lookalikes", world.lin.pk))
    with django_assert_num_queries(5):
        steward.get(merge.get_absolute_url())
    child = world.lin_home.residents.get(name="林朵")
    with django_assert_num_queries(6):
        steward.get(at("resident_merge", world.lin.pk, child.pk))


def test_a_move_in_day_to_come_does_not_break_the_end(world, twin):
    Resident.objects.filter(pk=twin.pk).update(moved_in_on=timezone.localdate() + timedelta(days=3))
    merge_residents(kept=world.lin, other=twin, by=world.chen, reason="同一人")
    twin.refresh_from_db()
    assert twin.moved_out_on == twin.moved_in_on
