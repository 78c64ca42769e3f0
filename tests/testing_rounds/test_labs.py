"""Lists of results: every line previewed with its reason, applied whole as previewed or not at all."""

import io
import json
from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone, translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from rounds.services import cancel_round
from testing_rounds.lab_reading import ListError, read_moment, read_pasted, read_value
from testing_rounds.lab_words import LINE, LIST
from testing_rounds.labs import (
    LabError,
    ReviewError,
    apply_list,
    discard_list,
    dismiss_result,
    place_result,
    preview_list,
    reason_of,
    suggest_people,
)
from testing_rounds.models import Hold, LabLine, PersonResult, TubeResult, UnplacedResult
from testing_rounds.results import ResultError, tell_result
from tests.testing_rounds.swabbed import fill_tube, open_pcr, people_of, sample


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def pcr(world):
    """502 and 301 of building 1 and 402 of building 2 were sampled; the Lins lie in tube T-1001."""
    world.pcr = open_pcr(world)
    sample(world.pcr, world.chen, world.lin_home, world.elder_home, world.far_home)
    world.tube = fill_tube(world.pcr, world.chen, "T-1001", people_of(world.pcr, world.lin_home))
    return world.pcr


def preview(world, text, **changes):
    return preview_list(**{"test_round": world.pcr, "by": world.chen, "text": text} | changes)


def verdicts(lab_list):
    return [(line.row, line.verdict, line.reason) for line in lab_list.lines.all()]


def one(world, text):
    """What becomes of the only line below the header."""
    line = preview(world, text).lines.get()
    return line.verdict, line.reason, reason_of(line)


HEAD = "采样管\t楼号\t室号\t姓名\t结果\t检测时间\t轮次\n"


def row(tube="", building="", room="", name="", value="阴性", time="", round=""):
    return HEAD + "\t".join([tube, building, room, name, value, time, round])


# --- What people paste --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "采样管\t结果\nT-1001\t阴性",
        "管号,核酸结果\nt-1001,阴性（-）",
        "管号，结果\nＴ－１００１，阴",
        '"Tube","Result"\n"T-1001","Negative"',
        "T-1001 阴性",
        "T-1001：阴性",
        "4月10日 T-1001 阴性".removeprefix("4月10日 "),
    ],
)
def test_a_tube_in_every_writing(world, pcr, text):
    assert one(world, text) == ("tube", "", "")


@pytest.mark.parametrize(
    "text",
    [
        "楼号\t室号\t姓名\t结果\n1号楼\t301\t301阿婆\t阴性",
        "1号楼 301 301阿婆 阴性",
        "1号楼301 阴性",
        "1-301 阴性",
        "301室，阴",
        "301阿婆 阴性",
    ],
)
def test_a_person_in_every_writing(world, pcr, text):
    lab_list = preview(world, text)
    line = lab_list.lines.get()
    assert (line.verdict, line.reason, line.person) == ("person", "", people_of(pcr, world.elder_home)[0])


def test_a_room_and_a_name_written_as_one_word(world, pcr):
    line = preview(world, "1号楼 402吴近阴性\n2号楼 402吴近阴性").lines.order_by("row")
    assert [(item.verdict, item.reason) for item in line] == [("review", "unknown_room"), ("person", "")]


def test_a_masked_name_of_the_laboratory_is_met(world, pcr):
    assert one(world, "室号\t姓名\t结果\n402\t吴*\t阴性")[:2] == ("review", "several")
    assert one(world, "室号\t姓名\t结果\n502\t林*雨\t阴性")[:2] == ("person", "")


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("阴性", "negative"),
        ("阴（-）", "negative"),
        ("未检出", "negative"),
        ("混管阳性", "positive"),
        ("+", "positive"),
        ("待复核", "inconclusive"),
        ("漏液", "invalid"),
        ("可能是阴性吧", ""),
    ],
)
def test_the_words_of_laboratories(word, value):
    assert read_value(word) == value


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("2022-04-10 21:30:05", "2022-04-10 21:30:05"),
        ("2022/4/10 21:30", "2022-04-10 21:30:00"),
        ("4月10日21:30", "2022-04-10 21:30:00"),
        ("21：30", "2022-04-11 21:30:00"),
        ("4月10日", "2022-04-10 23:59:00"),
        ("2022-13-10 21:30", None),
        ("gestern", None),
    ],
)
def test_the_times_of_laboratories(text, told):
    moment = read_moment(text, 2022, "2022-04-11")
    assert (moment and f"{moment:%Y-%m-%d %H:%M:%S}") == told


