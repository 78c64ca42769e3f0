"""A password alone opens nothing of a whole compound; a phone, or paper, opens it once a session."""

import re
from binascii import unhexlify
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_otp.oath import totp
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from residents.second_factor import check_second_factor, enrol, make_backup_codes, needs_second_factor
from tests.test_permissions import OBJECT, PLAIN
from tests.world import PASSWORD, make_user

KEY = "0123456789abcdef0123456789abcdef01234567"
ASK, SET_UP, CODES = (reverse(name) for name in ("second_factor", "second_factor_enrol", "second_factor_codes"))


@pytest.fixture(autouse=True)
def required(settings):
    settings.REQUIRE_TOTP = True


def code_now(key=KEY, ahead=0) -> str:
    return f"{totp(unhexlify(key), drift=ahead):06d}"


def give_phone(user) -> TOTPDevice:
    return TOTPDevice.objects.create(user=user, name="phone", key=KEY, confirmed=True)


def sign_in(client, user, *, code=None):
    client.force_login(user)
    return client.post(ASK, {"code": code or code_now()})


@pytest.fixture
def chen(world, client):
    client.force_login(world.chen)
    return client


def offered_key(client) -> str:
    client.get(SET_UP)
    return client.session["second_factor_key"]["key"]


@pytest.mark.parametrize("who", ["chen", "qian", "root"])
def test_with_a_password_alone_every_page_leads_to_the_second_factor(world, client, who):
    client.force_login(make_user("root", "总管", is_superuser=True) if who == "root" else getattr(world, who))
    free = {"second_factor", "second_factor_enrol", "logout", "set_language", "login", "healthz", "readyz"}
    phones = {"sync", "my", "service_worker", "manifest"} | {name for name in PLAIN if name.startswith("my_")}
    for name, (method, *_rest) in PLAIN.items():
        if name in free | phones:
            continue
        answer = client.post(reverse(name)) if method == "POST" else client.get(reverse(name))
        assert (answer.status_code, answer.url.partition("?")[0]) == (302, ASK), name
    assert client.get(reverse("admin:index")).url == f"{ASK}?next=/admin/"


def test_no_page_of_an_object_is_reached_either(chen, world):
    keys = {"compound": world.jiamu, "building": world.building1, "household": world.lin_home, "volunteer": world.wei}
    for name, (kind, *_rest) in OBJECT.items():
        if kind in keys:
            answer = chen.get(reverse(name, args=[keys[kind].pk]))
            assert (answer.status_code, answer.url.partition("?")[0]) == (302, ASK), name


@pytest.mark.parametrize("who", ["zhao", "wei"])
def test_building_leads_and_volunteers_are_not_asked(world, client, who):
    user = world.zhao if who == "zhao" else world.wei.user
    client.force_login(user)
    assert not needs_second_factor(user)
    assert client.get(reverse("today")).status_code == 200


def test_a_role_given_later_asks_at_the_next_request(world, client):
    client.force_login(world.zhao)
    assert client.get(reverse("today")).status_code == 200
    world.zhao.grants.update(role="steward")
    assert client.get(reverse("today")).status_code == 302


def test_setting_up_takes_a_picture_a_code_and_shows_paper_once(chen, world):
    page = chen.get(ASK, {"next": "/rounds/"})
    assert (page.status_code, page.url) == (302, f"{SET_UP}?next=/rounds/")
    page = chen.get(page.url).content.decode()
    assert "<svg" in page
    assert " style=" not in page
    answer = chen.post(SET_UP, {"code": code_now(offered_key(chen)), "next": "/rounds/"})
    codes = re.findall(r"<code>([a-z0-9]{5}-[a-z0-9]{5})</code>", answer.content.decode())
    assert (answer.status_code, len(set(codes)), answer["Cache-Control"]) == (200, 10, "no-store, private")
    assert 'href="/rounds/"' in answer.content.decode()
    assert chen.get(reverse("today")).status_code == 200
    assert TOTPDevice.objects.filter(user=world.chen, confirmed=True).count() == 1
    stored = set(StaticToken.objects.values_list("token", flat=True))
    assert {code.replace("-", "") for code in codes} & stored == set()


