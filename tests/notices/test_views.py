from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from notices.models import Message, Webhook
from notices.services import plan_message


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


def tell(compound, *users, count=1, state="sent", **text):
    for number in range(count):
        plan_message(
            compound=compound,
            reminder=f"test:{Message.objects.count()}:{number}",
            period="p",
            users=users,
            webhooks=[],
            **{"subject": f"Subject {number}", "body": "1号楼: 3 doors", "link": "/"} | text,
        )
    moment = timezone.now() if state == "sent" else None
    Message.objects.filter(state="planned").update(state=state, sent_at=moment)
    return Message.objects.latest("pk")


@pytest.fixture
def chen(client, world):
    client.force_login(world.chen)
    return client


# --- inbox ---------------------------------------------------------------------------------------
def test_inbox_shows_own_messages_newest_first(chen, world):
    now = timezone.now()
    old, new = tell(world.jiamu, world.chen, subject="Old"), tell(world.jiamu, world.chen, subject="New")
    Message.objects.filter(pk=old.pk).update(sent_at=now - timedelta(hours=1), read_at=now)
    tell(world.jiamu, world.zhao, subject="For somebody else")
    tell(world.jiamu, world.chen, subject="Not due yet", state="planned")
    page = chen.get(reverse("notices:inbox"))
    assert [notice.pk for notice in page.context["notices"]] == [new.pk, old.pk]
    assert page.content.decode().count('class="flag"') == 1
    assert "For somebody else" not in page.content.decode()
    assert "Not due yet" not in page.content.decode()


def test_an_empty_inbox_teaches(chen):
    assert "Nothing to read yet" in chen.get(reverse("notices:inbox")).content.decode()


def test_anybody_signed_in_has_an_inbox(client, world):
    for user in [world.zhao, world.qian, world.sun]:
        client.force_login(user)
        assert client.get(reverse("notices:inbox")).status_code == 200


def test_the_inbox_is_paged(chen, world):
    tell(world.jiamu, world.chen, count=35)
    first = chen.get(reverse("notices:inbox"))
    second = chen.get(reverse("notices:inbox"), {"page": "2"})
    assert (len(first.context["notices"]), first.context["older"]) == (30, 2)
    assert (len(second.context["notices"]), second.context["older"], second.context["newer"]) == (5, 0, 1)


@pytest.mark.parametrize("page", ["0", "-1", "abc", "2", "1 OR 1=1", "\x00", "9" * 30, "²"])
def test_a_page_that_does_not_exist_is_404(chen, page):
    assert chen.get(reverse("notices:inbox"), {"page": page}).status_code == 404


@pytest.mark.parametrize("count", [1, 60])
def test_inbox_budget(chen, world, count, django_assert_max_num_queries):
    tell(world.jiamu, world.chen, count=count)
    with django_assert_max_num_queries(5):
        chen.get(reverse("notices:inbox"))


def test_message_text_is_escaped(chen, world):
    tell(world.jiamu, world.chen, subject="<script>alert(1)</script>", body="<img src=x>\nsecond")
    page = chen.get(reverse("notices:inbox")).content.decode()
    assert "<script>alert" not in page
    assert "&lt;img src=x&gt;<br>second" in page


# --- read ----------------------------------------------------------------------------------------
def test_reading_follows_the_link_and_marks_once(chen, world):
    notice = tell(world.jiamu, world.chen, link="/rounds/7/")
    answer = chen.post(reverse("notices:read", args=[notice.pk]))
    assert (answer.status_code, answer["Location"]) == (302, "/rounds/7/")
    notice.refresh_from_db()
    first = notice.read_at
    chen.post(reverse("notices:read", args=[notice.pk]))
    notice.refresh_from_db()
    assert notice.read_at == first is not None