@given(st.text(max_size=300))
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_is_read_or_refused_in_words(text):
    try:
        answer = [told.row for told in read_pasted(text)]
    except ListError as error:
        answer = error.code
    assert answer in LIST if isinstance(answer, str) else answer == sorted(set(answer))


def test_a_workbook_is_read_like_the_text(world, pcr):
    book = Workbook()
    for cells in (["采样管", "结果", "检测时间"], ["T-1001", "阴性", timezone.localtime().replace(tzinfo=None)]):
        book.active.append(cells)
    out = io.BytesIO()
    book.save(out)
    lab_list = preview(world, "", content=out.getvalue(), file_name="results.xlsx")
    assert (lab_list.name, verdicts(lab_list)) == ("results.xlsx", [(2, "tube", "")])


# --- Every reason, in both languages ------------------------------------------------------------------


def soon():
    return f"{timezone.localtime() + timedelta(hours=2):%Y-%m-%d %H:%M}"


REASONS = [
    (row("T-1001", value=""), "refused", "no_value", "Result: the cell is empty.", "结果：单元格是空的。"),
    (row("T-1001", value="好"), "refused", "value", "Result: “好” is not understood.", "结果：看不懂“好”。"),
    (row("T-1001", time="昨晚"), "refused", "time", "Time: “昨晚” is not understood.", "时间：看不懂“昨晚”。"),
    (
        row("T-1001", time="2021-01-01 10:00"),
        "refused",
        "before_round",
        "Time: 2021-01-01 10:00 is before the round began. Is the list of another round?",
        "时间：2021-01-01 10:00 早于本轮次开始。是不是别的轮次的名单？",
    ),
    (
        row("T-1001", round="第7轮"),
        "refused",
        "wrong_round",
        "Round: this list says “第7轮”, the page is another round's.",
        "轮次：名单写的是“第7轮”，不是本轮次。",
    ),
    (row(), "refused", "whose", "Neither tube nor room nor name is told.", "采样管、室号、姓名都没有写。"),
    (row("X-9"), "refused", "unknown_tube", "Tube: no tube X-9 is known.", "采样管：没有 X-9 这支管。"),
    (
        row("", "1号楼", "202", ""),
        "review",
        "which_one",
        "Name: several people live there and none is named.",
        "姓名：这一户有多人，没有写是谁。",
    ),
    (
        row("", "2号楼", "402", "吴进"),
        "review",
        "near_name",
        "Name: 吴进 is not at this door; is it 吴近?",
        "姓名：这一户没有吴进，是不是吴近？",
    ),
    (
        row("", "2号楼", "402", "赵六"),
        "review",
        "not_in_room",
        "Name: 赵六 is not expected at 402.",
        "姓名：402 的名单里没有赵六。",
    ),
    (
        row("", "2号楼", "999", "赵六"),
        "review",
        "unknown_room",
        "Room: nobody is expected at 999.",
        "室号：999 没有应检人员。",
    ),
    (
        row(name="赵六"),
        "review",
        "not_expected",
        "Name: 赵六 is not expected in this round.",
        "姓名：赵六不在本轮次名单中。",
    ),
    (
        row("T-1001", name="林小宇"),
        "review",
        "not_in_tube",
        "Name: 林小宇 is not in tube T-1001; is it 林小雨?",
        "姓名：T-1001 管内没有林小宇，是不是林小雨？",
    ),
    (
        row("T-1001", name="赵六"),
        "review",
        "stranger_in_tube",
        "Name: 赵六 is not in tube T-1001.",
        "姓名：T-1001 管内没有赵六。",
    ),
    (
        row("X-9", "1号楼", "301", "301阿婆", "阳性"),
        "review",
        "tube_unknown",
        "Tube: X-9 is not known, so nobody can tell whether it was a single tube.",
        "采样管：没有 X-9 这支管，无法判断是不是单管。",
    ),
]


@pytest.mark.parametrize("case", REASONS, ids=lambda case: case[2])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_line_says_which_field_and_why(world, pcr, case, language):
    text, verdict, reason, english_words, chinese_words = case
    with translation.override(language):
        assert one(world, text) == (verdict, reason, english_words if language == "en" else chinese_words)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_result_of_the_future(world, pcr, language):
    time = soon()
    with translation.override(language):
        told = one(world, row("T-1001", time=time))
    words = f"Time: {time} is in the future." if language == "en" else f"时间：{time} 在未来。"
    assert told == ("refused", "future", words)


