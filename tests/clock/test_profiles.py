"""A rule's body is refused in sentences that name the place, all of them at once."""

import copy
import json

import pytest
from django.utils.translation import override

from clock.models import RuleProfile, RuleVersion
from clock.profiles import RuleError, Rules, read_rules
from clock.shipping import shipped_bodies
from tests.world import make_user

GOOD = shipped_bodies()["7+7", 1]


def changed(**changes):
    """`phases__1__days=0`: the first phase's days."""
    body = copy.deepcopy(GOOD)
    for path, value in changes.items():
        *way, last = path.split("__")
        place = body
        for step in way:
            place = place[int(step) - 1] if step.isdigit() else place[step]
        place[last] = value
    return body


def faults(body):
    with override("en"), pytest.raises(RuleError) as told:
        read_rules(body, code="x", number=1)
    return told.value.faults


@pytest.mark.parametrize(("code", "number"), shipped_bodies())
def test_what_is_shipped_is_read(code, number):
    rules = read_rules(shipped_bodies()[code, number], code=code, number=number)
    assert (rules.code, rules.number, bool(rules.name.zh and rules.name.en)) == (code, number, True)


def test_every_rule_set_the_field_knew_is_shipped():
    assert {code for code, _number in shipped_bodies()} == {
        *{"2+12", "48h-2-tests", "7+7", "14", "7+3", "5+3", "high-low", "virus-free", "returning"},
        *{"three-zones-sealed", "three-zones-controlled", "three-zones-precaution"},
    }


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"schema": 2}, "schema must be a whole number from 1 to 1."),
        ({"basis": "rumour"}, "basis must be one of: sampled, reported, ordered."),
        ({"first_day": True}, "first_day must be a whole number from 0 to 1."),
        ({"colour": "red"}, "colour is not a word of the schema."),
        ({"name": "7+7"}, "name must be an object in braces."),
        ({"name__zh": ""}, "name.zh must be a text of at most 40 characters."),
        ({"phases": []}, "phases must be a list of 1 to 4."),
        ({"phases__1__days": 0}, "phases[1].days must be a whole number from 1 to 60."),
        ({"phases__1__days": "7"}, "phases[1].days must be a whole number from 1 to 60."),
        ({"phases__1__days": None}, "phases[1]: only the last phase may be without an end."),
        ({"phases__1__zone": "quiet"}, "phases[1].zone must be one of: none, sealed, controlled, precaution."),
        ({"phases__1__pcr": [1, 1]}, "phases[1].pcr names a day twice."),
        ({"phases__1__pcr": [8]}, "phases[1].pcr must be a list of days from 1 to 7."),
        (
            {"phases__2__on_positive": {"do": "extend", "to_day": 20}},
            "phases[2]: only the first phase can be extended.",
        ),
        (
            {"phases__1__on_positive": {"do": "extend", "to_day": 7}},
            "phases[1]: the day to extend to must lie after the phase's own end.",
        ),
        ({"release__full_rounds": [15]}, "release.full_rounds names a day after the last one."),
        ({"release__street": "yes"}, "release.street must be true or false."),
        ({"afterwards__zone": "sealed"}, "afterwards.zone must be one of: none, precaution."),
    ],
)
def test_what_is_wrong_is_named(changes, said):
    assert said in faults(changed(**changes))


@pytest.mark.parametrize("body", [None, [], "7+7", 7, {}])
def test_what_is_no_rule_at_all(body):
    assert len(faults(body)) >= 1


def test_all_faults_are_told_at_once():
    assert len(faults(changed(basis="x", first_day=9, phases__1__zone="x"))) == 3


@pytest.fixture
def admin(client, db):
    client.force_login(make_user("root", "Root", is_staff=True, is_superuser=True))
    return client


def test_a_new_wording_is_a_new_version_and_the_old_one_stays(admin):
    profile = RuleProfile.objects.get(code="7+7")
    body = '{"schema": 1}'
    answer = admin.post("/admin/clock/ruleversion/add/", {"profile": profile.pk, "body": body, "note": "n"})
    assert (answer.status_code, profile.versions.count()) == (200, 1)
    body = json.dumps(changed(phases__1__days=5, phases__1__pcr=[1], release__full_rounds=[5]))
    answer = admin.post("/admin/clock/ruleversion/add/", {"profile": profile.pk, "body": body, "note": "n"})
    assert answer.status_code == 302
    assert list(profile.versions.values_list("number", "by__username")) == [(1, None), (2, "root")]
    rules = read_rules(profile.versions.get(number=1).body, code="7+7", number=1)
    assert isinstance(rules, Rules)
    assert rules.phases[0].days == 7


def test_a_version_is_changed_or_removed_by_nobody(admin):
    version = RuleVersion.objects.get(profile__code="7+7")
    address, body = f"/admin/clock/ruleversion/{version.pk}", {"post": "yes", "note": "x", "body": "{}"}
    answers = [admin.post(f"{address}/{deed}/", body).status_code for deed in ("change", "delete")]
    assert (answers, RuleVersion.objects.get(pk=version.pk).body) == ([403, 403], version.body)