@pytest.mark.parametrize("link", ["", "//evil.cn/a", "https://evil.cn/", "javascript:alert(1)", "/\\evil.cn"])
def test_a_link_that_leads_away_is_not_followed(chen, world, link):
    notice = tell(world.jiamu, world.chen, link=link)
    assert chen.post(reverse("notices:read", args=[notice.pk]))["Location"] == reverse("notices:inbox")


def test_reading_what_is_not_own_is_404_and_changes_nothing(chen, world):
    others = tell(world.jiamu, world.zhao)
    waiting = tell(world.jiamu, world.chen, state="planned")
    for notice in [others, waiting]:
        assert chen.post(reverse("notices:read", args=[notice.pk])).status_code == 404
    assert chen.post(reverse("notices:read", args=[999999])).status_code == 404
    assert Message.objects.unread().count() == 2


def test_read_all_reads_own_only(chen, world):
    tell(world.jiamu, world.chen, world.zhao, count=3)
    assert chen.post(reverse("notices:read_all"))["Location"] == reverse("notices:inbox")
    assert set(Message.objects.unread().values_list("user__username", flat=True)) == {"zhao"}


# --- outbox --------------------------------------------------------------------------------------
def test_outbox_shows_what_is_not_sent_in_own_compounds(chen, world):
    mine = tell(world.jiamu, world.zhao, state="planned", subject="Waiting")
    tell(world.jiamu, world.zhao, state="sent", subject="Arrived")
    dead = tell(world.jiamu, world.qian, state="dead", subject="Given up")
    Message.objects.filter(pk=dead.pk).update(last_error="No answer in time.", attempt_count=6)
    tell(world.hexin, world.sun, state="failed", subject="Elsewhere")
    Message.objects.filter(subject="Waiting").update(state="planned", sent_at=None)
    page = chen.get(reverse("notices:outbox"))
    assert {notice.pk for notice in page.context["notices"]} == {mine.pk, dead.pk}
    assert {state: count for state, _label, count in page.context["states"]} == {
        "planned": 1, "leased": 0, "sent": 1, "failed": 0, "dead": 1,
    }  # fmt: skip
    assert "No answer in time." in page.content.decode()
    assert reverse("notices:retry", args=[dead.pk]) in page.content.decode()
    assert reverse("notices:retry", args=[mine.pk]) not in page.content.decode()


def test_an_empty_outbox_says_so(chen):
    assert "Everything has been sent" in chen.get(reverse("notices:outbox")).content.decode()


@pytest.mark.parametrize("count", [1, 60])
def test_outbox_budget(chen, world, count, django_assert_max_num_queries):
    hook = Webhook.objects.create(compound=world.jiamu, name="group", url="https://hook.example.org/")
    for number in range(count):
        plan_message(
            compound=world.jiamu, reminder=f"r:{number}", period="p", subject="s", body="b",
            users=[world.zhao], webhooks=[hook],
        )  # fmt: skip
    with django_assert_max_num_queries(7):
        page = chen.get(reverse("notices:outbox"))
    assert len(page.context["notices"]) == min(count * 2, 100)


def test_the_outbox_never_shows_a_webhooks_address(chen, world):
    Webhook.objects.create(compound=world.jiamu, name="group", url="https://hook.example.org/secret")
    plan_message(compound=world.jiamu, reminder="r", period="p", subject="s", body="b")
    page = chen.get(reverse("notices:outbox")).content.decode()
    assert "group" in page
    assert "hook.example.org" not in page


@pytest.mark.parametrize(("who", "status"), [("zhao", 403), ("qian", 403), ("sun", 200)])
def test_the_outbox_belongs_to_stewards(client, world, who, status):
    client.force_login(getattr(world, who))
    assert client.get(reverse("notices:outbox")).status_code == status


def test_for_a_user_without_a_role_there_is_no_outbox(client, world):
    world.chen.grants.all().delete()
    client.force_login(world.chen)
    assert client.get(reverse("notices:outbox")).status_code == 404


