"""Both languages are whole: every sentence has its Chinese, and no page mixes the two."""

import gettext as gettext_module
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as translate
from django.utils.translation import ngettext, npgettext, override, pgettext, trans_real
from polib import POFile, pofile

from compound.my_doors import _segment
from compound.opening import open_any_round
from rounds.models import Assignment, HeldMark, Visit
from rounds.services import assign, create_round
from testing_rounds.services import create_test_round

FOLDER = Path(settings.LOCALE_PATHS[0])
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
CHINESE = "\u4e00-\u9fff"
ENGLISH = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2,}(?![A-Za-z0-9])")  # a version such as 3aa41c is no word
# Latin on a Chinese page that is no leftover: names of formats, pinyin to search by, the switch to English, and what
# the test typed itself.
NAMES = {
    "EN",
    "English",
    "XLS",
    "XLSX",
    "ODS",
    "CSV",
    "PDF",
    "UTF",
    "GB",
    "MB",
    "Excel",
    "xls",
    "xlsx",
    "wxm",
    "wangxm",
    "JavaScript",
    "iPhone",
    "Safari",
    "Chrome",
}
DATA = {"chen", "test", "phone"}


def catalog(language: str) -> POFile:
    return pofile(str(FOLDER / language / "LC_MESSAGES" / "django.po"))


@pytest.fixture(scope="session")
def compiled():
    """The catalogs as they run; made here when a test is started by itself."""
    sources = sorted(FOLDER.glob("*/LC_MESSAGES/*.po"))
    mo = [source.with_suffix(".mo") for source in sources]
    if any(not b.exists() or b.stat().st_mtime < a.stat().st_mtime for a, b in zip(sources, mo, strict=True)):
        call_command("catalogs")
        gettext_module._translations.clear()
        trans_real._translations.clear()
    return mo


def chinese_of(entry) -> str:
    return entry.msgstr_plural[0] if entry.msgid_plural else entry.msgstr


def test_every_sentence_has_its_chinese():
    entries = catalog("zh_Hans")
    missing = [entry.msgid for entry in entries if entry.fuzzy or not entry.translated()]
    assert (missing, entries.obsolete_entries(), len(entries) > 500) == ([], [], True)


def test_chinese_has_one_plural_and_english_two():
    found = {language: catalog(language).metadata["Plural-Forms"] for language in ("zh_Hans", "en")}
    assert found == {"zh_Hans": "nplurals=1; plural=0;", "en": "nplurals=2; plural=(n != 1);"}


def test_both_catalogs_hold_the_same_sentences():
    zh, en = ({(entry.msgctxt, entry.msgid) for entry in catalog(language)} for language in ("zh_Hans", "en"))
    assert zh ^ en == set()


def test_placeholders_are_the_same_in_both_languages():
    wrong = []
    for entry in catalog("zh_Hans"):
        asked = set(PLACEHOLDER.findall(entry.msgid)) | set(PLACEHOLDER.findall(entry.msgid_plural))
        if set(PLACEHOLDER.findall(chinese_of(entry))) != asked:
            wrong.append(entry.msgid)
    assert wrong == []


def test_chinese_is_written_with_chinese_punctuation():
    narrow = re.compile(rf"[{CHINESE}][,?!;:()]|\([{CHINESE}]|\.$")
    assert [chinese_of(entry) for entry in catalog("zh_Hans") if narrow.search(chinese_of(entry))] == []


def test_the_compiled_catalogs_say_what_the_sources_say(compiled):
    """Also where Django has a word of its own for the same sentence: ours is shown."""
    assert [path.exists() for path in compiled] == [True, True]
    wrong = []
    for entry in catalog("zh_Hans"):
        for language, number in (("zh-hans", 1), ("zh-hans", 2), ("en", 1), ("en", 2)):
            with override(language):
                if entry.msgid_plural and entry.msgctxt:
                    said = npgettext(entry.msgctxt, entry.msgid, entry.msgid_plural, number)
                elif entry.msgid_plural:
                    said = ngettext(entry.msgid, entry.msgid_plural, number)
                else:
                    said = pgettext(entry.msgctxt, entry.msgid) if entry.msgctxt else translate(entry.msgid)
            english = entry.msgid_plural if entry.msgid_plural and number == 2 else entry.msgid
            if said != (english if language == "en" else chinese_of(entry)):
                wrong.append((language, entry.msgctxt, entry.msgid, said))
    assert wrong == []


VOID = {"meta", "link", "input", "br", "img", "hr", "col"}


