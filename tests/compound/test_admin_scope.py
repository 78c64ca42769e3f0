"""The administration, trap by trap: a steward on the staff reaches what they keep and nothing else, by no side door."""

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from compound.opening import open_any_round
from notices.models import Message, Webhook
from residents.models import Building, Device, Household, Resident, RoleGrant, User, Volunteer
from residents.scoped_admin import FactAdmin, ScopedAdmin, row_version
from residents.services import make_invite
from rounds.models import Assignment, HeldMark, Mark, Visit
from rounds.services import assign
from testing_rounds.services import create_test_round
from tests.marks import SENT_AT
from tests.told_again import tell_again
from tests.world import CANARY, World, make_user

OURS = {"residents", "rounds", "notices", "testing_rounds", "supplies"}
SCOPED = {model: each for model, each in admin.site._registry.items() if model._meta.app_label in OURS}
REACHED = [model for model, each in SCOPED.items() if getattr(each, "compound_path", "")]


def make_full():
    """The same things in both compounds, so that every list has a row to show and a row to keep."""
    world = World()
    for compound, building, volunteer, device, steward in (
        (world.jiamu, world.building1, world.wei, world.wei_phone, world.chen),
        (world.hexin, world.other_building, world.other_volunteer, world.other_phone, world.sun),
    ):
        form = world.round_form(compound=compound, buildings=[building], pool_size=10)
        form.pop("kind")
        test_round = create_test_round(**form)
        open_any_round(round=test_round.round, by=steward)
        visit = Visit.objects.filter(round=test_round.round).first()
        facts = {"marked_by": volunteer.user, "marked_at": SENT_AT, "sent_at": SENT_AT, "happened_at": SENT_AT}
        Mark.objects.create(visit=visit, outcome="done", **facts)
        HeldMark.objects.create(
            mark_id="x", device=device, digest="d", payload={}, reason="bad_id", compound=compound, sent_at=SENT_AT
        )
        assign(round=test_round.round, volunteer=volunteer, building=building, by=steward)
        make_invite(volunteer=volunteer, by=steward)
        Webhook.objects.create(compound=compound, name=f"{compound.name} group", url="https://x.example/y")
        Message.objects.create(
            compound=compound,
            reminder="r",
            recipient=f"user:{steward.pk}",
            period="p",
            channel="inbox",
            user=steward,
            subject=compound.name,
            body="b",
        )
    User.objects.filter(pk__in=[world.chen.pk, world.sun.pk]).update(is_staff=True)
    return world


@pytest.fixture
def full(db):
    return tell_again(make_full)


@pytest.fixture
def chen(full, client):
    client.force_login(full.chen)
    return client


@pytest.fixture
def root(full):
    client = Client()
    client.force_login(make_user("root", "总管", is_staff=True, is_superuser=True))
    return client


