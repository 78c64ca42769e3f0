"""Who a volunteer is to the squad: what they can do, where they usually walk, whether they were shown how."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from residents.models import Building, Compound, Skill, User, Volunteer
from residents.services import VolunteerError


@transaction.atomic
def change_volunteer(
    *,
    volunteer: Volunteer,
    name: str,
    skills: Iterable[str] = (),
    usual_buildings: Iterable[Building] = (),
    trained_on: date | None = None,
) -> Volunteer:
    """The profile as a whole. Buildings of another compound are a caller's mistake and are not taken."""
    volunteer = Volunteer.objects.select_for_update(of=("self",)).get(pk=volunteer.pk)
    namesakes = Volunteer.objects.active().filter(compound=volunteer.compound_id, name=name)
    if namesakes.exclude(pk=volunteer.pk).exists():
        raise VolunteerError(_("There is already a volunteer of this name. Add something to tell the two apart."))
    chosen = set(skills)
    volunteer.name, volunteer.trained_on = name, trained_on
    volunteer.skills = [skill.value for skill in Skill if skill in chosen]
    volunteer.save(update_fields=["name", "skills", "trained_on"])
    volunteer.usual_buildings.set(one for one in usual_buildings if one.compound_id == volunteer.compound_id)
    User.objects.filter(pk=volunteer.user_id).update(display_name=name)
    return volunteer


def set_training_gate(*, compound: Compound, is_required: bool) -> None:
    """Whether the untrained may be given doors. Parts they hold already stay with them."""
    Compound.objects.filter(pk=compound.pk).update(requires_training=is_required)