def test_nobody_is_negative_who_was_not_sampled(world, pcr):
    line = preview(world, row("", "1号楼", "202", "高超")).lines.get()
    assert (line.verdict, line.reason, reason_of(line)) == (
        "refused",
        "no_sample",
        "Name: 高超 was not sampled in this round; a result needs a sample.",
    )


def test_a_tube_of_another_round_and_a_tube_with_nobody_in_it(world, pcr):
    fill_tube(pcr, world.chen, "T-0", [])
    older = open_pcr(world, buildings=[world.building2])
    sample(older, world.chen)
    fill_tube(older, world.chen, "T-77", people_of(older, world.far_home))
    lab_list = preview(world, "采样管\t结果\nT-77\t阴\nT-0\t阴")
    assert verdicts(lab_list) == [(2, "refused", "other_round"), (3, "refused", "empty_tube")]


def test_every_reason_has_its_words():
    told = dict.fromkeys(("value", "time", "round", "tube", "room", "name", "near"), "x")
    assert all(str(words) % told for words in LINE.values())


def test_repeats_count_once_and_contradictions_not_at_all(world, pcr):
    text = "采样管\t姓名\t结果\nT-1001\t林小雨\t阴\nT-1001\t林国强\t阴\n\t301阿婆\t阴\n\t301阿婆\t阳"
    assert verdicts(preview(world, text)) == [
        (2, "tube", ""),
        (3, "known", "twice"),
        (4, "refused", "two_values"),
        (5, "refused", "two_values"),
    ]


# --- The whole list -----------------------------------------------------------------------------------

WHOLE = [
    ({"text": ""}, "Paste a list or choose a file.", "请粘贴名单或选择文件。"),
    ({"content": b"x"}, "Either paste a list or choose a file, not both.", "粘贴和文件只能选一种。"),
    ({"text": "姓名\t室号\n赵六\t1"}, "No column holds the result. Name one of them 结果.", "没有结果这一列"),
    ({"text": "结果\t时间\n阴\t1"}, "No column says whose result it is.", "没有一列说明是谁的结果"),
    ({"text": "姓名\t结果\n"}, "There is a header but no line below it.", "只有表头，下面没有内容。"),
    ({"text": "a\n" * 12_001}, "The list has more than 12000 lines. Split it.", "名单超过 12000 行，请分开。"),
    ({"text": "a" * 2_000_001}, "The text is too long. Split it into lists of 12000 lines.", "内容太长"),
]


@pytest.mark.parametrize(("changes", "english_words", "chinese_words"), WHOLE)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_list_that_is_none(world, pcr, changes, english_words, chinese_words, language):
    with translation.override(language), pytest.raises(LabError) as refusal:
        preview(world, **({"text": "T-1001 阴"} | changes))
    assert (english_words if language == "en" else chinese_words) in str(refusal.value)
    assert LabLine.objects.count() == 0


def test_no_list_for_a_cancelled_round(world, pcr):
    cancel_round(round=pcr.round, by=world.chen, reason="rain")
    with pytest.raises(LabError, match="The round is not open"):
        preview(world, "T-1001 阴")


# --- Applying -----------------------------------------------------------------------------------------

MIXED = "采样管\t室号\t姓名\t结果\nT-1001\t\t\t阴\n\t301\t301阿婆\t阴\n\t402\t赵六\t阳\n\t402\t吴远\t好"


def test_a_list_is_applied_as_previewed(world, pcr):
    lab_list = preview(world, MIXED)
    assert lab_list.findings == {"counts": {"tube": 1, "person": 1, "known": 0, "review": 1, "refused": 1}}
    assert (TubeResult.objects.count(), PersonResult.objects.count(), UnplacedResult.objects.count()) == (0, 0, 0)
    apply_list(lab_list=lab_list, by=world.chen)
    lab_list.refresh_from_db()
    assert (lab_list.state, lab_list.applied_by) == ("applied", world.chen)
    assert Counter(person.result for person in people_of(pcr)) == {"negative": 4, "": 5}
    assert (lab_list.tube_results.count(), lab_list.person_results.count()) == (1, 1)
    unplaced = lab_list.unplaced_results.get()
    assert (unplaced.value, json.loads(unplaced.told)["name"]) == ("positive", "赵六")


def test_a_list_cannot_be_applied_twice_nor_after_it_was_set_aside(world, pcr):
    lab_list = preview(world, MIXED)
    apply_list(lab_list=lab_list, by=world.chen)
    with pytest.raises(LabError, match="This list was applied or set aside already"):
        apply_list(lab_list=lab_list, by=world.chen)
    with pytest.raises(LabError, match="This list was applied or set aside already"):
        discard_list(lab_list=lab_list)
    other = preview(world, MIXED)
    discard_list(lab_list=other)
    with pytest.raises(LabError, match="This list was applied or set aside already"):
        apply_list(lab_list=other, by=world.chen)
    assert (TubeResult.objects.count(), other.lines.count()) == (1, 0)


