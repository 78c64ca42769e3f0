"""The way of an imported file: every step is a conditional update, so that two workers, or a killed one, do no harm.

`leased_until` is when an import in a working state is free to be taken: at once after a click, after the lease
when a worker has it. Reading writes its lines in short transactions; applying is one transaction.
"""

import json
import logging
from collections import Counter
from datetime import datetime, timedelta
from itertools import islice
from sys import intern

from django.db import OperationalError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from residents.encryption import decrypt, encrypt
from residents.models import Building, ColumnMapping, Compound, RosterImport, RosterLine, User
from residents.roster.applying import Standing, write_homes
from residents.roster.comparing import Outcome, check_compound, compare_by_building
from residents.roster.fencing import read_fenced
from residents.roster.homes import load_home
from residents.roster.joined import fold_joined
from residents.roster.lines import Line, Preview, count_verdicts, home_line, insert_lines
from residents.roster.mapping import forget_last_columns
from residents.roster.trail import in_batches
from residents.roster.understanding import understand
from residents.roster.undoing import take_back
from residents.roster.words import RosterError, RosterStateError, RosterUnsureError, default_sentence

logger = logging.getLogger(__name__)

State = RosterImport.State
LEASE = timedelta(minutes=2)
STUCK_AFTER = timedelta(seconds=15)
CHUNK = 1000
MOST_TRIES = 3
WORK = {State.WAITING: State.READING, State.QUEUED: State.APPLYING, State.UNDO_QUEUED: State.UNDOING}
FILE_KEPT = timedelta(days=7)  # of a preview that nobody applies
TRAIL_KEPT = timedelta(days=30)


class LeaseLost(Exception):
    """Another worker has taken over, or the import was discarded: stop without a word."""


def submit_roster(*, compound: Compound, file_name: str, content: bytes, by: User) -> RosterImport:
    """Keep the file, encrypted, until a worker has read it."""
    return RosterImport.objects.create(
        compound=compound,
        uploaded_by=by,
        file_name=file_name[-200:],
        content=encrypt(content),
        leased_until=timezone.now(),
    )


def is_unsure(roster_import: RosterImport) -> bool:
    """How the file is written was guessed: somebody must say that its names read right."""
    return any(notice["code"] == "unsure_encoding" for notice in roster_import.findings.get("notices", []))


def queue_roster(*, roster_import: RosterImport, by: User, reads_right: bool = False) -> None:
    """Apply what was previewed: the second of the two clicks."""
    if is_unsure(roster_import) and not reads_right:
        raise RosterUnsureError("not confirmed")
    findings = roster_import.findings | {"applied_by": by.pk, "stale": False, "apply_failed": False, "tries": 0}
    changed = RosterImport.objects.filter(pk=roster_import.pk, state=State.READY).update(
        state=State.QUEUED, leased_until=timezone.now(), findings=findings
    )
    if not changed:
        raise RosterStateError("not ready")


def queue_undo(*, roster_import: RosterImport, by: User) -> None:
    """Take back what was applied."""
    findings = roster_import.findings | {"undone_by": by.pk, "undo_failed": False, "tries": 0}
    changed = (
        RosterImport.objects.filter(pk=roster_import.pk, state=State.APPLIED)
        .exclude(content=b"")
        .update(state=State.UNDO_QUEUED, leased_until=timezone.now(), findings=findings)
    )
    if not changed:
        raise RosterStateError("nothing to take back")


def may_undo(roster_import: RosterImport) -> bool:
    """While it is known what was changed: for a month."""
    if roster_import.state != State.APPLIED or roster_import.applied_at is None:
        return False
    return roster_import.findings.get("trail", False) and roster_import.applied_at > timezone.now() - TRAIL_KEPT


def forget_old_files() -> None:
    """Files of previews left lying, and trails nobody will go back on."""
    now = timezone.now()
    old = Q(state=State.READY, created_at__lt=now - FILE_KEPT) | Q(state=State.APPLIED, applied_at__lt=now - TRAIL_KEPT)
    RosterImport.objects.filter(old).exclude(content=b"").update(content=b"")


@transaction.atomic
def discard_roster(*, roster_import: RosterImport) -> None:
    """Forget the file and everything understood from it. Not while it is being applied."""
    changed = RosterImport.objects.filter(
        pk=roster_import.pk, state__in=[State.WAITING, State.READING, State.READY, State.QUEUED]
    ).update(state=State.DISCARDED, content=b"", leased_until=None)
    if not changed:
        raise RosterStateError("too late")
    roster_import.lines.all().delete()