# --- retry ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(("state", "after"), [("failed", "planned"), ("dead", "planned"), ("sent", "sent")])
def test_retry_by_the_steward(chen, world, state, after):
    notice = tell(world.jiamu, world.zhao, state=state)
    assert chen.post(reverse("notices:retry", args=[notice.pk]))["Location"] == reverse("notices:outbox")
    notice.refresh_from_db()
    assert notice.state == after


@pytest.mark.parametrize(("who", "status"), [("zhao", 403), ("qian", 403), ("sun", 404)])
def test_retry_by_others_is_refused_and_changes_nothing(client, world, who, status):
    notice = tell(world.jiamu, world.zhao, state="dead")
    client.force_login(getattr(world, who))
    assert client.post(reverse("notices:retry", args=[notice.pk])).status_code == status
    notice.refresh_from_db()
    assert notice.state == "dead"


# --- everywhere ----------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["inbox", "outbox"])
def test_pages_refuse_posts(chen, name):
    assert chen.post(reverse(f"notices:{name}")).status_code == 405


@pytest.mark.parametrize(("name", "args"), [("read", [1]), ("read_all", []), ("retry", [1])])
def test_buttons_refuse_gets(chen, name, args):
    assert chen.get(reverse(f"notices:{name}", args=args)).status_code == 405


@pytest.mark.parametrize(
    ("name", "args"), [("inbox", []), ("outbox", []), ("read", [1]), ("read_all", []), ("retry", [1])]
)
def test_strangers_are_sent_to_the_login(client, world, name, args):
    answer = client.post(reverse(f"notices:{name}", args=args))
    assert (answer.status_code, answer["Location"].startswith(reverse("login"))) == (302, True)


# --- outbox by state, and all at once ------------------------------------------------------------
@pytest.mark.parametrize("state", ["planned", "failed", "dead", "sent"])
def test_the_outbox_by_state(chen, world, state):
    tell(world.hexin, world.sun, state="dead", subject="Elsewhere")
    for name in ("failed", "dead", "sent", "planned"):
        tell(world.jiamu, world.zhao, state=name, subject=f"It is {name}")
    page = chen.get(reverse("notices:outbox"), {"state": state})
    assert [notice.subject for notice in page.context["notices"]] == [f"It is {state}"]


def test_an_empty_state_says_so(chen):
    page = chen.get(reverse("notices:outbox"), {"state": "dead"}).content.decode()
    assert "No message is in this state" in page


@pytest.mark.parametrize("state", ["x", "DEAD", "dead'--", "\x00"])
def test_a_state_that_does_not_exist_is_404(chen, state):
    assert chen.get(reverse("notices:outbox"), {"state": state}).status_code == 404


def test_all_that_were_given_up_are_tried_again_and_nothing_else(chen, world):
    dead = [tell(world.jiamu, world.zhao, state="dead", subject=f"Dead {n}") for n in range(3)]
    tell(world.jiamu, world.zhao, state="sent", subject="Sent")
    elsewhere = tell(world.hexin, world.sun, state="dead", subject="Elsewhere")
    Message.objects.filter(state="dead").update(attempt_count=6)
    page = chen.post(reverse("notices:retry_all"), follow=True).content.decode()
    assert "3 messages will be tried again within a minute." in page
    for row in dead:
        row.refresh_from_db()
        assert (row.state, row.attempt_count) == ("planned", 0)
    elsewhere.refresh_from_db()
    assert (elsewhere.state, elsewhere.attempt_count) == ("dead", 6)
    assert "No message was given up." in chen.post(reverse("notices:retry_all"), follow=True).content.decode()


@pytest.mark.parametrize(("who", "status"), [("zhao", 403), ("qian", 403)])
def test_retry_all_by_others_is_refused(client, world, who, status):
    notice = tell(world.jiamu, world.zhao, state="dead")
    client.force_login(getattr(world, who))
    assert client.post(reverse("notices:retry_all")).status_code == status
    notice.refresh_from_db()
    assert notice.state == "dead"