def test_a_list_with_nothing_to_apply(world, pcr):
    with pytest.raises(LabError, match="There is no line that could be applied"):
        apply_list(lab_list=preview(world, "T-1001 好"), by=world.chen)


def test_what_changed_since_the_preview_is_shown_again_and_nothing_is_applied(world, pcr):
    lab_list = preview(world, MIXED)
    tell_result(person=people_of(pcr, world.elder_home)[0], value="negative", source="lab_list", by=world.chen)
    with pytest.raises(LabError, match="Something has changed since this was previewed"):
        apply_list(lab_list=lab_list, by=world.chen)
    lab_list.refresh_from_db()
    assert (lab_list.state, lab_list.findings["moved"], TubeResult.objects.count()) == ("ready", 1, 0)
    assert verdicts(lab_list)[1] == (3, "known", "known")
    apply_list(lab_list=lab_list, by=world.chen)
    assert TubeResult.objects.count() == 1


def test_the_same_list_again_changes_nothing(world, pcr):
    apply_list(lab_list=preview(world, MIXED), by=world.chen)
    assert [line[1:] for line in verdicts(preview(world, MIXED))][:2] == [("known", "known")] * 2


def test_a_later_list_of_the_laboratory_corrects_the_earlier(world, pcr):
    apply_list(lab_list=preview(world, "T-1001 阳性"), by=world.chen)
    assert Hold.objects.filter(release="").count() == 3
    later = preview(world, "T-1001 阴性")
    assert verdicts(later) == [(1, "tube", "corrects")]
    apply_list(lab_list=later, by=world.chen)
    assert Hold.objects.filter(release="corrected").count() == 3
    assert [fact.corrects_id is None for fact in TubeResult.objects.order_by("pk")] == [True, False]


def test_a_positive_tube_named_beside_each_of_its_people_makes_none_of_them_positive(world, pcr):
    text = "采样管\t姓名\t结果\n" + "\n".join(f"T-1001\t{name}\t阳性" for name in ("林小雨", "林国强", "林朵"))
    apply_list(lab_list=preview(world, text), by=world.chen)
    assert {person.result for person in people_of(pcr, world.lin_home)} == {"inconclusive"}
    assert (Hold.objects.count(), TubeResult.objects.count(), PersonResult.objects.count()) == (3, 1, 0)


# --- The review list ----------------------------------------------------------------------------------


@pytest.fixture
def unplaced(world, pcr):
    apply_list(lab_list=preview(world, row("", "2号楼", "402", "吴进")), by=world.chen)
    return UnplacedResult.objects.get()


def test_the_review_list_suggests_who_it_may_be(world, pcr, unplaced):
    assert suggest_people(unplaced) == people_of(pcr, world.far_home)


def test_a_result_is_given_to_a_person(world, pcr, unplaced):
    person = people_of(pcr, world.far_home)[1]
    fact = place_result(row=unplaced, person=person, by=world.chen, note="misspelt")
    unplaced.refresh_from_db()
    assert (unplaced.decision, unplaced.person_result, fact.person, fact.lab_list) == (
        "placed",
        fact,
        person,
        unplaced.lab_list,
    )
    with pytest.raises(ReviewError, match="Somebody has decided about this result already"):
        dismiss_result(row=unplaced, by=world.chen, note="no")


def test_a_result_is_set_aside_with_a_reason(world, unplaced):
    with pytest.raises(ReviewError, match="Say why, in a few words"):
        dismiss_result(row=unplaced, by=world.chen, note=" ")
    dismiss_result(row=unplaced, by=world.chen, note="not of our compound")
    unplaced.refresh_from_db()
    assert (unplaced.decision, unplaced.decision_note) == ("dismissed", "not of our compound")


def test_a_result_goes_to_nobody_who_was_not_sampled_or_is_of_another_round(world, pcr, unplaced):
    with pytest.raises(ResultError, match="a result needs a sample"):
        place_result(row=unplaced, person=people_of(pcr, world.tenant_home)[0], by=world.chen)
    other = open_pcr(world)
    with pytest.raises(ReviewError, match="This person is of another round"):
        place_result(row=unplaced, person=people_of(other, world.far_home)[0], by=world.chen)
    unplaced.refresh_from_db()
    assert (unplaced.decision, PersonResult.objects.count()) == ("", 0)