def url(model, page="changelist", *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def foreign(model, world):
    each = SCOPED[model]
    return model._default_manager.filter(**{f"{each.compound_path}": world.hexin.pk}).first()


def household_form(client, home, **changes):
    """What the page would post back."""
    page = client.get(url(Household, "change", home.pk))
    form = page.context["adminform"].form
    data = {name: form.initial.get(name) for name in form.fields}
    data = {name: "" if value is None else value for name, value in data.items()}
    return data | {"_version": page.context["row_version"], "_reason": "typed wrong"} | changes


# --- What is there at all ---------------------------------------------------------------------------------


def test_every_model_of_ours_is_scoped_and_nothing_is_edited_in_lists():
    assert [model for model, each in SCOPED.items() if not isinstance(each, ScopedAdmin)] == []
    assert [model for model, each in admin.site._registry.items() if each.list_editable or each.raw_id_fields] == []
    exports = [name for each in admin.site._registry.values() for name in each.actions or [] if "export" in str(name)]
    assert exports == []
    assert {model.__name__ for model in SCOPED} - {model.__name__ for model in REACHED} == {
        "User",
        "RoleGrant",
        "ChannelChoice",
    }


def test_the_index_of_a_steward_has_no_users_and_no_roles(chen):
    page = chen.get(reverse("admin:index")).content.decode()
    assert url(Household) in page
    assert url(User) not in page
    assert url(RoleGrant) not in page


@pytest.mark.parametrize("model", [User, RoleGrant])
def test_users_and_roles_are_for_superusers(chen, full, model):
    row = model.objects.first()
    assert chen.get(url(model)).status_code == 403
    assert chen.get(url(model, "change", row.pk)).status_code in {302, 403}
    assert chen.post(url(model, "add"), {"is_superuser": "on"}).status_code == 403
    assert chen.post(url(User, "change", full.chen.pk), {"is_superuser": "on"}).status_code in {302, 403}
    full.chen.refresh_from_db()
    assert not full.chen.is_superuser


def test_permissions_of_djangos_own_do_not_widen_a_scope(chen, full):
    from django.contrib.auth.models import Permission

    full.chen.user_permissions.set(Permission.objects.all())
    assert chen.get(url(User)).status_code == 403
    assert chen.get(url(Resident, "change", full.other_home.residents.first().pk)).status_code == 302


def test_a_staff_user_without_a_compound_finds_nothing(full, client):
    client.force_login(make_user("bored", "闲人", is_staff=True))
    assert [client.get(url(model)).status_code for model in SCOPED] == [403] * len(SCOPED)


def test_a_role_that_ended_ends_here_too(chen, full):
    assert chen.get(url(Household)).status_code == 200
    full.chen.grants.all().delete()
    assert chen.get(url(Household)).status_code == 403


# --- Traps, by name ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", REACHED, ids=lambda model: model.__name__)
def test_trap_lists_and_their_filters_show_nothing_foreign(chen, full, model):
    page = chen.get(url(model))
    assert page.status_code == 200
    assert CANARY not in page.content.decode()
    theirs = foreign(model, full)
    if theirs is not None:
        assert theirs.pk not in [row.pk for row in page.context["cl"].result_list]


@pytest.mark.parametrize("model", REACHED, ids=lambda model: model.__name__)
@pytest.mark.parametrize("page", ["change", "history", "delete"])
def test_trap_pages_of_a_foreign_row_are_as_of_a_missing_one(chen, full, model, page):
    theirs = foreign(model, full)
    if theirs is None:
        return
    answer = chen.get(url(model, page, theirs.pk))
    missing = chen.get(url(model, page, "00000000-0000-0000-0000-000000000009" if model in {Device, Mark} else 10**9))
    assert answer.status_code == missing.status_code
    assert answer.status_code in {302, 403, 404}
    assert CANARY not in answer.content.decode()
    posted = chen.post(url(model, page, theirs.pk), {"post": "yes"})
    assert posted.status_code in {302, 403, 404, 405}
    assert model._default_manager.filter(pk=theirs.pk).exists()


@pytest.mark.parametrize("model", [Resident, Household, Building, Volunteer])
def test_trap_history_of_a_foreign_or_deleted_row_is_not_read(chen, root, full, model):
    theirs = foreign(model, full)
    theirs.save()
    version = model.history.filter(id=theirs.pk).first()
    for page, args in (("history", [theirs.pk]), ("simple_history", [theirs.pk, version.pk])):
        assert chen.get(url(model, page, *args)).status_code == 404
        assert root.get(url(model, page, *args)).status_code == 200
    assert chen.get(url(model, "history", 10**9)).status_code == 404


def test_trap_autocomplete_offers_nothing_foreign_and_no_users(chen, full):
    def ask(app, model, field, term=""):
        query = {"app_label": app, "model_name": model, "field_name": field, "term": term}
        return chen.get(reverse("admin:autocomplete"), query)

    doors = ask("residents", "household", "door").json()["results"]
    assert len(doors) == 20
    assert CANARY not in str(ask("residents", "resident", "household", CANARY).json())
    assert ask("residents", "building", "compound").json()["results"] == [
        {"id": str(full.jiamu.pk), "text": "佳木大厦"}
    ]
    assert ask("residents", "volunteer", "user").status_code == 403
    assert ask("residents", "rolegrant", "user").status_code == 403


@pytest.mark.parametrize(
    ("model", "lookup"),
    [
        (Resident, "household__door__building__compound__name__startswith"),
        (Resident, "phone_index__startswith"),
        (Resident, "phone__startswith"),
        (Resident, "household__door__building__compound__grants__user__password__startswith"),
        (Volunteer, "user__password__startswith"),
        (Device, "token_hash__startswith"),
        (Mark, "marked_by__password__startswith"),
        (Webhook, "url__startswith"),
        (Household, "door__building__compound__town__regex"),
    ],
)
def test_trap_lookups_in_the_address_are_refused(chen, model, lookup):
    assert chen.get(url(model), {lookup: "x"}).status_code == 400


def test_the_filters_own_lookups_work(chen, full):
    query = {"household__door__building__compound__id__exact": full.jiamu.pk, "age_band__exact": "80+"}
    page = chen.get(url(Resident), query)
    assert [row.name for row in page.context["cl"].result_list] == ["301阿婆"]
    foreign_query = {"household__door__building__compound__id__exact": full.hexin.pk}
    rows = chen.get(url(Resident), foreign_query).context["cl"].result_list
    assert {row.household.door.building.compound for row in rows} <= {full.jiamu}


def test_trap_a_foreign_id_typed_into_a_form_is_refused(chen, full):
    theirs = full.other_building.doors.exclude(households__isnull=False).first()
    data = household_form(chen, full.lin_home, door=theirs.pk)
    answer = chen.post(url(Household, "change", full.lin_home.pk), data)
    assert answer.status_code == 200
    assert "door" in answer.context["errors"][0].as_text() or answer.context["adminform"].form.errors["door"]
    full.lin_home.refresh_from_db()
    assert full.lin_home.door.building == full.building1


def test_trap_an_action_with_foreign_ids_does_nothing(chen, full):
    data = {"action": "end_volunteers", "_selected_action": [full.other_volunteer.pk]}
    chen.post(url(Volunteer), data)
    data = {"action": "end_devices", "_selected_action": [full.other_phone.pk], "select_across": "1"}
    chen.post(url(Device), data)
    full.other_volunteer.refresh_from_db()
    full.other_phone.refresh_from_db()
    assert (full.other_volunteer.ended_at, full.other_phone.ended_at) == (None, None)


def test_trap_deleting_many_is_not_offered_to_stewards(chen, full):
    for model in set(REACHED) - {Webhook}:
        assert "delete_selected" not in str(chen.get(url(model)).context.get("action_form") or "")
    data = {"action": "delete_selected", "_selected_action": [full.lin.pk], "post": "yes"}
    chen.post(url(Resident), data)
    assert Resident.objects.filter(pk=full.lin.pk).exists()


def test_trap_the_way_by_number_to_any_object_is_closed(chen, full):
    from django.contrib.contenttypes.models import ContentType

    kind = ContentType.objects.get_for_model(Household).pk
    for pk in (full.lin_home.pk, full.other_home.pk, 10**9):
        assert chen.get(f"/admin/r/{kind}/{pk}/").status_code == 404


def test_a_volunteer_cannot_be_given_another_user_or_compound(chen, full):
    page = chen.get(url(Volunteer, "change", full.wei.pk))
    assert {"user", "compound", "ended_at"} & set(page.context["adminform"].form.fields) == set()


# --- Saving ------------------------------------------------------------------------------------------------


def test_a_repair_is_saved_with_who_and_why(chen, full):
    answer = chen.post(url(Household, "change", full.lin_home.pk), household_form(chen, full.lin_home, told_count=4))
    assert answer.status_code == 302
    told = full.lin_home.history.first()
    assert (told.told_count, told.history_user, told.history_change_reason) == (4, full.chen, "typed wrong")
    page = chen.get(url(Household, "history", full.lin_home.pk)).content.decode()
    assert "typed wrong" in page
    assert "陈干事" in page


def test_without_a_why_nothing_is_saved_and_nothing_typed_is_lost(chen, full):
    data = household_form(chen, full.lin_home, told_count=4, _reason="  ")
    answer = chen.post(url(Household, "change", full.lin_home.pk), data)
    assert answer.status_code == 200
    assert 'name="told_count" value="4"' in answer.content.decode()
    full.lin_home.refresh_from_db()
    assert full.lin_home.told_count is None


def test_the_second_editor_sees_the_difference_and_overwrites_nothing(chen, root, full, settings):
    settings.LANGUAGE_CODE = "en"
    home = full.lin_home
    first = household_form(root, home, occupancy="tenant", told_count=5)
    second = household_form(chen, home, told_count=4)
    assert root.post(url(Household, "change", home.pk), first).status_code == 302
    answer = chen.post(url(Household, "change", home.pk), second)
    assert answer.status_code == 200
    told = answer.context["adminform"].form.non_field_errors()
    assert told == [
        "This was changed while you were editing. Nothing of yours was saved: compare, then save again.",
        "occupancy: now “tenant”, yours “owner lives here”",
        "people, as told: now “5”, yours “4”",
    ]
    home.refresh_from_db()
    assert (home.occupancy, home.told_count) == ("tenant", 5)
    # Having seen it, they may save again.
    again = second | {"_version": answer.context["row_version"]}
    assert chen.post(url(Household, "change", home.pk), again).status_code == 302
    home.refresh_from_db()
    assert (home.occupancy, home.told_count) == ("owner", 4)


@pytest.mark.parametrize("version", ["", "x", "é"])
def test_a_missing_or_made_up_version_saves_nothing(chen, full, version):
    data = household_form(chen, full.lin_home, told_count=9, _version=version)
    assert chen.post(url(Household, "change", full.lin_home.pk), data).status_code == 200
    full.lin_home.refresh_from_db()
    assert full.lin_home.told_count is None


def test_a_change_at_the_desk_counts_too(chen, full):
    data = household_form(chen, full.lin_home, told_count=9)
    Household.objects.filter(pk=full.lin_home.pk).update(told_count=2)
    assert chen.post(url(Household, "change", full.lin_home.pk), data).status_code == 200
    full.lin_home.refresh_from_db()
    assert full.lin_home.told_count == 2


def test_a_version_tells_nothing_and_is_of_one_row(full):
    rows = list(Household.objects.all())
    assert len({row_version(row) for row in rows}) == len(rows)
    assert row_version(rows[0]) == row_version(Household.objects.get(pk=rows[0].pk))


# --- Deeds -------------------------------------------------------------------------------------------------


def test_actions_do_what_the_desk_does_and_each_is_logged(chen, full):
    chen.post(url(Volunteer), {"action": "end_volunteers", "_selected_action": [full.wei.pk, full.wu.pk]})
    assert set(Volunteer.objects.filter(ended_at__isnull=False)) == {full.wei, full.wu}
    assert not Device.objects.filter(volunteer__in=[full.wei, full.wu], ended_at=None).exists()
    assert LogEntry.objects.filter(user=full.chen).count() == 2


def test_one_refusal_does_not_stop_the_others(chen, full):
    chen.post(url(Device), {"action": "end_devices", "_selected_action": [full.wei_phone.pk]}, follow=True)
    both = {"action": "end_devices", "_selected_action": [full.wei_phone.pk, full.wu_phone.pk]}
    page = chen.post(url(Device), both, follow=True)
    assert [message.level_tag for message in page.context["messages"]] == ["warning", "info"]
    assert not Device.objects.filter(volunteer__compound=full.jiamu, ended_at=None).exists()


def test_a_part_is_taken_back_from_here(chen, full):
    part = Assignment.objects.get(round__compound=full.jiamu)
    chen.post(url(Assignment), {"action": "release", "_selected_action": [part.pk]})
    part.refresh_from_db()
    assert part.released_at is not None
    assert part.released_by.username == "chen"
    assert part.release_reason != ""


def test_facts_are_looked_at_only_by_superusers_too(root, full):
    for model, each in SCOPED.items():
        if isinstance(each, FactAdmin):
            assert root.get(url(model, "add")).status_code == 403, model


# --- The frame ---------------------------------------------------------------------------------------------


def test_there_is_one_login_for_all(client, db):
    answer = client.get(reverse("admin:index"), follow=True)
    assert answer.redirect_chain[-1][0].startswith(reverse("login"))
    assert client.post(reverse("admin:login"), {"username": "chen", "password": "x"}).status_code == 302


def test_who_is_no_staff_finds_nothing_there(full, client):
    client.force_login(full.zhao)
    assert client.get(reverse("admin:index"), follow=True).status_code == 404


def test_superusers_see_everything(root, full):
    page = root.get(url(Household))
    assert page.context["cl"].result_count == Household.objects.count()
    assert CANARY in page.content.decode() or page.context["cl"].result_count > 4