def test_a_wrong_code_sets_nothing_up_and_keeps_the_picture(chen):
    key = offered_key(chen)
    answer = chen.post(SET_UP, {"code": "000000" if code_now(key) != "000000" else "111111"})
    assert (answer.status_code, TOTPDevice.objects.count(), offered_key(chen)) == (422, 0, key)
    assert "invalid-feedback" in answer.content.decode()


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abc", "1" * 41, "\0", "１２３", "-1", "1e5", "٣٣٣٣٣٣"])
def test_odd_codes_are_refused_in_words(chen, world, typed):
    assert chen.post(SET_UP, {"code": typed}).status_code == 422
    give_phone(world.chen)
    assert chen.post(ASK, {"code": typed}).status_code == 422


def test_the_code_opens_the_session_and_leads_where_one_wanted_to_go(world, client):
    give_phone(world.chen)
    client.force_login(world.chen)
    before = client.session.session_key
    answer = client.post(ASK, {"code": code_now(), "next": "/rounds/"})
    assert (answer.status_code, answer.url) == (302, "/rounds/")
    assert client.session.session_key != before
    assert client.get(reverse("today")).status_code == 200


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "", "\\\\evil"])
def test_nobody_is_led_away(world, client, target):
    give_phone(world.chen)
    client.force_login(world.chen)
    answer = client.post(ASK, {"code": code_now(), "next": target})
    assert answer.url == reverse("today")


@pytest.mark.parametrize("written", ["{} {}", "{}-{}", " {}{} "])
def test_a_code_may_be_typed_as_it_is_read(world, client, written):
    give_phone(world.chen)
    code = code_now()
    assert sign_in(client, world.chen, code=written.format(code[:3], code[3:])).status_code == 302


def test_a_code_works_once(world, client):
    give_phone(world.chen)
    code = code_now()
    assert sign_in(client, world.chen, code=code).status_code == 302
    assert sign_in(Client(), world.chen, code=code).status_code == 422


def test_the_code_of_the_set_up_is_spent(chen, world):
    key = offered_key(chen)
    code = code_now(key)
    chen.post(SET_UP, {"code": code})
    assert sign_in(Client(), world.chen, code=code).status_code == 422


def test_paper_opens_once_each(world, client):
    give_phone(world.chen)
    one, other, *_rest = make_backup_codes(user=world.chen)
    assert sign_in(client, world.chen, code=one.upper()).status_code == 302
    assert sign_in(Client(), world.chen, code=one).status_code == 422
    assert sign_in(Client(), world.chen, code=other.replace("-", " ")).status_code == 302


def test_new_paper_makes_the_old_worthless_and_needs_the_second_factor(world, client):
    give_phone(world.chen)
    old, *_rest = make_backup_codes(user=world.chen)
    client.force_login(world.chen)
    assert client.post(CODES).status_code == 302
    assert StaticToken.objects.count() == 10
    sign_in(client, world.chen)
    assert client.get(CODES).status_code == 405
    assert client.post(CODES).status_code == 200
    assert check_second_factor(user=world.chen, typed=old) is None


def test_nobody_elses_code_opens(world, client):
    give_phone(world.sun)
    (paper, *_rest) = make_backup_codes(user=world.sun)
    TOTPDevice.objects.create(user=world.chen, name="phone", key="ff" * 20, confirmed=True)
    make_backup_codes(user=world.chen)
    assert sign_in(client, world.chen, code=code_now()).status_code == 422
    assert sign_in(client, world.chen, code=paper).status_code == 422


def test_a_stolen_password_cannot_set_up_a_phone_of_its_own(world, client):
    give_phone(world.chen)
    client.force_login(world.chen)
    assert client.get(SET_UP).url == ASK
    assert client.post(SET_UP, {"code": "123456"}).url == ASK
    assert TOTPDevice.objects.get().key == KEY


def test_the_key_is_never_taken_from_the_form(chen):
    offered = offered_key(chen)
    assert chen.post(SET_UP, {"code": code_now(), "key": KEY}).status_code == 422
    assert offered_key(chen) == offered