class Words(HTMLParser):
    """The words of a page: its text and what is read aloud or shown on hover, but nothing marked as of a language."""

    def __init__(self):
        super().__init__()
        self.found: list[str] = []
        self.stack: list[bool] = []

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        foreign = tag in {"script", "style"} or ("lang" in attributes and tag != "html")
        self.stack.append(foreign or any(self.stack[-1:]))
        if not self.stack[-1]:
            self.found += [
                attributes[name] for name in ("aria-label", "placeholder", "title", "alt") if name in attributes
            ]
        if tag in VOID:
            self.stack.pop()

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.stack.pop()

    def handle_endtag(self, tag):
        self.stack.pop()

    def handle_data(self, data):
        if data.strip() and not any(self.stack[-1:]):
            self.found.append(" ".join(data.split()))


def words_of(page: str) -> list[str]:
    parser = Words()
    parser.feed(page)
    parser.close()
    assert parser.stack == []
    return parser.found


@pytest.fixture
def pages(world):
    """Every page a steward meets on a busy evening: a test round half done, a plain one prepared, a mark held."""
    window = world.round_form()
    window.pop("kind")
    test = create_test_round(**window, pool_size=10, instructions="").round
    open_any_round(round=test, by=world.chen)
    assign(round=test, volunteer=world.wei, building=world.building1, by=world.chen)
    plain = create_round(**world.round_form())
    visit = Visit.objects.get(round=test, household=world.lin_home)
    HeldMark.objects.create(
        device=world.wei_phone,
        compound=world.jiamu,
        visit=visit,
        reason="not_assigned",
        payload={},
        digest="0" * 64,
        sent_at=timezone.now(),
    )
    about = [  # pairs, not a dict: keys of different tables are equal
        (test.pk, "rounds:board rounds:gaps rounds:print rounds:assignments rekey rounds:close"),
        (test.pk, "rounds:cancel testing_rounds:edit reports:evening"),
        (plain.pk, "rounds:board rounds:edit rounds:assignments"),
        (visit.pk, "visit"),
        (world.jiamu.pk, "residents:compound residents:volunteers residents:building_add residents:roster_upload"),
        (world.jiamu.pk, "residents:volunteer_add notices:bots rounds:add testing_rounds:add"),
        (world.building1.pk, "residents:building residents:building_edit"),
        (world.lin_home.pk, "residents:household residents:household_edit residents:household_move_out"),
        (world.lin_home.pk, "residents:resident_add"),
        (world.lin_home.door_id, "residents:household_add residents:door_join"),
        (world.lin.pk, "residents:resident_edit residents:resident_reveal residents:resident_move_out"),
        (world.lin.pk, "residents:resident_lookalikes"),
        (world.wei.pk, "residents:volunteer residents:volunteer_edit volunteer_day"),
        (None, "today my rounds:list rounds:held residents:search"),
        (None, "notices:inbox notices:outbox notices:channels"),
    ]
    return [reverse(name, args=[key] if key else []) for key, names in about for name in names.split()]


def read(client, language: str, paths: list[str]) -> dict[str, list[str]]:
    client.cookies["django_language"] = language
    answers = {path: client.get(path) for path in [*paths, "/nothing/here/"]}
    assert [path for path in paths if answers[path].status_code != 200] == []
    return {path: words_of(answer.content.decode()) for path, answer in answers.items()}


def test_chinese_pages_hold_no_english(compiled, client, world, pages):
    client.force_login(world.chen)
    left = {}
    for path, words in read(client, "zh-hans", pages).items():
        plain = " ".join(PLACEHOLDER.sub(" ", text) for text in words)
        english = set(ENGLISH.findall(plain)) - NAMES - DATA
        if english:
            left[path] = english
    assert left == {}


def test_english_pages_hold_no_chinese_but_data(compiled, client, world, pages):
    ours = {chinese_of(entry) for entry in catalog("zh_Hans") if re.search(rf"[{CHINESE}]{{2}}", chinese_of(entry))}
    client.force_login(world.chen)
    left = {path: ours.intersection(words) for path, words in read(client, "en", pages).items()}
    assert {path: words for path, words in left.items() if words} == {}


@pytest.mark.parametrize(("language", "title"), [("zh-hans", "登录"), ("en", "Log in")])
def test_the_first_page_is_in_the_language_asked_for(compiled, client, db, language, title):
    client.cookies["django_language"] = language
    assert (
        words_of(client.get(reverse("login")).content.decode())[0]
        == f"{title} · {'守楼' if language != 'en' else 'Shoulou'}"
    )


@pytest.mark.parametrize(
    ("language", "said"), [("zh-hans", "1号楼 · 2单元 · 6–10 层"), ("en", "1号楼 · entrance 2 · floors 6–10")]
)
def test_a_phone_names_its_part_in_one_language(compiled, world, language, said):
    part = Assignment(building=world.building1, entrance="2", floor_from=6, floor_to=10)
    with override(language):
        assert _segment(part) == said
