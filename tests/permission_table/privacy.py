"""What is kept, who looked, and the end of it: for stewards and officers, never for a building lead."""

from django.utils import timezone

from residents.models import Purge, PurgeCertificate

PLAIN: dict = {}
#                                            object        method steward officer lead  beside
OBJECT = {
    "residents:privacy":                  ("compound",      "GET",  200, 200, 404, None),
    "residents:privacy_days":             ("kept_days",     "POST", 422, 403, 404, None),
    "residents:privacy_log":              ("compound",      "GET",  200, 200, 404, None),
    "reports:privacy_log":                ("looks_list",    "GET",  200, 403, 403, None),
    "residents:purge":                    ("compound",      "GET",  200, 200, 404, None),
    "residents:purge_ask":                ("compound",      "POST", 422, 403, 404, None),
    "residents:purge_approve":            ("purge",         "POST", 422, 422, 404, None),
    "residents:purge_withdraw":           ("purge",         "POST", 302, 302, 404, None),
    "residents:purge_status":             ("purge",         "GET",  200, 200, 404, None),
    "residents:purge_certificate":        ("purge",         "GET",  200, 200, 404, None),
    "residents:purge_certificate_file":   ("purge",         "GET",  200, 200, 404, None),
}  # fmt: skip

# The secret decides: tests/compound/test_home_data.py
BY_SECRET = {"home_data"}
MISSING = {"kept_days": [10**9, "results"], "looks_list": [10**9, "csv"]}


def things(place):
    """A purge that is over: only then there is a certificate, and the place may have had one before."""
    now = timezone.now()
    purge = Purge.objects.create(
        compound=place.compound,
        reason="r",
        asked_by=place.steward,
        approved_by=place.volunteer.user,
        approved_at=now,
        leased_until=now,
        finished_at=now,
    )
    PurgeCertificate.objects.create(purge=purge, body={"rows": [], "stayed": {}}, digest="d")
    return {
        "purge": [purge.pk],
        "kept_days": [place.compound.pk, "results"],
        "looks_list": [place.compound.pk, "csv"],
    }
