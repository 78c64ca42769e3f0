"""The end of the epidemic: what is about people goes, at the word of two, in slices, with a certificate.

Counts, public books and the log of who looked stay. A killed worker's lease runs out and the next goes on where it
stopped: what is gone is gone, and every slice left its step in the same transaction. A full pass that finds nothing
ends it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from datetime import timedelta
from math import inf
from time import monotonic
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Count, Value
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.models import Compound, Purge, PurgeCertificate, PurgeStep, RoleGrant, User, Volunteer
from residents.retaining import PrivacyError, do_slice, first_keys, next_keys, scrub
from residents.retention import DELETED, STAYS, Table, blockers, leaf_first, tables

logger = logging.getLogger(__name__)
LEASE = timedelta(minutes=2)
SLICE = 1000
LOOSENED = "loosened"  # a circle of keys opened, so that its rows can go: nothing that a certificate counts
STRETCH = 20.0  # seconds at a time: whoever runs beat alone has a heartbeat to note and messages to send


class PurgeLost(Exception):
    """Another worker has it, or it was withdrawn."""


def what_goes(compound: Compound) -> dict[str, int]:
    """Table -> rows that would go or be emptied. One statement for all of them."""
    parts = []
    for _klass, table in tables():
        if table.end == STAYS or table.scope is None:
            continue
        rows = table.full(table.end, table.of(compound)).order_by()
        parts.append(
            rows.annotate(_table=Value(table.name))
            .values("_table")
            .annotate(_n=Count("pk", distinct=True))
            .values_list("_table", "_n")
        )
    found = parts[0].union(*parts[1:], all=True)
    return {name: count for name, count in found if count}


@transaction.atomic
def ask_purge(*, compound: Compound, reason: str, by: User) -> Purge:
    reason = reason.strip()
    if not reason:
        raise PrivacyError(_("Say why, in a few words: it stands on the certificate."))
    Compound.objects.select_for_update().get(pk=compound.pk)
    if Purge.objects.live().filter(compound=compound).exists():
        raise PrivacyError(_("A purge has been asked for already."))
    if open_things := blockers(compound):
        raise PrivacyError(" ".join(open_things))
    preview = what_goes(compound)
    if not preview:
        raise PrivacyError(_("There is nothing left to delete."))
    return Purge.objects.create(compound=compound, reason=reason[:200], asked_by=by, preview=preview)


@transaction.atomic
def approve_purge(*, purge: Purge, by: User) -> None:
    """The second word, and the last: from here on it runs."""
    row = _locked(purge)
    if row.asked_by_id == by.pk:
        raise PrivacyError(_("Who asked for it cannot approve it. Ask a second steward or the street officer."))
    if row.approved_at or row.withdrawn_at:
        raise PrivacyError(_("This was decided already."))
    if open_things := blockers(row.compound):
        raise PrivacyError(" ".join(open_things))
    now = timezone.now()
    Purge.objects.filter(pk=row.pk).update(approved_by=by, approved_at=now, leased_until=now)


@transaction.atomic
def withdraw_purge(*, purge: Purge, by: User) -> None:
    row = _locked(purge)
    if row.approved_at or row.withdrawn_at:
        raise PrivacyError(_("This was decided already."))
    Purge.objects.filter(pk=row.pk).update(withdrawn_by=by, withdrawn_at=timezone.now())


def _locked(purge: Purge) -> Purge:
    return Purge.objects.select_for_update(of=("self",)).select_related("compound").get(pk=purge.pk)


# --- The work ---------------------------------------------------------------------------------------------


def work_purges(seconds: float = STRETCH) -> int:
    """Every approved purge whose lease is free, for a while. Returns how many slices were done."""
    done = 0
    now = timezone.now()
    end = monotonic() + seconds
    for purge in (
        Purge.objects.live().filter(approved_at__isnull=False, leased_until__lte=now).select_related("compound")
    ):
        until = now + LEASE
        if not Purge.objects.filter(pk=purge.pk, leased_until=purge.leased_until).update(leased_until=until):
            continue
        purge.leased_until = until
        try:
            done += run_purge(purge, end)
        except PurgeLost:
            continue
        except Exception as error:  # its message may quote a row
            logger.error("Purge %s stopped: %s", purge.pk, type(error).__name__)
            Purge.objects.filter(pk=purge.pk).update(trouble=type(error).__name__[:60])
    return done


def run_purge(purge: Purge, end: float = inf) -> int:
    done = 0
    while True:
        here = sum(_empty(purge, table, deed, end) for table, deed in _deeds())
        done += here
        if monotonic() > end:  # the next tick goes on
            Purge.objects.filter(pk=purge.pk, leased_until=purge.leased_until).update(leased_until=timezone.now())
            return done
        if not here:
            break
    left = what_goes(purge.compound)
    if left:
        Purge.objects.filter(pk=purge.pk).update(trouble=next(iter(left))[:60])
        logger.error("Purge %s is stuck at %s", purge.pk, ", ".join(left))
        return done
    _finish(purge)
    return done


def _deeds() -> list[tuple[Table, Any]]:
    """What is emptied first, so that nothing that stays points at what goes; then circles, then leaves first."""
    all_tables = [table for _klass, table in tables() if table.end != STAYS and table.scope is not None]
    going = leaf_first(table for table in all_tables if table.end == DELETED)
    deeds: list[tuple[Table, Any]] = [(table, table.end) for table in all_tables if table.end != DELETED]
    deeds += [(table, dict.fromkeys(table.loosen)) for table in all_tables if table.loosen]
    # Pictures and the like first: a file without its row nobody would find.
    return deeds + [(table, DELETED) for table in sorted(going, key=lambda table: table.outside is None)]


def _empty(purge: Purge, table: Table, deed: Any, end: float) -> int:
    slices, last = 0, None
    while monotonic() <= end:
        with transaction.atomic():
            _hold(purge)
            rows = table.of(purge.compound)
            if last is not None:  # not over the dead rows again; what was passed by is for the next round
                rows = rows.filter(pk__gt=last)
            if deed == DELETED:
                keys = next_keys(rows, table, SLICE)
            else:
                full = table.full(deed, rows) if deed is table.end else rows.filter(**_any_of(deed))
                keys = first_keys(full, SLICE)
            if not keys:
                return slices
            digest = _digest(purge, table, keys)
            count = do_slice(purge.compound, table, deed, keys)
            PurgeStep.objects.create(
                purge=purge,
                table=table.name,
                deed=_word(table, deed),
                row_count=count,
                digest=digest,
            )
        slices += 1
        last = keys[-1]
    return slices


def _word(table: Table, deed: Any) -> str:
    if deed == DELETED:
        return DELETED
    return "emptied" if deed is table.end else LOOSENED


def _any_of(deed: dict[str, None]) -> dict[str, bool]:
    (name,) = deed  # one circle a table
    return {f"{name}__isnull": False}


def _hold(purge: Purge) -> None:
    until = timezone.now() + LEASE
    if not Purge.objects.filter(pk=purge.pk, leased_until=purge.leased_until, finished_at=None).update(
        leased_until=until
    ):
        raise PurgeLost
    purge.leased_until = until


def _digest(purge: Purge, table: Table, keys: list) -> str:
    """Over every column of every row that goes, run on from the slice before. Keyed: a backup can be checked against
    it by who has the keys; nobody else can guess a name from it."""
    last = (
        PurgeStep.objects.filter(purge=purge, table=table.name).order_by("-pk").values_list("digest", flat=True).first()
    )
    seal = hmac.new(settings.FIELD_KEYS[-1].encode(), (last or "").encode(), hashlib.sha256)
    columns = [field.attname for field in table.model._meta.concrete_fields]
    for row in table.model._base_manager.filter(pk__in=keys).order_by("pk").values_list(*columns):
        told = [bytes(value).hex() if isinstance(value, (bytes, memoryview)) else str(value) for value in row]
        seal.update(json.dumps(told, ensure_ascii=False).encode())
    return seal.hexdigest()


@transaction.atomic
def _finish(purge: Purge) -> None:
    _hold(purge)
    now = timezone.now()
    body = certify(purge, now)
    text = json.dumps(body, sort_keys=True, ensure_ascii=False)
    PurgeCertificate.objects.create(purge=purge, body=body, digest=hashlib.sha256(text.encode()).hexdigest(), at=now)
    Purge.objects.filter(pk=purge.pk).update(finished_at=now, trouble="")
    end_sessions(purge.compound)
    transaction.on_commit(scrub)


def end_sessions(compound: Compound) -> int:
    """The last message of a page may name somebody: who had a hand in the compound logs in again, nobody else."""
    hands = {*RoleGrant.objects.filter(compound=compound).values_list("user", flat=True)}
    hands |= {*Volunteer.objects.filter(compound=compound).values_list("user", flat=True)}
    names = {str(key) for key in hands}
    ended = [row.pk for row in Session.objects.iterator() if row.get_decoded().get(SESSION_KEY) in names]
    return Session.objects.filter(pk__in=ended).delete()[0]


def certify(purge: Purge, now) -> dict[str, Any]:
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for step in PurgeStep.objects.filter(purge=purge).exclude(deed=LOOSENED).order_by("pk"):
        row = rows.setdefault((step.table, step.deed), {"table": step.table, "deed": step.deed, "rows": 0})
        row["rows"] += step.row_count
        row["digest"] = step.digest
    return {
        "compound": str(purge.compound),
        "reason": purge.reason,
        "asked_by": str(purge.asked_by),
        "asked_at": purge.asked_at.isoformat(),
        "approved_by": str(purge.approved_by),
        "approved_at": purge.approved_at.isoformat() if purge.approved_at else "",
        "finished_at": now.isoformat(),
        "rows": [rows[key] for key in sorted(rows)],
        "stayed": what_stays(purge.compound),
    }


def what_stays(compound: Compound) -> dict[str, int]:
    """Table -> rows that are left, of those that stay. One statement."""
    parts = [
        table.of(compound)
        .order_by()
        .annotate(_table=Value(table.name))
        .values("_table")
        .annotate(_n=Count("pk", distinct=True))
        .values_list("_table", "_n")
        for _klass, table in tables()
        if table.end != DELETED and table.scope is not None and table.model is not User
    ]
    return {name: count for name, count in parts[0].union(*parts[1:], all=True) if count}
