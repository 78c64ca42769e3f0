import pytest
from django.urls import reverse

from notices.models import Message, Webhook
from notices.services import plan_message
from tests.world import make_user

ADDRESS = "https://hook.example.org/send?key=very-secret-9f3a"


@pytest.fixture
def root(client, world, settings):
    settings.WEBHOOK_HOSTS = ["hook.example.org"]
    settings.LANGUAGE_CODE = "en"
    client.force_login(make_user("root", "管理", is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def hook(world):
    return Webhook.objects.create(compound=world.jiamu, name="group", url=ADDRESS)


def form(world, **changes):
    return {"compound": world.jiamu.pk, "name": "group", "kind": "json", "is_active": "on", "new_url": ""} | changes


def test_a_webhooks_address_goes_in_and_never_comes_out(root, world):
    assert root.post(reverse("admin:notices_webhook_add"), form(world, new_url=ADDRESS)).status_code == 302
    hook = Webhook.objects.get()
    assert hook.url == ADDRESS
    for url in [
        reverse("admin:notices_webhook_changelist"),
        reverse("admin:notices_webhook_change", args=[hook.pk]),
        reverse("admin:notices_webhook_history", args=[hook.pk]),
    ]:
        page = root.get(url).content.decode()
        assert "very-secret" not in page
    assert "****9f3a" in root.get(reverse("admin:notices_webhook_changelist")).content.decode()


def test_the_address_is_kept_when_none_is_typed_and_changed_when_one_is(root, world, hook):
    url = reverse("admin:notices_webhook_change", args=[hook.pk])
    root.post(url, form(world, name="renamed", _version=root.get(url).context["row_version"]))
    hook.refresh_from_db()
    assert (hook.name, hook.url) == ("renamed", ADDRESS)
    root.post(url, form(world, new_url="https://hook.example.org/new", _version=root.get(url).context["row_version"]))
    hook.refresh_from_db()
    assert hook.url == "https://hook.example.org/new"


@pytest.mark.parametrize(
    "url", ["", "http://127.0.0.1/", "https://evil.example/", "https://hook.example.org@evil.example/", "nonsense"]
)
def test_a_new_webhook_needs_an_allowed_address(root, world, url):
    page = root.post(reverse("admin:notices_webhook_add"), form(world, new_url=url))
    assert page.status_code == 200
    assert "errorlist" in page.content.decode()
    assert Webhook.objects.count() == 0


def test_messages_may_be_searched_and_read_but_not_changed(root, world):
    plan_message(compound=world.jiamu, reminder="r", period="p", subject="Hello", body="b", users=[world.chen])
    message = Message.objects.get()
    listing = root.get(reverse("admin:notices_message_changelist"), {"q": "Hello", "state": "planned"})
    assert [row.pk for row in listing.context["cl"].result_list] == [message.pk]
    change = reverse("admin:notices_message_change", args=[message.pk])
    assert root.get(change).status_code == 200
    assert root.post(change, {"subject": "x"}).status_code == 403
    assert root.get(reverse("admin:notices_message_add")).status_code == 403
    assert root.post(reverse("admin:notices_message_delete", args=[message.pk]), {"post": "yes"}).status_code == 403
    message.refresh_from_db()
    assert message.subject == "Hello"
