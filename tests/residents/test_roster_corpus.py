"""The corpus: each odd or broken roster gets the answer that was promised for it, and no other."""

import pytest
from django.utils.translation import override

from residents.models import Compound, Household, Resident, RoleGrant
from residents.roster.jobs import queue_roster, submit_roster, work_waiting
from residents.roster.preview import describe_file, describe_lines
from residents.roster.words import FILE, FINDING, NOTE, ROW, RosterUnsureError, sentence
from tests.rosters.broken import REFUSED_FILES
from tests.rosters.corpus import CORPUS, Entry
from tests.world import grant, make_building, make_user

ALL = CORPUS | {f"file: {name}": (make, file_name, code) for name, (make, file_name, code) in REFUSED_FILES.items()}


@pytest.fixture
def home(db):
    compound = Compound.objects.create(name="新苑")
    make_building(compound, "1", floors=1)
    make_building(compound, "2", floors=1)
    return compound, grant(make_user("han", "韩干事"), RoleGrant.Role.STEWARD, compound).user


def upload(home, entry: Entry):
    compound, han = home
    roster = submit_roster(compound=compound, file_name=entry.name, content=entry.content, by=han)
    work_waiting()
    roster.refresh_from_db()
    return roster


def codes(roster) -> set[str]:
    notes = [note["code"] for line in roster.lines.all() for note in line.notes]
    return {*notes, *[notice["code"] for notice in roster.findings.get("notices", [])]}


@pytest.mark.parametrize("name", ALL)
def test_entry_of_the_corpus_gets_its_answer(home, name):
    entry = ALL[name]
    if isinstance(entry, tuple):
        make, file_name, code = entry
        entry = Entry("FILE", make(), file_name, code)
    roster = upload(home, entry)
    CHECKS[entry.answer](home, roster, entry)
    assert Household.objects.filter(told_count__gt=99).count() == 0


def refused_file(_home, roster, entry):
    assert (roster.state, roster.findings["refusal"]["code"]) in {("refused", entry.code), ("refused", "empty")}
    assert (bytes(roster.content), roster.lines.count(), Resident.objects.count()) == (b"", 0, 0)
    assert says(roster.findings["refusal"], FILE)


def refused_row(_home, roster, entry):
    line = roster.lines.get()
    assert (line.verdict, line.notes) == ("refused", [{"code": entry.code, "column": entry.column}])
    assert says(line.notes[0], ROW)


def asked(_home, roster, entry):
    line = roster.lines.get()
    assert (line.verdict, entry.code in codes(roster)) == ("ask", True)
    assert describe_lines([line])[0]["choices"] != []


def left_out(home, roster, entry):
    assert (roster.state, roster.findings["counts"]["refused"]) == ("ready", 0)
    assert entry.code in roster.findings["left_out"]
    stored(home, roster, entry)


def stored(home, roster, entry, **said):
    assert (roster.state, roster.findings.get("counts", {}).get("refused")) == ("ready", 0), roster.findings
    if entry.code and entry.answer != "LEFT":
        assert entry.code in codes(roster)
    describe_file(roster, 0)
    queue_roster(roster_import=roster, by=home[1], **said)
    work_waiting()
    roster.refresh_from_db()
    assert roster.state == "applied"
    person = Resident.objects.select_related("household__door__building").order_by("pk").first()
    door = person.household.door
    found = {"building": door.building.code, "namesakes": Resident.objects.filter(name=person.name).count()}
    for name, value in entry.told.items():
        owner = next((row for row in (person, door) if hasattr(row, name)), None)
        assert found.get(name, getattr(owner, name, None)) == value, name


def confirmed(home, roster, entry):
    with pytest.raises(RosterUnsureError):
        queue_roster(roster_import=roster, by=home[1])
    assert Resident.objects.count() == 0
    stored(home, roster, entry, reads_right=True)


def says(note: dict, table: dict) -> bool:
    """A whole sentence in both languages."""
    for language in ("zh-hans", "en"):
        with override(language):
            sentence = str(table[note["code"]]) % note
            assert "%(" not in sentence
            assert len(sentence) > 5
    return True


CHECKS = {
    "FILE": refused_file,
    "ROW": refused_row,
    "ASK": asked,
    "LEFT": left_out,
    "OK": stored,
    "FIX": stored,
    "SURE": confirmed,
}


def test_every_code_has_its_sentence():
    assert {entry.code for entry in CORPUS.values() if entry.answer == "ROW"} <= set(ROW)
    assert {entry.code for entry in CORPUS.values() if entry.answer in {"OK", "FIX"} and entry.code} <= {
        *NOTE,
        *FINDING,
    }


@pytest.mark.parametrize(
    ("language", "said"),
    [("zh-hans", "新楼栋：14号楼、15号楼。"), ("en", "New buildings: 14号楼, 15号楼.")],
)
def test_several_names_are_joined_for_who_reads_them(language, said):
    with override(language):
        assert sentence(FINDING, {"code": "new_buildings", "names": ["14号楼", "15号楼"]}) == said
