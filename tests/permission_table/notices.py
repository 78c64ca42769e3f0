"""Who tells what to whom: stewards everybody, leads their own houses, officers look on. What goes to the house beside a
lead's is no business of theirs."""

from notices.composing import Draft, check_notice, write_notice
from notices.models import Notice, Reached
from notices.publishing import publish_notice
from notices.reaching import tell_households
from notices.wordings import Words

#                method steward officer lead volunteer no-role nobody
PLAIN = {
    "notices:list": ("GET", 200,   200,   200,  200,      200,    302),
}  # fmt: skip

OBJECT = {
    "notices:add":      ("compound", "FORM", 200, 403, 200, None),
    "notices:wordings": ("compound", "GET",  200, 200, 200, None),
    "notices:wording":  ("wording",  "FORM", 200, 403, 403, None),
    "notices:notice":   ("notice",   "GET",  200, 200, 200, 404),
    "notices:edit":     ("draft",    "FORM", 200, 403, 200, 404),
    "notices:check":    ("draft",    "POST", 302, 403, 302, 404),
    "notices:drop":     ("draft",    "POST", 302, 403, 302, 404),
    "notices:publish":  ("checked",  "POST", 302, 403, 302, 404),
    "notices:correct":  ("notice",   "POST", 302, 403, 302, 404),
    "notices:sheet":    ("notice",   "GET",  200, 200, 200, 404),
    "notices:slips":    ("notice",   "GET",  200, 200, 200, 404),
    "notices:step":     ("notice",   "POST", 302, 403, 302, 404),
    "notices:house":    ("notice_house", "GET",  200, 200, 200, 404),
    "notices:tell":     ("notice_house", "POST", 302, 403, 302, 404),
    "notices:untell":   ("ticked",   "POST", 302, 403, 302, 404),
    "notice_knock":     ("notice",   "POST", 302, 403, 302, 404),
}  # fmt: skip

# The household's link decides: tests/compound/test_home_notices.py
BY_SECRET = {"home_notice"}

MISSING = {"wording": [10**9, "lift"], "notice_house": [10**9, 10**9]}


def things(place):
    scope = {"scope": Notice.Scope.BUILDING, "buildings": [place.building], "source": "committee"}
    draft = Draft(Words("water", "no water tonight"), **scope)
    rows = [write_notice(compound=place.compound, draft=draft, by=place.steward) for _n in range(3)]
    for row in rows[1:]:
        check_notice(notice=row, by=place.steward)
    publish_notice(notice=rows[2], by=place.steward)
    key = rows[2].recipients.get(household=place.household).pk
    tell_households(notice=rows[2], building=place.building, keys=[key], how="slip", by=place.steward)
    return {
        "draft": [rows[0].pk],
        "checked": [rows[1].pk],
        "notice": [rows[2].pk],
        "notice_house": [rows[2].pk, place.building.pk],
        "ticked": [Reached.objects.get(recipient=key).pk],
        "wording": [place.compound.pk, "lift"],
    }
