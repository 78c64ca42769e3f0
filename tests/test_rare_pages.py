"""The pages that are seldom opened hold no leftover of the other language either: see tests/test_catalogs.py."""

import re

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets, get_fields_from_path
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from clock.models import Clock
from compound.opening import open_any_round
from lifts.models import Lift
from notices.models import Webhook
from residents.merging import merge_residents
from residents.models import Resident, RosterImport
from residents.roster.jobs import work_waiting
from rounds.models import Visit
from testing_rounds.services import create_test_round
from tests.rosters.make import tower
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

# Latin that is no leftover here: the data of the test, and what the pages of an installation name themselves.
HERE = DATA | NAMES | {"example", "org", "readyz", "roster"}
OF_THE_FILE = {"楼层", "室号", "居住情况", "备注"}  # headers of the roster that the test brings


@pytest.fixture
def pages(world, client):
    """As a steward on the staff who also runs the portal: nothing is out of reach."""
    type(world.chen).objects.filter(pk=world.chen.pk).update(is_staff=True, is_superuser=True)
    world.chen.refresh_from_db()
    client.force_login(world.chen)
    twin = Resident.objects.create(household=world.far_home, name=world.lin.name)
    other = Resident.objects.create(household=world.far_home, name=world.lin.name)
    merge = merge_residents(kept=world.lin, other=other, by=world.chen, reason="同一人")
    file = SimpleUploadedFile("名册.xlsx", tower())
    client.post(reverse("residents:roster_upload", args=[world.jiamu.pk]), {"roster": file})
    work_waiting()
    return [
        *(reverse(name) for name in ("status", "account", "my_install", "second_factor_enrol")),
        reverse("residents:roster_import", args=[RosterImport.objects.get().pk]),
        reverse("residents:resident_merge", args=[world.lin.pk, twin.pk]),
        reverse("residents:merge", args=[merge.pk]),
        reverse("email_confirm", args=["x"]),
    ]


def read(client, language, pages):
    client.cookies["django_language"] = language
    answers = {path: client.get(path) for path in pages}
    assert [path for path in pages if answers[path].status_code not in {200, 410}] == []
    return {path: words_of(answer.content.decode()) for path, answer in answers.items()}


@pytest.mark.usefixtures("compiled")
def test_rare_pages_in_chinese_hold_no_english(client, pages):
    left = {}
    for path, words in read(client, "zh-hans", pages).items():
        plain = " ".join(PLACEHOLDER.sub(" ", text) for text in words)
        english = {word for word in ENGLISH.findall(plain) if not word.isupper()} - HERE
        if english:
            left[path] = english
    assert left == {}


@pytest.mark.usefixtures("compiled")
def test_rare_pages_in_english_hold_no_chinese_but_data(client, pages):
    ours = {chinese_of(entry) for entry in catalog("zh_Hans") if re.search(rf"[{CHINESE}]{{2}}", chinese_of(entry))}
    left = {path: ours.intersection(words) - OF_THE_FILE for path, words in read(client, "en", pages).items()}
    assert {path: words for path, words in left.items() if words} == {}


# --- The administration: Django's words, and a name of its own for every field it shows -----------------------

ADMINISTERED = ("residents", "rounds", "notices", "testing_rounds", "lifts", "clock")
OF_THE_ADMINISTRATION = {"True", "False", "Apprise"}  # read aloud beside the icon of a yes or no; a program


def shown_fields(model, model_admin, request):
    """What its list, its form and its filters name, as fields."""
    filters = [each if isinstance(each, str) else each[0] for each in model_admin.get_list_filter(request)]
    names = {*model_admin.get_list_display(request), *flatten_fieldsets(model_admin.get_fieldsets(request, model()))}
    own = {field.name for field in model._meta.get_fields()}
    yield from (model._meta.get_field(name) for name in names & own)
    yield from (get_fields_from_path(model, name)[-1] for name in filters)


@pytest.mark.parametrize("app", ADMINISTERED)
def test_every_field_the_administration_shows_has_a_name_of_its_own(world, rf, app):
    """One without is called by its attribute, in English, whoever reads it."""
    request = rf.get("/")
    request.user = world.chen
    world.chen.is_superuser = world.chen.is_staff = True
    nameless = {
        str(field)
        for model in apps.get_app_config(app).get_models()
        if model in admin.site._registry
        for field in shown_fields(model, admin.site._registry[model], request)
        if isinstance(field.verbose_name, str)
    }
    assert nameless == set()


@pytest.fixture
def administration(pages, world):
    """The index; and a list and a form of each app, each with a row in it."""
    round = create_test_round(**{key: value for key, value in world.round_form(pool_size=10).items() if key != "kind"})
    open_any_round(round=round.round, by=world.chen)
    rows = [
        *(world.building1, world.lin, world.lin_home.door, world.wei_phone),
        *(round, round.round, Visit.objects.get(round=round.round, household=world.lin_home)),
        Lift.objects.create(building=world.building1, number=1),
        Webhook.objects.create(compound=world.jiamu, name="群", url="https://hook.example.org/1234567890"),
        Clock.objects.create(building=world.building1, by=world.chen),
    ]
    found = [reverse("admin:index"), reverse("admin:residents_user_add")]
    for row in rows:
        name = f"admin:{row._meta.app_label}_{row._meta.model_name}"
        found += [reverse(f"{name}_changelist"), reverse(f"{name}_change", args=[row.pk])]
    return found


@pytest.mark.usefixtures("compiled")
def test_the_administration_in_chinese_holds_no_english(client, administration):
    left = {}
    for path, words in read(client, "zh-hans", administration).items():
        plain = " ".join(PLACEHOLDER.sub(" ", text) for text in words)
        english = {word for word in ENGLISH.findall(plain) if not word.isupper()} - HERE - OF_THE_ADMINISTRATION
        if english:
            left[path] = english
    assert left == {}
