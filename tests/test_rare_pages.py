"""The pages that are seldom opened hold no leftover of the other language either: see tests/test_catalogs.py."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from residents.merging import merge_residents
from residents.models import Resident, RosterImport
from residents.roster.jobs import work_waiting
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
