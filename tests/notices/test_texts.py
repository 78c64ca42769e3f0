import pytest
from django.utils import timezone, translation

from notices.models import Message
from notices.texts import compose_digest, compose_one, cut


@pytest.fixture(autouse=True)
def english(settings):
    settings.PUBLIC_URL = "https://portal.example.org"
    with translation.override("en"):
        yield


def message(number, subject="轮次：还缺 3 户", body="1号楼：3 户\n2号楼：1 户", link="/rounds/7/"):
    moment = timezone.now().replace(microsecond=number)
    return Message(pk=number, subject=subject, body=body, link=link, created_at=moment)


@pytest.mark.parametrize(
    ("text", "most", "short"),
    [
        ("abc", 3, "abc"),
        ("abcdef", 5, "ab…"),
        ("楼楼楼", 9, "楼楼楼"),
        ("楼楼楼", 8, "楼…"),
        ("楼", 2, "…"),
        ("", 0, ""),
    ],
)
def test_a_text_is_cut_at_bytes_and_never_inside_a_character(text, most, short):
    assert cut(text, most) == short


def test_one_message_holds_subject_text_link_and_number():
    assert compose_one(message(5), 2048).splitlines() == [
        "轮次：还缺 3 户",
        "1号楼：3 户",
        "2号楼：1 户",
        "https://portal.example.org/rounds/7/",
        "Message no. 5",
    ]


def test_of_a_long_message_the_text_is_cut_and_link_and_number_stay():
    text = compose_one(message(5, body="楼" * 5000), 2048)
    assert 2040 < len(text.encode()) <= 2048
    assert text.endswith("…\nhttps://portal.example.org/rounds/7/\nMessage no. 5")


def test_several_become_numbered_lines_newest_last():
    text, told = compose_digest([message(9), message(7, body=""), message(8)], 2048)
    assert [row.pk for row in told] == [7, 8, 9]
    assert text.splitlines() == [
        "3 notices together:",
        "1. 轮次：还缺 3 户 #7",
        "2. 轮次：还缺 3 户 – 1号楼：3 户 · 2号楼：1 户 #8",
        "3. 轮次：还缺 3 户 – 1号楼：3 户 · 2号楼：1 户 #9",
        "https://portal.example.org",
    ]


def test_when_the_texts_do_not_fit_the_subjects_alone_are_told():
    text, told = compose_digest([message(n, body="楼" * 300) for n in range(1, 6)], 2048)
    assert len(told) == 5
    assert "楼楼" not in text


def test_what_does_not_fit_is_not_counted_as_told():
    rows = [message(n, subject="轮" * 120) for n in range(1, 20)]
    text, told = compose_digest(rows, 2048)
    assert [row.pk for row in told] == [1, 2, 3, 4, 5]
    assert len(text.encode()) <= 2048
    assert text.splitlines()[0] == "5 notices together:"


def test_one_line_at_least_is_told_however_small_the_room():
    text, told = compose_digest([message(n, subject="轮" * 120) for n in range(1, 4)], 200)
    assert [row.pk for row in told] == [1]
    assert len(text.encode()) <= 200
