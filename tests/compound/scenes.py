"""One evening a room, in which everything it can ask of a steward is due, and what ends it. The rules themselves have
their tests in the rooms: here the rows lie as the rooms leave them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from itertools import count

from django.db.models import F
from django.utils import timezone

from buying.models import GroupOrder
from care.knocking import open_knocks
from care.models import Need
from care.needs import finish
from compound.opening import open_any_round
from compound.today_lines import Urgency
from medicine.bags import cancel
from medicine.calendar import close_date
from money.expenses import approve_expense
from notices.composing import drop_notice
from notices.models import Message
from reports.models import ReportPlan
from reports.services import freeze_report
from residents.links import find_link, reissue_link
from residents.models import Device, Purge
from rounds.complaints import answer_complaint, complain
from rounds.models import HeldMark, Mark, Round
from rounds.services import close_round
from sanitation.collecting import plan_collection
from sanitation.disinfecting import Plan, begin_disinfection, call_off, finish_spraying, start_spraying
from sanitation.yellow import hand_to_lorry, store_bags
from sharing.models import Reservation
from shifts.models import Shift
from supplies.ledger import count_again, record_arrival
from supplies.models import Batch, Distribution, Entitlement, Item, KeptShare
from testing_rounds.models import Hold, SwabQuestion, TestRound, Tube, UnplacedResult
from tests.buying.buys import Buy
from tests.care.carers import DAY, HOUR, MINUTE, Carers
from tests.medicine.ward import Ward
from tests.money.fund import Books
from tests.notices.telling import Telling
from tests.sharing.neighbours import Neighbours
from tests.supplies.store import Store
from tests.testing_rounds.antigen_round import AntigenRound
from tests.testing_rounds.swabbed import fill_tube, open_pcr, people_of, sample

LATE, TODAY, KNOW = Urgency.LATE, Urgency.TODAY, Urgency.KNOW


@dataclass
class Scene:
    asks: dict[str, tuple[Urgency, int]]
    end: Callable[[], object]
    beside: set[str] = field(default_factory=set)  # lines of rounds that are open meanwhile
    after: set[str] = field(default_factory=set)
    reader: str = "chen"


def needs_and_calls(world) -> Scene:
    now, carers = timezone.now(), Carers(world)
    carers.need(words="爷爷胸痛")
    carers.need(now=now - 5 * HOUR)
    carers.need(household=world.far_home)
    elder, lin = carers.place(), carers.place(world.lin)
    for ago in (70, 30):
        carers.call(lin, "no_answer", now=now - ago * MINUTE)
    asks = {"needs_urgent": (LATE, 1), "needs_stale": (LATE, 1), "needs_free": (TODAY, 1)}
    asks |= {"to_knock": (LATE, 1), "calls_due": (TODAY, 1)}

    def end():
        for need in Need.objects.all():
            finish(need=need, by=world.chen)
        carers.call(elder)
        open_knocks(compound=world.jiamu, by=world.chen)

    return Scene(asks, end, after={"gaps"})


def ward_of(world) -> Ward:
    """One, with one doctor: `world.lu`."""
    if not hasattr(world, "ward"):
        world.ward = Ward(world)
        world.lu = world.ward.lu
    return world.ward


def medicine(world) -> Scene:
    ward = ward_of(world)
    bags = ward.bag(planned_on=ward.today), ward.bag(ward.elder)
    dialysis = ward.date()
    ward.date(kind="antenatal", due_on=ward.today + 2 * DAY)

    def end():
        close_date(medical_date=dialysis, end="done", by=world.chen)
        for bag in bags:
            cancel(errand=bag, reason="家属已买到", teller=ward.chen)

    return Scene({"errands_today": (TODAY, 1), "errands_tomorrow": (KNOW, 1), "medical_dates": (TODAY, 1)}, end)


def a_doctors_desk(world) -> Scene:
    ward = ward_of(world)
    question = ward.question()
    return Scene({"questions": (TODAY, 1)}, lambda: ward.advise(question), reader="lu")


def shifts(world) -> Scene:
    now = timezone.now()
    noon = timezone.make_aware(datetime.combine(timezone.localdate(now) + DAY, time(12)))
    facts = {"compound": world.jiamu, "task": "order", "title": "门岗", "places": 1, "made_by": world.chen}
    for begins in (now - HOUR, noon):
        Shift.objects.create(starts_at=begins, ends_at=begins + 2 * HOUR, **facts)
    asks = {"shifts_short": (LATE, 1), "shifts_tomorrow": (TODAY, 1)}
    return Scene(asks, lambda: Shift.objects.update(taken=1))


def rubbish_and_spraying(world) -> Scene:
    now, place, by = timezone.now(), world.jiamu, world.chen
    store_bags(compound=place, count=3, source="sampling", by=by, at=now - 21 * HOUR)
    window = {"starts_at": now, "ends_at": now + HOUR, "bags_out_at": now, "buildings": [world.building1]}
    waste = plan_collection(compound=place, by=by, **window)[0]
    open_any_round(round=waste.round, by=by)
    close_round(round=waste.round, by=by)
    told = {"part": "lift", "reason": "routine", "agent": "chlorine", "ppm": 500, "team": "property"}
    warned, sprayed = (
        begin_disinfection(compound=place, plan=Plan(building=house, **told), by=by)
        for house in (world.building1, world.building2)
    )
    start_spraying(disinfection=sprayed, by=by)
    asks = {"yellow_bags": (LATE, 1), "being_sprayed": (TODAY, 1), "spraying_warned": (TODAY, 1)}

    def end():
        hand_to_lorry(compound=place, count=3, by=by)
        finish_spraying(disinfection=sprayed, by=by)
        call_off(disinfection=warned, by=by, reason="下雨")
        waste.round.visits.update(outcome="done")

    return Scene(asks | {"rubbish_missed": (TODAY, 1)}, end)


def marks(world) -> Scene:
    facts = {"digest": "1", "payload": {}, "reason": "bad_mark", "compound": world.jiamu, "sent_at": timezone.now()}
    HeldMark.objects.create(mark_id="1", device=world.wei_phone, **facts)
    Device.objects.filter(pk=world.wei_phone.pk).update(queued_count=4)

    def end():
        HeldMark.objects.update(decision="dismissed", decided_at=timezone.now(), decided_by=world.chen)
        Device.objects.update(queued_count=0)

    return Scene({"held_marks": (TODAY, 1), "phones_unsent": (TODAY, 1)}, end)


def messages(world) -> Scene:
    numbers, now = count(1), timezone.now()

    def tell(state, due_at):
        facts = {"compound": world.jiamu, "recipient": "user:1", "period": "today", "channel": "inbox"}
        facts |= {"user": world.zhao, "subject": "…", "body": "…", "state": state, "due_at": due_at}
        Message.objects.create(reminder=f"scene:{next(numbers)}", **facts)

    tell("dead", now)
    tell("planned", now - HOUR)
    draft = Telling(world).write()

    def end():
        Message.objects.update(state="sent", sent_at=now)
        drop_notice(notice=draft)

    return Scene({"messages_dead": (TODAY, 1), "messages_stuck": (LATE, 1), "notices_draft": (KNOW, 1)}, end)


def the_report_is_late(world) -> Scene:
    ReportPlan.objects.update_or_create(compound=world.jiamu, defaults={"due_at": time(0), "by": world.chen})
    return Scene({"report_late": (LATE, 1)}, lambda: freeze_report(compound=world.jiamu, by=world.chen))


def the_report_is_due(world) -> Scene:
    facts = {"due_at": time(23, 59, 59), "by": world.chen}
    ReportPlan.objects.update_or_create(compound=world.jiamu, defaults=facts)
    return Scene({"report_due": (TODAY, 1)}, lambda: freeze_report(compound=world.jiamu, by=world.chen))


def tubes_and_results(world) -> Scene:
    now, pcr, antigen = timezone.now(), open_pcr(world), AntigenRound(world)
    sample(pcr, world.chen)
    antigen.hand_out(world.lin_home)
    TestRound.objects.filter(pk=antigen.test_round.pk).update(feedback_until=now - HOUR)
    people = people_of(pcr, world.lin_home)
    for code, ago in (("T-1", 25 * HOUR), ("T-2", HOUR)):
        tube = fill_tube(pcr, world.chen, code, people[:1] if code == "T-1" else people[1:2])
        Tube.objects.filter(pk=tube.pk).update(state="sent", created_at=now - ago)
    told = {"compound": world.jiamu, "value": "negative", "source": "lab_list", "entered_by": world.chen}
    cells = '{"cells": ["x"], "tube": "", "building": "", "entrance": "", "room": "", "name": "x", "value": "",'
    UnplacedResult.objects.create(test_round=pcr, told=cells + ' "time": "", "round": ""}', **told)
    mark = Mark.objects.get(visit=people[2].visit_id)
    SwabQuestion.objects.create(person=people[2], mark=mark, reason="full", code="A-1")
    Hold.objects.create(person=people[0], tube=Tube.objects.get(code="T-1"))
    asks = {"antigen_overdue": (LATE, 1), "tubes_late": (LATE, 1), "tubes_waiting": (KNOW, 1)}
    asks |= {"unplaced_results": (TODAY, 1), "swab_questions": (TODAY, 1), "held_at_home": (KNOW, 1)}
    decided = {"decision": "dismissed", "decided_by": world.chen, "decided_at": now}

    def end():
        antigen.tell(world.lin_home, by=world.chen, p1="negative", p2="negative", p3="negative")
        Tube.objects.update(result="negative", result_at=now)
        UnplacedResult.objects.update(**decided)
        SwabQuestion.objects.update(**decided)
        Hold.objects.update(release="corrected", released_at=now, released_by=world.chen)

    return Scene(asks, end, beside={"gaps", "to_close"}, after={"gaps", "to_close"})


def the_store(world) -> Scene:
    store, today = Store(world, bag=Item.objects.first()), timezone.localdate()
    Batch.objects.filter(pk=store.arrive(9).pk).update(alarm_on=today - DAY)
    batch = record_arrival(item=store.bag, quantity=4, by=world.zhao, arrived_on=today)

    def end():
        Batch.objects.update(alarm_on=today)
        count_again(batch=batch, quantity=4, by=world.chen)

    return Scene({"old_batches": (LATE, 1), "second_count": (TODAY, 1)}, end)


def bags_on_their_way(world) -> Scene:
    store, today = Store(world, bag=Item.objects.first()), timezone.localdate()
    row = store.open(store.prepare(store.arrive(2)), rule="elders")
    closed = store.open(store.prepare(store.arrive(20)))
    Round.objects.filter(pk=closed.round_id).update(state="closed", closed_at=timezone.now())
    visit, link = (
        store.visit(row, world.lin_home),
        find_link(reissue_link(household=world.lin_home, by=world.chen).secret),
    )
    complaint = complain(visit=visit, link=link, kind="short")
    facts = {"household": world.tenant_home, "building": world.building1, "rooms": "202", "quantity": 1, "allotted": 1}
    KeptShare.objects.create(line=row.lines.get(), keep_until=today - DAY, **facts)
    asks = {"short": (KNOW, 2), "complaints": (TODAY, 1), "kept_too_long": (TODAY, 1), "books_open": (TODAY, 1)}

    def end():
        answer_complaint(complaint=complaint, answer="明早补上", by=world.chen)
        KeptShare.objects.update(keep_until=today)
        Distribution.objects.filter(pk=closed.pk).update(closed_at=timezone.now(), closed_by=world.chen)
        Entitlement.objects.update(allotted=F("quantity"), wait_reason="")

    return Scene(asks, end, beside={"gaps"}, after={"gaps"})


def orders(world) -> Scene:
    now = timezone.now()
    midnight = timezone.make_aware(datetime.combine(timezone.localdate(now) + DAY, time()))
    states = {
        "buys_past": ("open", {"closes_at": now - MINUTE}),
        "buys_not_come": ("ordered", {"closes_at": now - 2 * MINUTE, "arrives_at": now - MINUTE}),
        "buys_to_order": ("closed", {}),
        "buys_to_share": ("arrived", {}),
        "buys_unsettled": ("delivering", {}),
        "buys_closing": ("open", {"closes_at": midnight - timedelta(seconds=1)}),
    }
    for state, facts in states.values():
        row = Buy(world).at(state)
        GroupOrder.objects.filter(pk=row.pk).update(**facts)
    urgency = dict.fromkeys(states, TODAY) | {"buys_past": LATE, "buys_not_come": LATE, "buys_unsettled": KNOW}
    asks = {name: (urgency[name], 1) for name in states}
    return Scene(asks, lambda: GroupOrder.objects.update(state="settled"))


def a_purge(world) -> Scene:
    asked = {"compound": world.jiamu, "reason": "解封", "asked_by": world.qian, "preview": {}}
    purge = Purge.objects.create(**asked)
    return Scene({"purge_waits": (TODAY, 1)}, purge.delete)


def what_neighbours_spend_and_share(world) -> Scene:
    books, near = Books(world), Neighbours(world, hold_minutes=60)
    other = books.second_steward()
    books.give("100")
    expense = books.ask("30", spender=world.zhao, by=other)
    near.take(near.offer())

    def end():
        approve_expense(expense=expense, by=world.chen)
        Reservation.objects.update(state="lapsed", ended_at=timezone.now())

    return Scene({"expenses": (TODAY, 1), "reservations": (KNOW, 1)}, end)


SCENES = (
    *(needs_and_calls, medicine, a_doctors_desk, shifts, rubbish_and_spraying, marks, messages),
    *(the_report_is_late, the_report_is_due),
    *(tubes_and_results, the_store, bags_on_their_way, orders, what_neighbours_spend_and_share),
    a_purge,
)
