"""Medicine at the desk: bags for stewards and the lead of the house (an officer counts, whoever holds a thing sees its
bag: tests/medicine/test_views.py); questions for doctors and the lead, not for stewards."""

from django.utils import timezone

from medicine.asking import answer, ask
from medicine.bags import Hand, ask_errand, deliver, pick_up, settle
from medicine.calendar import add_date
from medicine.models import Entry
from medicine.telling import Teller
from residents.links import reissue_link
from residents.models import Resident, RoleGrant
from tests.medicine.ward import ALL
from tests.world import make_user, move_in

#                  method steward officer lead volunteer no-role nobody
PLAIN = {
    "medicine:home": ("GET", 302, 302, 302, 200, 200, 302),
}  # fmt: skip

OBJECT = {
    "medicine:errands":          ("compound",  "GET",  200, 200, 200, None),
    "medicine:errand_add":       ("compound",  "FORM", 200, 403, 200, None),
    "medicine:runner":           ("compound",  "GET",  200, 403, 200, None),
    "medicine:labels":           ("compound",  "POST", 200, 403, 200, None),
    "medicine:errand":           ("errand",    "GET",  200, 404, 200, 404),
    "medicine:errand_edit":      ("errand",    "FORM", 200, 404, 200, 404),
    "medicine:errand_pick_up":   ("errand",    "POST", 422, 404, 422, 404),
    "medicine:errand_hand_over": ("errand",    "POST", 422, 404, 422, 404),
    "medicine:errand_hospital":  ("errand",    "POST", 302, 404, 302, 404),
    "medicine:errand_settle":    ("errand",    "POST", 422, 404, 422, 404),
    "medicine:errand_deliver":   ("errand",    "POST", 302, 404, 302, 404),
    "medicine:errand_confirm":   ("delivered", "POST", 302, 404, 302, 404),
    "medicine:errand_reopen":    ("delivered", "POST", 422, 404, 422, 404),
    "medicine:errand_cancel":    ("errand",    "POST", 422, 404, 422, 404),
    "medicine:errand_reveal":    ("errand",    "POST", 422, 404, 422, 404),
    "medicine:desk":             ("compound",  "GET",  200, 200, 200, None),
    "medicine:question_add":     ("compound",  "FORM", 200, 403, 200, None),
    "medicine:question":         ("asked_doctor", "GET",  404, 404, 200, 404),
    "medicine:question_answer":  ("asked_doctor", "POST", 404, 404, 403, 404),
    "medicine:question_told":    ("asked_doctor", "POST", 404, 404, 302, 404),
    "medicine:question_close":   ("asked_doctor", "POST", 404, 404, 302, 404),
    "medicine:question_reveal":  ("asked_doctor", "POST", 404, 404, 422, 404),
    "medicine:answer_correct":   ("advice",    "POST", 404, 404, 403, 404),
    "medicine:dates":            ("compound",  "GET",  200, 403, 200, None),
    "medicine:date_add":         ("compound",  "FORM", 200, 403, 200, None),
    "medicine:date_close":       ("date",      "POST", 302, 404, 302, 404),
    "reports:medicine":          ("bag_list",  "GET",  200, 403, 200, None),
}  # fmt: skip

# The household's link decides: tests/compound/test_home_medicine.py
BY_SECRET = {"home_ask", "home_question", "home_errand"}

MISSING = {"bag_list": [10**9, "xlsx"]}


def _delivered(place, resident, teller):
    """In the steward's hands: a lead of another house would see what they hold."""
    row = ask_errand(resident=resident, teller=teller, hospital="h", planned_on=timezone.localdate())
    hand = Hand("person", place.steward)
    pick_up(errand=row, kinds=ALL, cash="10", to=hand, teller=teller)
    settle(errand=row, cost="10", cash_back="0", to=hand, by=place.steward)
    deliver(errand=row, teller=teller)
    return row


def things(place):
    teller = Teller(by=place.steward)
    if not RoleGrant.objects.filter(role="doctor", compound=place.compound).exists():
        doctor = make_user(f"doctor{place.compound.pk}", "医")
        RoleGrant.objects.create(user=doctor, role="doctor", compound=place.compound)
    resident = place.household.residents.first()
    other = move_in(place.building.doors.get(room="201"), "病友")
    reissue_link(household=other, by=place.steward)  # every door has its card: issuing finds none to give
    facts = {"hospital": "h", "planned_on": timezone.localdate(), "teller": teller}
    question = ask(household=place.household, text="q", teller=teller)
    advice = answer(question=question, kind="guidance", text="a", by=place.steward)
    keys = {
        "errand": ask_errand(resident=resident, **facts),
        "delivered": _delivered(place, Resident.objects.get(household=other), teller),
        "asked_doctor": question,
        "advice": Entry.objects.get(pk=advice.pk),
        "date": add_date(
            resident=resident, by=place.steward, kind="dialysis", due_on=timezone.localdate(), ahead_days=1
        ),
    }
    return {kind: [one.pk] for kind, one in keys.items()} | {"bag_list": [place.compound.pk, "xlsx"]}
