"""Questions to volunteer doctors: who reads them, what an alarm does, and that a wrong answer stays to be seen."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from medicine.asking import ask_again, close, correct, tell_told
from medicine.models import Entry, Question
from medicine.telling import MedicineError, Teller
from medicine.urgent import sounds_urgent
from notices.models import Message
from residents.models import AccessRecord
from tests.marks import statements
from tests.medicine.ward import SECRET_WORDS
from tests.world import CANARY, grant, make_user, move_in


def told():
    rows = Message.objects.filter(channel="inbox").order_by("pk")
    return [(row.user.username, row.subject, row.is_urgent) for row in rows.select_related("user")]


def test_a_question_waits_is_answered_and_closed(ward):
    question = ward.question(resident=ward.world.lin)
    assert (question.state, Question.objects.waiting().count()) == ("waiting", 1)
    ward.advise(question)
    assert ward.fresh(question).state == "answered"
    ask_again(question=question, text="还是疼", teller=ward.chen)
    assert ward.fresh(question).state == "waiting"
    ward.advise(question)
    tell_told(question=question, by=ward.world.zhao)
    tell_told(question=question, by=ward.world.zhao)
    close(question=question, teller=Teller(by=ward.lu))
    close(question=question, teller=Teller(by=ward.lu))
    assert ward.fresh(question).state == "closed"
    kinds = [entry.kind for entry in question.entries.all()]
    assert kinds == ["asked", "guidance", "asked", "guidance", "told", "closed"]


def test_doctors_are_told_and_no_message_says_who_or_what(ward):
    question = ward.question(resident=ward.world.lin)
    ward.advise(question, kind="call_120", text=SECRET_WORDS)
    assert told() == [
        ("lu", "1号楼：有人向医生咨询", False),
        ("zhao", "1号楼：医生建议拨打 120", True),
    ]
    text = "".join(row.subject + row.body for row in Message.objects.all())
    assert not any(word in text for word in ("林", "502", "白血病", "牙龈"))


def test_an_answer_to_a_typed_question_is_passed_on_by_who_typed_it_and_the_lead(ward):
    ward.advise(ward.question())
    assert sorted(row[0] for row in told()) == ["chen", "lu", "zhao"]


def test_an_alarm_in_a_house_without_a_lead_reaches_the_stewards(ward):
    ward.advise(ward.question(ward.world.far_home), kind="hospital")
    assert told()[-1] == ("chen", "2号楼：医生建议去医院", True)


def test_urgent_words_reach_the_doctor_as_urgent(ward):
    assert ward.question(text="阿婆突然胸痛").is_urgent
    assert told() == [("lu", "1号楼：有人向医生咨询", True)]


@pytest.mark.parametrize("text", ["胸口疼得厉害", "叫不醒", "她说不想活了", "chest pain since noon", "羊水破了"])
def test_words_nobody_should_wait_with(text):
    assert sounds_urgent(text)


@pytest.mark.parametrize("text", ["降压药吃完了", "孩子轻微咳嗽", "can I take both pills"])
def test_words_that_may_wait(text):
    assert not sounds_urgent(text)


def test_a_wrong_answer_stays_struck_and_the_asker_hears_of_it_though_it_was_closed(ward):
    question = ward.question()
    wrong = ward.advise(question, text="吃布洛芬")
    close(question=question, teller=Teller(by=ward.lu))
    Message.objects.all().delete()
    right = correct(entry=wrong, kind="hospital", text="不要吃布洛芬，去医院", by=ward.lu)
    assert (ward.fresh(question).closed_at, right.corrects, wrong.text) == (None, wrong, "吃布洛芬")
    assert sorted(row[0] for row in told()) == ["chen", "zhao", "zhao"]  # the alarm, and the correction
    with pytest.raises(MedicineError):
        correct(entry=wrong, kind="guidance", text="又一个", by=ward.lu)
    assert Entry.objects.filter(corrects=wrong).count() == 1


def test_the_database_holds_what_corrects_what(ward):
    question = ward.question()
    wrong = ward.advise(question)
    asked = question.entries.get(kind="asked")
    correct(entry=wrong, kind="guidance", text="b", by=ward.lu)
    for facts in (
        {"kind": "guidance", "text": "c", "by": ward.lu, "corrects": wrong},
        {"kind": "told", "by": ward.lu, "corrects": asked},
        {"kind": "guidance", "text": "", "by": ward.lu},
        {"kind": "guidance", "text": "x"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Entry.objects.create(question=question, **facts)
    with pytest.raises(IntegrityError), transaction.atomic():
        Question.objects.filter(pk=question.pk).update(closed_at=timezone.now(), waiting_since=timezone.now())


def test_words_are_encrypted_where_they_lie(ward):
    from django.db import connection

    ward.question()
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM medicine_entry")
        assert "白血病" not in cursor.fetchone()[0]


# --- Pages ----------------------------------------------------------------------------------------


def page(client, user, name, *keys, language="en"):
    client.cookies["django_language"] = language
    client.force_login(user)
    return client.get(reverse(f"medicine:{name}", args=keys))


def test_stewards_and_officers_count_doctors_and_the_lead_read(ward, client):
    question = ward.question(text=SECRET_WORDS)
    for user in (ward.world.chen, ward.world.qian):
        desk = page(client, user, "desk", ward.world.jiamu.pk).content.decode()
        assert ("<b>1</b><span>questions waiting" in desk, "502" in desk) == (True, False)
        assert page(client, user, "question", question.pk).status_code == 404
    for user in (ward.lu, ward.world.zhao):
        desk = page(client, user, "desk", ward.world.jiamu.pk).content.decode()
        assert ("1号楼 502" in desk, SECRET_WORDS in desk) == (True, False)
        assert SECRET_WORDS in page(client, user, "question", question.pk).content.decode()
    assert AccessRecord.objects.filter(deed="look", subject=f"doctor question {question.pk}").count() == 2


def test_a_doctor_reaches_the_desk_and_nothing_else(ward, client):
    assert page(client, ward.lu, "home").url == reverse("medicine:desk", args=[ward.world.jiamu.pk])
    shut = [
        reverse("medicine:errands", args=[ward.world.jiamu.pk]),
        reverse("medicine:dates", args=[ward.world.jiamu.pk]),
        reverse("medicine:errand", args=[ward.bag().pk]),
        reverse("residents:compound", args=[ward.world.jiamu.pk]),
        reverse("residents:household", args=[ward.world.lin_home.pk]),
        reverse("medicine:desk", args=[ward.world.hexin.pk]),
    ]
    assert [client.get(url).status_code for url in shut] == [404] * len(shut)


def test_a_doctor_of_another_compound_gets_404(ward, client):
    other = make_user("ou", f"{CANARY}欧")
    grant(other, "doctor", ward.world.hexin)
    question = ward.question()
    client.force_login(other)
    assert client.get(question.get_absolute_url()).status_code == 404
    assert client.post(reverse("medicine:question_answer", args=[question.pk])).status_code == 404


def test_a_doctors_role_that_ends_ends_at_once(ward, client):
    question = ward.question()
    ward.lu.grants.update(until=timezone.now() - timedelta(minutes=1))
    assert page(client, ward.lu, "question", question.pk).status_code == 404


def test_a_doctor_answers_corrects_and_looks_a_number_up_with_a_reason(ward, client):
    question = ward.question(resident=ward.world.lin)
    client.cookies["django_language"] = "en"
    client.force_login(ward.lu)

    def do(name, key, **posted):
        return client.post(reverse(f"medicine:{name}", args=[key]), posted)

    refused = do("question_answer", question.pk, **{"a-kind": "guidance", "a-text": ""})
    assert (refused.status_code, "This field is required." in refused.content.decode()) == (422, True)
    assert do("question_answer", question.pk, **{"a-kind": "guidance", "a-text": "先观察"}).status_code == 302
    entry = question.entries.get(kind="guidance")
    bad = do("answer_correct", entry.pk, **{f"c{entry.pk}-kind": "call_120", f"c{entry.pk}-text": ""})
    assert bad.status_code == 422
    do("answer_correct", entry.pk, **{f"c{entry.pk}-kind": "call_120", f"c{entry.pk}-text": "马上叫车"})
    shown = client.get(question.get_absolute_url()).content.decode()
    assert ("<del>先观察</del>" in shown, "Call an ambulance now" in shown, "林小雨" in shown) == (True, True, False)
    blind = do("question_reveal", question.pk, **{"r-reason": ""})
    seen = do("question_reveal", question.pk, **{"r-reason": "打电话问诊"})
    assert (blind.status_code, "林小雨" in seen.content.decode()) == (422, True)
    assert AccessRecord.objects.get(deed="reveal").reason == "打电话问诊"


def test_a_steward_types_for_somebody_and_does_not_read_on(ward, client):
    client.cookies["django_language"] = "en"
    client.force_login(ward.world.chen)
    url = reverse("medicine:question_add", args=[ward.world.jiamu.pk])
    form = {"building": ward.world.building1.pk, "room": "301", "person": "", "text": "降压药能停吗"}
    for wrong in ({"room": "999"}, {"text": ""}, {"person": "张"}):
        answer = client.post(url, form | wrong)
        assert (answer.status_code, "降压药能停吗" in answer.content.decode() or "text" in wrong) == (422, True)
    answer = client.post(url, form)
    assert answer.url == reverse("medicine:desk", args=[ward.world.jiamu.pk])
    assert Question.objects.get().household == ward.world.elder_home


def test_the_desk_costs_the_same_for_one_and_many(ward, client):
    def count(url):
        client.get(url)
        with statements() as seen:
            assert client.get(url).status_code == 200
        return len(seen)

    question = ward.question()
    ward.advise(question)
    client.force_login(ward.lu)
    urls = [reverse("medicine:desk", args=[ward.world.jiamu.pk]), question.get_absolute_url()]
    few = [count(url) for url in urls]
    for door in ward.world.building2.doors.exclude(households__isnull=False)[:6]:
        ward.advise(ward.question(move_in(door, "某人")))
    for _n in range(4):
        ask_again(question=question, text="又疼", teller=ward.chen)
        ward.advise(question)
    assert (few, [count(url) for url in urls]) == ([8, 7], [8, 7])
