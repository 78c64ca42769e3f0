"""What the committee is told without asking. Looked at every minute; each thing is told once per person and period.

Every rule asks what is true now, never what happened since the last look: after hours of standstill it speaks
at most once, and only where that still helps. Texts hold counts and building names, no person: they travel to
mailboxes and chat groups.
"""

import logging
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clock.models import Clock
from clock.reading import ReadClock, read_clocks, today_in_shanghai
from compound.antigen_reminders import tell_overdue_antigens
from compound.clock_reminders import tell_clock_questions, tell_clock_turns
from compound.supply_reminders import lying_too_long, tell_kept_shares, tell_old_batches
from notices.models import Message, Webhook
from notices.services import draft_message, plan_messages
from residents.models import Building, Compound, Device, RoleGrant, User
from rounds.models import Assignment, HeldMark, Round, Visit
from supplies.models import Batch, KeptShare

logger = logging.getLogger(__name__)

SHANGHAI = ZoneInfo("Asia/Shanghai")
SOON = timedelta(minutes=60)
SILENCE = timedelta(minutes=30)
DAY_BEGINS = timedelta(hours=6)  # "once a day" must not ring at midnight


@dataclass
class Scene:
    """All the rules look at, read in a handful of statements however many rounds there are."""

    now: datetime
    drafts: list[Round] = field(default_factory=list)  # beginning within the hour
    open: list[Round] = field(default_factory=list)
    held_counts: dict[int, int] = field(default_factory=dict)  # compound -> marks waiting too long
    clocks: list[ReadClock] = field(default_factory=list)
    batches: list[Batch] = field(default_factory=list)  # lying in a store too long
    kept: list[KeptShare] = field(default_factory=list)  # for who is away, past the day it was kept until
    compounds: dict[int, Compound] = field(default_factory=dict)
    stewards: dict[int, list[User]] = field(default_factory=lambda: defaultdict(list))
    leads: dict[int, list[tuple[User, frozenset[int]]]] = field(default_factory=lambda: defaultdict(list))
    webhooks: dict[int, list[Webhook]] = field(default_factory=lambda: defaultdict(list))

    def day(self) -> str:
        return (self.now.astimezone(SHANGHAI) - DAY_BEGINS).date().isoformat()

    def tell_stewards(self, compound_id: int, **text) -> list[Message]:
        return draft_message(
            compound=self.compounds[compound_id],
            users=self.stewards[compound_id],
            webhooks=self.webhooks[compound_id],
            **text,
        )


def look_around(now: datetime) -> Scene:
    soon = Q(state=Round.State.DRAFT, starts_at__gt=now, starts_at__lte=now + SOON)
    # Of a confidential round nothing is told: a few doors of a house, in a chat of neighbours, would name people.
    rounds = Round.objects.filter(soon | Q(state=Round.State.OPEN), is_confidential=False)
    rounds = rounds.select_related("compound").order_by("pk")
    scene = Scene(now=now)
    for round in rounds:
        (scene.drafts if round.is_draft else scene.open).append(round)
        scene.compounds[round.compound_id] = round.compound
    held = HeldMark.objects.filter(decision="", received_at__lte=now - SILENCE).order_by()
    scene.held_counts = dict(held.values_list("compound").annotate(n=Count("pk")))
    scene.clocks = read_clocks(Clock.objects.running(), today=today_in_shanghai(now), with_rounds=False)
    scene.compounds |= {clock.building.compound_id: clock.building.compound for clock in scene.clocks}
    scene.batches, scene.kept = lying_too_long(now)
    scene.compounds |= {batch.item.compound_id: batch.item.compound for batch in scene.batches}
    scene.compounds |= {share.building.compound_id: share.building.compound for share in scene.kept}
    if lacking := scene.held_counts.keys() - scene.compounds.keys():
        scene.compounds |= Compound.objects.in_bulk(lacking)
    if scene.compounds:
        _find_recipients(scene)
    return scene


def _find_recipients(scene: Scene) -> None:
    grants = (
        RoleGrant.objects.in_force()
        .filter(compound__in=scene.compounds, user__is_active=True)
        .filter(role__in=[RoleGrant.Role.STEWARD, RoleGrant.Role.LEAD])
        .select_related("user")
        .prefetch_related("buildings")
        .order_by("pk")
    )
    for grant in grants:
        if grant.role == RoleGrant.Role.STEWARD:
            scene.stewards[grant.compound_id].append(grant.user)
        else:
            own = frozenset(building.pk for building in grant.buildings.all())
            scene.leads[grant.compound_id].append((grant.user, own))
    for hook in Webhook.objects.filter(compound__in=scene.compounds, is_active=True).defer("url"):
        scene.webhooks[hook.compound_id].append(hook)


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone(SHANGHAI):%H:%M}"


