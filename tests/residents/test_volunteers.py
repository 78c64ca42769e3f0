import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from residents.devices import BindError, authenticate_device, bind_device, token_hash
from residents.models import Device, Invite, RoleGrant, Volunteer
from residents.services import VolunteerError, add_volunteer, end_device, end_volunteer, make_invite
from tests.world import CANARY, bind_phone, make_user, make_volunteer

SECRET = "s" * 43


def at(name, *args):
    return reverse(f"residents:{name}", args=args)


@pytest.fixture
def steward(world, client):
    client.force_login(world.chen)
    return client


def bind(code):
    device = str(uuid4())
    return bind_device(code=code, device_id=device, token=f"{device}.{SECRET}")


# --- The list -----------------------------------------------------------------------------------------------


def test_the_list_names_the_compounds_own_volunteers(world, steward):
    end_volunteer(volunteer=world.wu)
    answer = steward.get(at("volunteers", world.jiamu.pk))
    assert (answer.context["active"], answer.context["former"]) == ([world.wei], [world.wu])
    assert CANARY not in answer.content.decode()


def test_the_list_says_who_has_a_phone_and_who_is_invited(world, steward):
    new = make_volunteer(world.jiamu, "an", "安")
    invite = make_invite(volunteer=new, by=world.chen).invite
    told = {
        v.name: (v.phones, v.invited_until) for v in steward.get(at("volunteers", world.jiamu.pk)).context["active"]
    }
    assert told == {
        "安": ([], invite.expires_at),
        "吴志愿": ([world.wu_phone], None),
        "魏志愿": ([world.wei_phone], None),
    }


@pytest.mark.parametrize("count", [1, 12])
def test_the_list_needs_seven_statements(world, steward, django_assert_num_queries, count):
    for number in range(count):
        person = make_volunteer(world.jiamu, f"v{number}", f"志愿{number}")
        bind_phone(person, f"token-{number}")
        make_invite(volunteer=person, by=world.chen)
    with django_assert_num_queries(7):
        steward.get(at("volunteers", world.jiamu.pk))


@pytest.mark.parametrize("count", [1, 12])
def test_the_page_of_one_needs_eight_statements(world, steward, django_assert_num_queries, count):
    for number in range(count):
        bind(make_invite(volunteer=world.wei, by=world.chen).code)
        bind_phone(world.wei, f"token-{number}")
    with django_assert_num_queries(8):
        steward.get(at("volunteer", world.wei.pk))


# --- Adding -------------------------------------------------------------------------------------------------


def test_a_volunteer_is_added_with_a_user_who_has_no_password(world, steward):
    answer = steward.post(at("volunteer_add", world.jiamu.pk), {"name": " 赵 可心 "})
    person = Volunteer.objects.get(name="赵 可心")
    assert (answer.status_code, answer.url) == (302, person.get_absolute_url())
    assert (person.compound, person.user.display_name) == (world.jiamu, "赵 可心")
    assert not person.user.has_usable_password()
    assert list(person.user.grants.values_list("role", "compound")) == [("volunteer", world.jiamu.pk)]


@pytest.mark.parametrize("name", ["", "   ", "魏志愿", "名" * 51])
def test_a_name_that_cannot_be_is_refused(world, steward, name):
    answer = steward.post(at("volunteer_add", world.jiamu.pk), {"name": name})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["name"])
    assert answer.context["form"]["name"].value() == name
    assert Volunteer.objects.filter(compound=world.jiamu).count() == 2


def test_somebody_may_come_back(world):
    end_volunteer(volunteer=world.wei)
    assert add_volunteer(compound=world.jiamu, name="魏志愿").user_id != world.wei.user_id


# --- Inviting -----------------------------------------------------------------------------------------------


def test_an_invitation_is_shown_once_with_its_qr_code(world, steward, settings):
    settings.PUBLIC_URL = "https://shoulou.example.org"
    answer = steward.post(at("volunteer_invite", world.wei.pk))
    page = answer.content.decode()
    (code,) = re.findall(r'value="https://shoulou\.example\.org/i/([\w-]{32})/"', page)
    assert Invite.objects.get().code_hash == token_hash(code)
    assert '<svg viewBox="0 0' in page
    assert "style=" not in page
    assert answer["Cache-Control"] == "no-store, private"
    assert code not in steward.get(at("volunteer", world.wei.pk)).content.decode()


def test_an_invitation_lasts_as_long_as_the_settings_say(world, settings):
    settings.INVITE_LIFETIME = timedelta(hours=5)
    invite = make_invite(volunteer=world.wei, by=world.chen).invite
    assert abs(invite.expires_at - timezone.now() - timedelta(hours=5)) < timedelta(minutes=1)
    assert invite.created_by == world.chen