def is_stuck(roster_import: RosterImport) -> bool:
    """Free to be taken for a while, and nobody took it: the scheduler does not run."""
    if roster_import.state not in {*WORK, *WORK.values()} or roster_import.leased_until is None:
        return False
    return roster_import.leased_until + STUCK_AFTER < timezone.now()


def work_waiting() -> int:
    """Read and apply everything that waits; returns how many pieces of work were done."""
    done = 0
    while roster_import := claim():
        done += 1
        try:
            DEEDS[State(roster_import.state)](roster_import)
        except LeaseLost:
            continue
        except RosterError as error:
            refuse(roster_import, error)
        except OperationalError as error:
            # A busy or restarting database is no fault of the file: the lease runs out and the work starts again.
            logger.warning("Roster import %s waits for the database: %s", roster_import.pk, type(error).__name__)
        except Exception as error:
            # The message of an exception may quote a cell; its kind and place may not.
            logger.error("Roster import %s failed: %s", roster_import.pk, type(error).__name__)
            refuse(roster_import, RosterError("failed"))
    if done:
        forget_old_files()
    return done


def claim() -> RosterImport | None:
    """Take the oldest free import. 0 rows updated means that another worker was faster."""
    now = timezone.now()
    free = Q(leased_until__lte=now) & Q(state__in=[*WORK, *WORK.values()])
    for row in RosterImport.objects.filter(free).order_by("leased_until", "pk"):
        tries = row.findings.get("tries", 0) + 1
        state = WORK.get(State(row.state), row.state)
        findings = row.findings | {"tries": tries}
        taken = RosterImport.objects.filter(free, pk=row.pk, state=row.state, leased_until=row.leased_until).update(
            state=state, leased_until=now + LEASE, findings=findings
        )
        if not taken:
            continue
        row.state, row.leased_until, row.findings = state, now + LEASE, findings
        if tries > MOST_TRIES:
            refuse(row, RosterError("kept_stopping"))
            continue
        return row
    return None


def _holding(roster_import: RosterImport):
    """The row, if this worker still holds it."""
    return RosterImport.objects.filter(
        pk=roster_import.pk, state=roster_import.state, leased_until=roster_import.leased_until
    )


def _hold(roster_import: RosterImport, **changes) -> None:
    """Inside a transaction: take the row's lock, or stop. A second worker waits here and then holds nothing."""
    if not _holding(roster_import).update(**changes):
        raise LeaseLost


def _go_on(roster_import: RosterImport, **changes) -> None:
    """Between transactions: hold the lease a little longer."""
    until: datetime = timezone.now() + LEASE
    _hold(roster_import, leased_until=until, **changes)
    roster_import.leased_until = until


def refuse(roster_import: RosterImport, error: RosterError) -> None:
    """Set the file aside. A preview that could not be applied stays a preview: nothing of it is lost."""
    if roster_import.state == State.APPLYING:
        findings = roster_import.findings | {"apply_failed": True, "tries": 0}
        _holding(roster_import).update(state=State.READY, findings=findings, leased_until=None)
        return
    if roster_import.state == State.UNDOING:
        findings = roster_import.findings | {"undo_failed": True, "tries": 0}
        _holding(roster_import).update(state=State.APPLIED, findings=findings, leased_until=None)
        return
    if "remapped" in roster_import.findings:
        forget_last_columns(roster_import)
        findings = {"mapping_refused": {"code": error.code, **error.values}}
        _holding(roster_import).update(state=State.WAITING, findings=findings, leased_until=timezone.now())
        return
    findings = roster_import.findings | {"refusal": {"code": error.code, **error.values}}
    with transaction.atomic():
        changed = _holding(roster_import).update(
            state=State.REFUSED, message=default_sentence(error), content=b"", findings=findings, leased_until=None
        )
        if changed:
            roster_import.lines.all().delete()


def read_import(roster_import: RosterImport) -> None:
    """Bytes -> preview. A worker that dies half-way leaves lines that the next one deletes first."""
    compound = roster_import.compound
    book = read_fenced(decrypt(bytes(roster_import.content)), roster_import.file_name)
    roster_import.content = b""  # kept in the database; not here beside what it says
    known = list(Building.objects.houses().filter(compound=compound).values_list("code", "name"))
    mappings = dict(ColumnMapping.objects.filter(compound=compound).values_list("header", "columns"))
    understood = understand(book, only_building=known[0] if len(known) == 1 else None, mappings=mappings)
    fold_joined(understood, compound)
    check_compound(compound, understood.homes, {code for code, _name in known})
    preview = Preview(compound, book, understood, known)
    _go_on(roster_import, done_count=0, total_count=len(preview.positions))
    roster_import.lines.all().delete()
    lines = preview.lines()
    done = 0
    while chunk := list(islice(lines, CHUNK)):
        with transaction.atomic():
            _hold(roster_import, done_count=done + len(chunk))
            insert_lines(roster_import, chunk)
        done += len(chunk)
        _go_on(roster_import)
    findings = roster_import.findings | preview.findings()
    findings.pop("remapped", None)
    # The file stays, encrypted, for columns may be told to mean something else; see forget_old_files.
    _hold(roster_import, state=State.READY, findings=findings, leased_until=None)


