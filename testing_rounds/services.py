"""A test round is a round with people listed one by one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from residents.models import Building, Compound, User
from rounds.models import Outcome, Round
from rounds.services import change_round, create_round, open_round
from rounds.snapshot import Snapshot
from testing_rounds.models import Exemption, ExpectedPerson, TestRound
from testing_rounds.people import day_of, exemptions_on


@transaction.atomic
def create_test_round(
    *,
    compound: Compound,
    starts_at: datetime,
    ends_at: datetime,
    buildings: Iterable[Building],
    pool_size: int,
    title: str = "",
    instructions: str = "",
    posts_first: bool = True,
) -> TestRound:
    round = create_round(
        compound=compound, kind=Round.Kind.PCR, title=title, starts_at=starts_at, ends_at=ends_at, buildings=buildings
    )
    put_posts(round, first=posts_first)
    return TestRound.objects.create(round=round, pool_size=pool_size, instructions=instructions)


def put_posts(round: Round, *, first: bool) -> None:
    """Guards, staff and volunteers at their posts: before the houses in every list, or after them."""
    if round.posts_first != first:
        round.posts_first = first
        round.save(update_fields=["posts_first"])


@transaction.atomic
def change_test_round(
    *, test_round: TestRound, pool_size: int, instructions: str, posts_first: bool = True, **window
) -> None:
    """Raises RoundError once the round is over; the pool size stays as it was once the round is open."""
    round = change_round(round=test_round.round, **window)
    put_posts(round, first=posts_first)
    test_round.instructions = instructions
    if round.is_draft:
        test_round.pool_size = pool_size
    test_round.save(update_fields=["instructions", "pool_size"])


@transaction.atomic
def open_test_round(*, test_round: TestRound, by: User) -> list[Snapshot]:
    """Open the round and freeze who is expected behind each door, numbered as the phones will speak of them."""
    exempt = exemptions_on(test_round.round.compound, day_of(test_round.round))
    snapshots = open_round(round=test_round.round, by=by, known=dict.fromkeys(exempt, Outcome.EXEMPT.value))
    nobody = Exemption(reason="")
    ExpectedPerson.objects.bulk_create(
        (
            ExpectedPerson(
                visit=snapshot.visit,
                number=number,
                resident=person,
                name=person.name if person else "",
                age_band=person.age_band if person else "",
                needs=person.needs if person else [],
                exempt_reason=(frozen := exempt.get(person.pk, nobody) if person else nobody).reason,
                exempt_until=frozen.until,
            )
            for snapshot in snapshots
            for number, person in enumerate(snapshot.people, start=1)
        ),
        batch_size=2000,
    )
    return snapshots