def test_only_the_newest_invitation_works(world):
    first = make_invite(volunteer=world.wei, by=world.chen)
    second = make_invite(volunteer=world.wei, by=world.chen)
    with pytest.raises(BindError):
        bind(first.code)
    assert bind(second.code).volunteer == world.wei


def test_an_invitation_that_was_used_stays_as_it_was(world):
    fresh = make_invite(volunteer=world.wei, by=world.chen)
    bind(fresh.code)
    before = fresh.invite.expires_at
    make_invite(volunteer=world.wei, by=world.chen)
    fresh.invite.refresh_from_db()
    assert fresh.invite.expires_at == before


def test_who_has_left_cannot_be_invited(world, steward):
    end_volunteer(volunteer=world.wei)
    answer = steward.post(at("volunteer_invite", world.wei.pk))
    assert (answer.status_code, answer.url) == (302, world.wei.get_absolute_url())
    assert Invite.objects.count() == 0


# --- Ending -------------------------------------------------------------------------------------------------


def test_a_phone_is_signed_out(world, steward, rf):
    device = bind(make_invite(volunteer=world.wei, by=world.chen).code)
    request = rf.get("/", headers={"Authorization": f"Bearer {device.pk}.{SECRET}"})
    assert authenticate_device(request) == device
    assert steward.post(at("device_end", device.pk)).url == world.wei.get_absolute_url()
    assert authenticate_device(request) is None
    device.refresh_from_db()
    assert device.ended_at is not None
    with pytest.raises(VolunteerError):
        end_device(device=device)
    ended_at = device.ended_at
    steward.post(at("device_end", device.pk))
    device.refresh_from_db()
    assert device.ended_at == ended_at


def test_a_volunteer_leaves_with_phones_invitations_and_role(world, steward):
    fresh = make_invite(volunteer=world.wei, by=world.chen)
    answer = steward.post(at("volunteer_end", world.wei.pk))
    assert (answer.status_code, answer.url) == (302, at("volunteers", world.jiamu.pk))
    world.wei.refresh_from_db()
    assert world.wei.ended_at is not None
    assert not Device.objects.filter(volunteer=world.wei, ended_at=None).exists()
    assert not RoleGrant.objects.in_force().filter(user=world.wei.user).exists()
    with pytest.raises(BindError):
        bind(fresh.code)
    assert Device.objects.filter(volunteer=world.wu, ended_at=None).count() == 1
    with pytest.raises(VolunteerError):
        end_volunteer(volunteer=world.wei)


# --- Who may ------------------------------------------------------------------------------------------------


def answers(client, world):
    return {
        "volunteers": client.get(at("volunteers", world.jiamu.pk)).status_code,
        "volunteer": client.get(at("volunteer", world.wei.pk)).status_code,
        "add form": client.get(at("volunteer_add", world.jiamu.pk)).status_code,
        "add": client.post(at("volunteer_add", world.jiamu.pk), {"name": ""}).status_code,
        "invite": client.post(at("volunteer_invite", world.wei.pk)).status_code,
        "device_end": client.post(at("device_end", world.wei_phone.pk)).status_code,
        "end": client.post(at("volunteer_end", world.wei.pk)).status_code,
    }


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("chen", [200, 200, 200, 422, 200, 302, 302]),
        ("qian", [200, 200, 403, 403, 403, 403, 403]),
        ("zhao", [404, 404, 403, 403, 404, 404, 404]),
        ("sun", [404, 404, 404, 404, 404, 404, 404]),
    ],
)
def test_volunteers_answer_by_role(world, client, who, expected):
    client.force_login(getattr(world, who))
    assert list(answers(client, world).values()) == expected
    if who != "chen":
        assert Invite.objects.count() == 0
        assert Device.objects.filter(ended_at=None).count() == 3


def test_volunteers_themselves_and_strangers_find_nothing(world, client):
    for user in (world.wei.user, make_user("stranger", "路人")):
        client.force_login(user)
        assert set(answers(client, world).values()) == {404}


def test_logged_out_goes_to_the_login(world, client):
    assert set(answers(client, world).values()) == {302}


def test_buttons_cannot_be_followed_as_links(world, steward):
    for address in (
        at("volunteer_invite", world.wei.pk),
        at("volunteer_end", world.wei.pk),
        at("device_end", world.wei_phone.pk),
    ):
        assert steward.get(address).status_code == 405
    for address in (at("volunteers", world.jiamu.pk), at("volunteer", world.wei.pk)):
        assert steward.post(address).status_code == 405


def test_a_phone_nobody_has_is_not_found(world, steward):
    assert steward.post(at("device_end", uuid4())).status_code == 404