def apply_import(roster_import: RosterImport) -> None:
    """All as previewed and decided, or nothing and a fresh preview."""
    # Opened before the transaction, which on SQLite holds the one write lock: while we hold the lease they are ours.
    lines, kept, homes = [], [], []
    # Those that were decided come last: they give way to what the file says by itself.
    rows = roster_import.lines.order_by("choice", "position").values_list("position", "verdict", "choice", "payload")
    for position, verdict, choice, payload in rows.iterator(chunk_size=CHUNK):
        if not payload:
            continue
        told = json.loads(payload)
        told = told["decided"] if choice else told
        homes.append(load_home(told["home"]))
        # The names of a plan are the same in every line: one text each for all of them.
        plan = {intern(name): value for name, value in told["plan"].items()}
        kept.append(Outcome(told.get("verdict", verdict), plan))
        lines.append(position)
    with transaction.atomic():
        _hold(roster_import, done_count=0)
        Compound.objects.select_for_update().get(pk=roster_import.compound_id)
        standing, moved = Standing(), {}
        for present, outcomes in compare_by_building(roster_import.compound, homes, lock=True):
            for place, outcome in outcomes:
                if (kept[place].verdict, kept[place].plan) != (outcome.verdict, outcome.plan):
                    moved[lines[place]] = home_line(homes[place], outcome, present)
            standing.add(present)
        if moved:
            _preview_again(roster_import, moved)
            return
        written = write_homes(
            compound=roster_import.compound,
            pairs=list(zip(homes, kept, strict=True)),
            present=standing,
            by=User.objects.filter(pk=roster_import.findings.get("applied_by")).first(),
            reason=change_reason(roster_import),
        )
        trails = {position: trail for position, trail in zip(lines, written.trails, strict=True) if trail}
        roster_import.lines.update(payload="", original="")
        findings = roster_import.findings | {"applied": dict(written.counts), "trail": True}
        changes = {"state": State.APPLIED, "applied_at": timezone.now(), "findings": findings}
        trail = encrypt(json.dumps({"lines": trails, "grown": written.grown}).encode())
        _hold(roster_import, content=trail, leased_until=None, **changes)
    _tell_the_planner()


def _tell_the_planner() -> None:
    """PostgreSQL knows nothing yet of tables just filled, and would plan minutes for a count."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE residents_door, residents_household, residents_resident")


def undo_import(roster_import: RosterImport) -> None:
    """What can be taken back is, all at once; what cannot is told line by line."""
    trail = json.loads(decrypt(bytes(roster_import.content)))
    own = change_reason(roster_import)
    with transaction.atomic():
        _hold(roster_import, done_count=0)
        Compound.objects.select_for_update().get(pk=roster_import.compound_id)
        by = User.objects.filter(pk=roster_import.findings.get("undone_by")).first()
        returned = take_back(trail=trail, own=own, by=by, reason=f"{own} taken back")
        for code in set(returned.values()):
            positions = [position for position, told in returned.items() if told == code]
            for start in range(0, len(positions), CHUNK):
                roster_import.lines.filter(position__in=positions[start : start + CHUNK]).update(returned=code)
        counts = {code: list(returned.values()).count(code) for code in set(returned.values())}
        findings = roster_import.findings | {"undone": counts}
        _hold(roster_import, state=State.UNDONE, content=b"", findings=findings, leased_until=None)


DEEDS = {State.READING: read_import, State.APPLYING: apply_import, State.UNDOING: undo_import}


def change_reason(roster_import: RosterImport) -> str:
    return f"roster import {roster_import.pk}"


def _preview_again(roster_import: RosterImport, moved: dict[int, Line]) -> None:
    for positions in in_batches(moved, CHUNK):
        lines = list(roster_import.lines.filter(position__in=positions).defer("original"))
        for line in lines:
            fresh = moved[line.position]
            line.verdict, line.notes, line.payload, line.choice = fresh.verdict, fresh.notes, fresh.payload, ""
        RosterLine.objects.bulk_update(lines, ["verdict", "notes", "payload", "choice"], batch_size=100)
    counts = count_verdicts(Counter(roster_import.lines.values_list("verdict", flat=True)))
    findings = roster_import.findings | {"counts": counts, "stale": True, "moved": len(moved)}
    _hold(roster_import, state=State.READY, findings=findings, leased_until=None)
