"""The cast that a test gets (tests/told_again.py) is the one of tests/world.py, row for row and person for person."""

from datetime import timedelta

from django.apps import apps
from django.db import transaction
from django.db.models import Value
from django.utils import timezone

from residents.models import Device, RoleGrant, User
from tests.told_again import tell_again
from tests.world import World, make_user


def rows() -> dict[str, list[tuple]]:
    """All that is kept, but times."""
    return {
        model._meta.label: list(model._base_manager.order_by("pk").values_list(*(names_of(model) or [Value(1)])))
        for model in apps.get_models()
        if model._meta.app_label == "residents"
    }


def names_of(model) -> list[str]:
    """But keys; and salted passwords and phones, which are made of chance and of keys."""
    fields = [field for field in model._meta.concrete_fields if not (field.is_relation or field.primary_key)]
    names = [field.name for field in fields if field.get_internal_type() != "DateTimeField"]
    return [name for name in names if name not in {"id", "password"} and not name.startswith("phone")]


def test_a_told_cast_is_the_one_that_was_made(db):
    seen = []
    for make in (World, lambda: tell_again(World), lambda: tell_again(World)):
        with transaction.atomic():
            world = make()
            now = timezone.now()
            assert world.lin.household is world.lin_home
            assert world.lin_home.door.building == world.building1
            assert [each.role for each in RoleGrant.objects.filter(user=world.chen)] == ["steward"]
            assert list(RoleGrant.objects.get(user=world.zhao).buildings.all()) == [world.building1]
            assert User.objects.get(pk=world.chen.pk).date_joined == world.chen.date_joined
            assert now - timedelta(seconds=20) < Device.objects.get(pk=world.wei_phone.pk).bound_at <= now
            seen.append(rows())
            transaction.set_rollback(True)
    made, again, third = seen
    assert (made == again, made == third) == (True, True)
    assert len(made["residents.Resident"]) == 9


def test_beside_others_the_cast_is_made_anew(db):
    make_user("somebody", "某人")
    world = tell_again(World)
    assert User.objects.get(username="chen") == world.chen
    assert User.objects.count() == 8