def _door_count(count: int) -> str:
    return ngettext("%(count)s door", "%(count)s doors", count) % {"count": count}


def _counts_by_building(visits) -> dict[int, dict[Building, int]]:
    """Round -> building -> how many of `visits`, buildings in the order people say them."""
    rows = list(visits.order_by().values_list("round_id", "building_id").annotate(n=Count("pk")))
    buildings = Building.objects.in_bulk({building_id for _round, building_id, _n in rows})
    table: dict[int, dict[Building, int]] = defaultdict(dict)
    rows.sort(key=lambda row: (buildings[row[1]].position, buildings[row[1]].code))
    for round_id, building_id, count in rows:
        table[round_id][buildings[building_id]] = count
    return table


def _lines(counts: dict[Building, int]) -> str:
    line = _("%(building)s: %(doors)s")
    return "\n".join(line % {"building": row.name, "doors": _door_count(count)} for row, count in counts.items())


def tell_round_opens_soon(scene: Scene) -> list[Message]:
    """A draft that begins within the hour. A moved start is a new thing to tell; a start gone by is not told."""
    rows = []
    for round in scene.drafts:
        rows += scene.tell_stewards(
            round.compound_id,
            reminder=f"round-soon:{round.pk}",
            period=round.starts_at.astimezone(SHANGHAI).isoformat(timespec="minutes"),
            subject=_("%(round)s begins at %(time)s") % {"round": round, "time": _clock(round.starts_at)},
            body=_("The round is still a draft. Open it so that the volunteers see their doors."),
            link=round.get_absolute_url(),
            is_urgent=True,  # in the morning it would be too late
        )
    return rows


def tell_unassigned(scene: Scene) -> list[Message]:
    """Doors nobody goes to: of open rounds the visits still missing, of drafts the buildings without anybody."""
    active = Assignment.objects.active().filter(volunteer__ended_at=None)
    running = [round.pk for round in scene.open if round.ends_at > scene.now]
    lonely: dict[int, str] = {}
    if running:
        held = Assignment.objects.over_visit().filter(volunteer__ended_at=None)
        visits = Visit.objects.filter(~Exists(held), round__in=running).missing()
        lonely = {round_id: _lines(counts) for round_id, counts in _counts_by_building(visits).items()}
    if scene.drafts:
        taken = active.filter(round=OuterRef("round"), building=OuterRef("building"))
        pairs = Round.buildings.through.objects.filter(~Exists(taken), round__in=scene.drafts)
        pairs = pairs.order_by("building__position", "building__code")
        names = defaultdict(list)
        for round_id, name in pairs.values_list("round_id", "building__name"):
            names[round_id].append(name)
        lonely |= {round_id: "\n".join(some) for round_id, some in names.items()}
    rows = []
    for round in [*scene.drafts, *scene.open]:
        if round.pk in lonely:
            rows += scene.tell_stewards(
                round.compound_id,
                reminder=f"unassigned:{round.pk}",
                period=scene.day(),
                subject=_("%(round)s: doors without a volunteer") % {"round": round},
                body=_("Nobody is assigned here yet:") + "\n" + lonely[round.pk],
                link=round.get_absolute_url(),
            )
    return rows


def _evening(round: Round, now: datetime) -> date | None:
    """The day whose gap list is due: from the compound's hour until midnight, for rounds open by that hour."""
    today = now.astimezone(SHANGHAI).date()
    hour = datetime.combine(today, round.compound.gap_list_at, tzinfo=SHANGHAI)
    return today if round.opened_at and round.opened_at <= hour <= now else None


def tell_gap_lists(scene: Scene) -> list[Message]:
    """The evening's missing doors: all of them to the stewards, each lead's own to the lead."""
    due = {round: day for round in scene.open if (day := _evening(round, scene.now))}
    if not due:
        return []
    missing = _counts_by_building(Visit.objects.filter(round__in=list(due)).missing())
    rows = []
    for round, day in due.items():
        counts = missing.get(round.pk, {})
        key = {"reminder": f"gap-list:{round.pk}", "period": day.isoformat(), "link": round.get_absolute_url()}
        rows += scene.tell_stewards(round.compound_id, **_gap_text(round, counts), **key)
        stewards = set(scene.stewards[round.compound_id])
        for user, own in scene.leads[round.compound_id]:
            theirs = {building: count for building, count in counts.items() if building.pk in own}
            if theirs and user not in stewards:
                text = _gap_text(round, theirs)
                rows += draft_message(compound=round.compound, users=[user], **text, **key)
    return rows


