import pytest
from django.contrib import admin
from django.urls import reverse

from residents.models import AccessRecord, Device, Invite, Resident, RosterLine
from residents.services import make_invite
from tests.world import make_user

APP = "residents"
MODELS = [model for model in admin.site._registry if model._meta.app_label == APP]


@pytest.fixture
def desk(world, client):
    client.force_login(make_user("root", "总管", is_staff=True, is_superuser=True))
    return client


def test_every_model_is_registered_and_can_be_searched():
    from django.apps import apps

    ours = {m for m in apps.get_app_config(APP).get_models() if not m.__name__.startswith("Historical")}
    assert set(MODELS) == ours
    assert [m for m in MODELS if not admin.site.get_model_admin(m).search_fields] == []
    assert [m for m in MODELS if admin.site.get_model_admin(m).list_editable] == []


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_lists_open_and_are_searched(desk, model):
    address = reverse(f"admin:{APP}_{model._meta.model_name}_changelist")
    assert desk.get(address, {"q": "林"}).status_code == 200


@pytest.mark.parametrize("model", [AccessRecord, Device, Invite, RosterLine])
def test_facts_can_only_be_looked_at(desk, world, model):
    name = f"admin:{APP}_{model._meta.model_name}"
    make_invite(volunteer=world.wei, by=world.chen)
    assert desk.get(reverse(f"{name}_add")).status_code == 403
    row = model.objects.first()
    if row:
        assert desk.post(reverse(f"{name}_change", args=[row.pk]), {"label": "x"}).status_code == 403
        assert desk.post(reverse(f"{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403


def test_a_phone_is_neither_shown_nor_typed_in_the_admin(desk, world):
    number = world.lin.phone
    assert len(number) == 11
    for name, args in (("changelist", []), ("change", [world.lin.pk]), ("history", [world.lin.pk])):
        page = desk.get(reverse(f"admin:residents_resident_{name}", args=args)).content.decode()
        assert number not in page
        assert 'name="phone"' not in page
    old = Resident.history.filter(id=world.lin.pk).first()
    page = desk.get(reverse("admin:residents_resident_simple_history", args=[world.lin.pk, old.pk]))
    assert page.status_code == 200
    assert number not in page.content.decode()
