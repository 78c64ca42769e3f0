"""Who cares: stewards, and leads for their building; who looks over several compounds reads counts. What is for
stewards alone a lead does not find."""

from care.calling import begin_calls
from care.models import CareDesk
from care.needs import ask, claim, open_desk
from care.telling import Teller
from residents.models import Resident

#                method steward officer lead volunteer no-role nobody
PLAIN = {
    "care:home": ("GET", 302,   302,    302, 200,      200,    302),
    "my_needs":     ("GET",  200, 200, 200, 200, 200, 200),
    "my_need_list": ("GET",  401, 401, 401, 401, 401, 401),
    "my_need_tell": ("POST", 401, 401, 401, 401, 401, 401),
}  # fmt: skip

OBJECT = {
    "care:needs":           ("compound",   "GET",  200, 200, 200, None),
    "care:rules":           ("compound",   "FORM", 200, 403, 403, None),
    "care:need_add":        ("compound",   "FORM", 200, 403, 200, None),
    "care:slip":            ("slip",       "GET",  200, 403, 200, None),
    "care:need":            ("need",       "GET",  200, 404, 200, 404),
    "care:need_step":       ("need_claim", "POST", 422, 404, 302, 404),
    "care:calls":           ("compound",   "GET",  200, 200, 200, None),
    "care:call_next":       ("compound",   "POST", 302, 403, 302, None),
    "care:week":            ("compound",   "GET",  200, 403, 200, None),
    "care:rota_add":        ("compound",   "FORM", 200, 403, 200, None),
    "care:knock":           ("compound",   "POST", 302, 403, 302, None),
    "care:place":           ("place",      "GET",  200, 404, 200, 404),
    "care:place_take":      ("place",      "POST", 422, 404, 302, 404),
    "care:place_give_back": ("place",      "POST", 302, 404, 302, 404),
    "care:place_number":    ("place",      "POST", 422, 404, 422, 404),
    "care:place_tell":      ("place",      "POST", 422, 404, 422, 404),
    "care:place_change":    ("place",      "POST", 422, 404, 422, 404),
    "care:place_end":       ("place",      "POST", 422, 404, 422, 404),
}  # fmt: skip

# The household's link decides: tests/compound/test_home_care.py
BY_SECRET = {"home_need_new", "home_need"}

MISSING = {"slip": [10**9, 10**9], "need_claim": [10**9, "claim"]}


def things(place):
    if not CareDesk.objects.filter(compound=place.compound).exists():
        open_desk(compound=place.compound)
    told = {"household": place.household, "kind": "food", "words": "没菜了", "teller": Teller(by=place.steward)}
    need, taken = ask(**told), ask(**told)
    claim(need=taken, by=place.steward, helper=place.volunteer)
    person = Resident.objects.create(household=place.household, name="阿公")
    person.set_phone("13900000000")
    person.save()
    rota = begin_calls(resident=person, cadence=1, why="alone", by=place.steward)
    return {
        "need": [need.pk],
        "need_claim": [need.pk, "claim"],
        "place": [rota.pk],
        "slip": [place.compound.pk, place.volunteer.pk],
    }
