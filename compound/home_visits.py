"""Where who cannot come down is waited for: the call-down's queue of their entrance, where the round has one."""

from __future__ import annotations

from django.urls import reverse

from lifts.models import CallDown
from residents.models import User
from rounds.models import Round


def queues_of(round: Round, user: User) -> dict[tuple[int, str], str]:
    """Building and entrance -> the page of the queue with its home visits, as far as `user` sees it. One statement."""
    queues = CallDown.objects.visible_to(user).filter(plan__round=round)
    return {
        (building, entrance): reverse("lifts:call_down", args=[pk]) + "#home-visits"
        for pk, building, entrance in queues.values_list("pk", "building", "entrance")
    }