def test_a_new_phone_takes_the_place_of_the_old(world, client):
    give_phone(world.chen)
    sign_in(client, world.chen)
    assert client.post(SET_UP, {"code": code_now(offered_key(client))}).status_code == 200
    assert TOTPDevice.objects.get().key != KEY
    assert client.get(reverse("today")).status_code == 200


def test_an_offer_grows_old(chen):
    key = offered_key(chen)
    with time_machine.travel(timezone.now() + timedelta(minutes=31), tick=True):
        assert offered_key(chen) != key


def test_guessing_is_stopped(world, client):
    give_phone(world.chen)
    client.force_login(world.chen)
    with time_machine.travel("2022-04-10T12:00:00+08:00", tick=False):
        answers = [client.post(ASK, {"code": "abc"}).status_code for _ in range(11)]
        assert answers == [422] * 10 + [429]
        assert client.post(ASK, {"code": code_now()}).status_code == 429
    with time_machine.travel("2022-04-10T12:15:00+08:00", tick=False):
        assert client.post(ASK, {"code": code_now()}).status_code == 302


def test_a_superuser_removes_it_for_a_lost_phone(world, client):
    give_phone(world.chen)
    make_backup_codes(user=world.chen)
    root = make_user("root", "总管", is_staff=True, is_superuser=True)
    give_phone(root)
    sign_in(client, root)
    data = {"action": "remove_second_factors", "_selected_action": [world.chen.pk]}
    assert client.post(reverse("admin:residents_user_changelist"), data).status_code == 302
    assert list(TOTPDevice.objects.values_list("user", flat=True)) == [root.pk]


def test_a_removed_phone_ends_what_it_opened(world, client):
    device = give_phone(world.chen)
    sign_in(client, world.chen)
    device.delete()
    assert client.get(reverse("today")).status_code == 302


def test_secrets_are_not_in_the_administration():
    from django.contrib import admin

    assert [model for model in admin.site._registry if model._meta.app_label.startswith("otp_")] == []


def test_phones_and_logging_out_need_no_second_factor(chen):
    assert chen.get(reverse("my")).status_code == 200
    assert chen.get(reverse("healthz")).status_code == 200
    assert chen.post(reverse("logout")).url == reverse("login")


def test_enrolling_needs_the_right_code(world):
    assert enrol(user=world.chen, key=KEY, typed=code_now(ahead=5)) is None
    assert enrol(user=world.chen, key=KEY, typed=code_now()) is not None


def test_after_twelve_hours_one_logs_in_again_however_busy(world, client, settings):
    settings.REQUIRE_TOTP = False
    start = timezone.now()
    client.post(reverse("login"), {"username": "chen", "password": PASSWORD})
    for hours in (4, 8, 11.9):
        with time_machine.travel(start + timedelta(hours=hours), tick=True):
            assert client.get(reverse("today")).status_code == 200
            client.post(reverse("set_language"), {"language": "en", "next": "/"})
            session = client.session
            session["busy"] = hours  # saving would otherwise give the session another twelve hours
            session.save()
    with time_machine.travel(start + timedelta(hours=12, minutes=1), tick=True):
        answer = client.get(reverse("rounds:list"))
        assert (answer.status_code, answer.url) == (302, f"{reverse('login')}?next=/rounds/")
        assert client.get(reverse("today")).status_code == 302


def test_the_administration_asks_again_after_half_an_hour_unused(world, client, settings):
    settings.REQUIRE_TOTP = False
    make_user("root", "总管", is_staff=True, is_superuser=True)
    start, index = timezone.now(), reverse("admin:index")
    client.post(reverse("login"), {"username": "root", "password": PASSWORD})
    for minutes in (1, 25, 50):
        with time_machine.travel(start + timedelta(minutes=minutes), tick=True):
            assert client.get(index).status_code == 200
    with time_machine.travel(start + timedelta(minutes=81), tick=True):
        answer = client.get(index)
        assert (answer.status_code, answer.url) == (302, f"{reverse('login')}?next={index}")