def _gap_text(round: Round, counts: dict[Building, int]) -> dict[str, Any]:
    if not counts:
        return {
            "subject": _("%(round)s: no door is missing") % {"round": round},
            "body": _("Every door has been answered. The round can be closed."),
        }
    total = _door_count(sum(counts.values()))
    return {
        "subject": _("%(round)s: %(doors)s still missing") % {"round": round, "doors": total},
        "body": _("Not reached yet, or to be tried again:") + "\n" + _lines(counts),
    }


def tell_silent_phones(scene: Scene) -> list[Message]:
    """Phones on a running round that were not heard from for half an hour, while doors are still missing."""
    cutoff = scene.now - SILENCE
    running = [round for round in scene.open if round.starts_at <= cutoff and round.ends_at > scene.now]
    if not running:
        return []
    unfinished = Visit.objects.filter(round=OuterRef("round")).missing()
    on_it = Assignment.objects.active().filter(
        Exists(unfinished), round__in=running, volunteer__ended_at=None, created_at__lte=cutoff
    )
    silent = Q(last_seen_at__lt=cutoff) | Q(last_seen_at=None, bound_at__lt=cutoff)
    phones = (
        Device.objects.filter(silent, ended_at=None, volunteer__assignments__in=on_it)
        .order_by()
        .values_list("volunteer__assignments__round")
        .annotate(n=Count("pk", distinct=True))
    )
    counts = dict(phones)
    rows = []
    for round in running:
        if count := counts.get(round.pk):
            subject = ngettext(
                "%(round)s: %(count)s phone not heard from", "%(round)s: %(count)s phones not heard from", count
            )
            rows += scene.tell_stewards(
                round.compound_id,
                reminder=f"silent-phones:{round.pk}",
                period=scene.day(),
                subject=subject % {"round": round, "count": count},
                body=_(
                    "For more than half an hour. Marks made there may not be counted yet; "
                    "ask the volunteers to open their page where there is a signal."
                ),
                link=round.get_absolute_url(),
            )
    return rows


def tell_stale_leases(scene: Scene) -> list[Message]:
    """Parts taken and gone quiet while doors in them are missing. Another one running out is a new thing to tell."""
    running = [round for round in scene.open if round.ends_at > scene.now]
    if not running:
        return []
    stale = list(Assignment.objects.stale(scene.now).filter(round__in=running))
    if not stale:
        return []
    visits = Visit.objects.filter(round__in={part.round_id for part in stale}).missing()
    missing = list(visits.only("round_id", "building_id", "entrance", "floor"))
    rows = []
    for round in running:
        left = [visit for visit in missing if visit.round_id == round.pk]
        parts = [part for part in stale if part.round_id == round.pk and any(map(part.holds, left))]
        if parts:
            subject = ngettext(
                "%(round)s: %(count)s part has gone quiet", "%(round)s: %(count)s parts have gone quiet", len(parts)
            )
            newest = max(part.leased_until for part in parts if part.leased_until)
            rows += scene.tell_stewards(
                round.compound_id,
                reminder=f"stale-leases:{round.pk}",
                period=newest.astimezone(SHANGHAI).isoformat(timespec="minutes"),
                subject=subject % {"round": round, "count": len(parts)},
                body=_(
                    "Taken by a volunteer, doors still missing, nothing heard for hours. Give them to somebody else."
                ),
                link=reverse("rounds:assignments", args=[round.pk]),
            )
    return rows


def tell_held_marks(scene: Scene) -> list[Message]:
    """By compound, not by round: a mark may be held because its round is unknown."""
    rows = []
    for compound_id, count in scene.held_counts.items():
        subject = ngettext("%(count)s mark waits for a decision", "%(count)s marks wait for a decision", count)
        rows += scene.tell_stewards(
            compound_id,
            reminder=f"held-marks:{compound_id}",
            period=scene.day(),
            subject=subject % {"count": count},
            body=_("They arrived and could not be counted. Somebody has to look at each."),
            link=reverse("rounds:held"),
        )
    return rows


RULES = (
    tell_round_opens_soon,
    tell_unassigned,
    tell_gap_lists,
    tell_silent_phones,
    tell_stale_leases,
    tell_held_marks,
    tell_overdue_antigens,
    tell_clock_turns,
    tell_clock_questions,
    tell_old_batches,
    tell_kept_shares,
)


def plan_reminders(now: datetime | None = None) -> list[Message]:
    """Plan all that is due and return what is new. A rule that fails does not silence the others."""
    rows: list[Message] = []
    with translation.override(settings.LANGUAGE_CODE):
        scene = look_around(now or timezone.now())
        for rule in RULES:
            try:
                rows += rule(scene)
            except Exception:
                logger.exception("Reminder rule %s failed", rule.__name__)
    return plan_messages(rows)
