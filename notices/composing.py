"""A notice before it is out: written, checked, dropped; and begun again to put another one right."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from notices.audience import households_of
from notices.models import Notice, Usual, Wording
from notices.services import NoticeError
from notices.wordings import GAP, SHIPPED, Words, words_that_put_right
from residents.models import Building, Compound, Household, Resident, User
from residents.phones import fingerprints

Scope = Notice.Scope
DIGITS = re.compile(r"(?<![0-9])1[3-9](?:[ -]?[0-9]){9}(?![0-9])")
ROOM = re.compile(
    r"[0-9]{3,4} ?(?:室|房|号房)|(?i:\broom\s+[0-9]{3,4})|[0-9]+ ?(?:号楼|栋|幢)|(?i:\bbuilding\s+[0-9]+)"
)


@dataclass(frozen=True)
class Draft:
    """What a form tells of a notice."""

    words: Words
    source: str
    usual: str = Usual.OTHER
    scope: str = Scope.COMPOUND
    buildings: Sequence[Building] = ()
    entrance: str = ""
    households: Sequence[Household] = ()
    is_unconfirmed: bool = False
    effective_at: datetime | None = None
    publish_at: datetime | None = None
    expires_at: datetime | None = None
    by_bots: bool = True

    def columns(self) -> dict[str, Any]:
        return {
            "title": self.words.title,
            "text": self.words.text,
            "title_en": self.words.title_en,
            "text_en": self.words.text_en,
            "source": self.source,
            "is_unconfirmed": self.is_unconfirmed,
            "effective_at": self.effective_at,
            "publish_at": self.publish_at,
            "expires_at": self.expires_at,
        }


@transaction.atomic
def write_notice(*, compound: Compound, draft: Draft, by: User) -> Notice:
    _refuse_times(draft)
    notice = Notice(compound=compound, usual=draft.usual, created_by=by, **draft.columns())
    _set_scope(notice, draft)
    return notice


@transaction.atomic
def change_notice(*, notice: Notice, draft: Draft) -> Notice:
    """Whatever was checked has to be checked again. Who gets what puts something right is settled already."""
    row = _lock_open(notice)
    _refuse_times(draft)
    for name, value in draft.columns().items():
        setattr(row, name, value)
    row.checked_at = row.checked_by = None
    if row.corrects_id:
        row.save()
        return row
    row.usual = draft.usual
    _set_scope(row, draft)
    return row


def _set_scope(notice: Notice, draft: Draft) -> None:
    """In parts: whatever the form held of another scope does not stay behind."""
    scope = Scope(draft.scope)
    homes = list(draft.households) if scope == Scope.HOUSEHOLD else []
    houses = [] if scope == Scope.COMPOUND else list(draft.buildings)
    if scope == Scope.HOUSEHOLD:
        houses = list({home.door.building_id: home.door.building for home in homes}.values())
    if scope != Scope.COMPOUND and not houses:
        raise NoticeError(_("Choose whom it goes to."))
    if scope == Scope.ENTRANCE and (len(houses) != 1 or not draft.entrance):
        raise NoticeError(_("An entrance is one of one building: choose both."))
    notice.scope = scope
    notice.entrance = draft.entrance if scope == Scope.ENTRANCE else ""
    notice.by_bots = draft.by_bots and scope == Scope.COMPOUND
    if scope == Scope.HOUSEHOLD and notice.usual == Usual.POSITIVE:
        raise NoticeError(_("A positive is told to whole houses or to nobody: few households would name the room."))
    notice.save()
    notice.buildings.set(houses)
    notice.households.set(homes)


def _refuse_times(draft: Draft) -> None:
    now = timezone.now()
    if draft.expires_at and draft.expires_at <= (draft.publish_at or now):
        raise NoticeError(_("It would expire before anybody read it."))
    if draft.publish_at and draft.publish_at <= now:
        raise NoticeError(_("The time to go out is in the past. Leave it empty to publish by hand."))


def _lock_open(notice: Notice) -> Notice:
    row = Notice.objects.select_for_update(of=("self",)).select_related("compound").get(pk=notice.pk)
    if row.published_at:
        raise NoticeError(_("It is published: nobody can change it any more. Correct or withdraw it instead."))
    if row.dropped_at:
        raise NoticeError(_("This notice was dropped."))
    return row


@transaction.atomic
def check_notice(*, notice: Notice, by: User) -> Notice:
    """Somebody has read it as it will go out. Raises NoticeError where it must not go out like this."""
    row = _lock_open(notice)
    said = "\n".join([row.title, row.text, row.title_en, row.text_en])
    if GAP in said:
        raise NoticeError(_("There is still a gap to fill: ____."))
    if bool(row.title_en) != bool(row.text_en):
        raise NoticeError(_("In English there is a title or a text, but not both."))
    if row.usual == Usual.POSITIVE and (found := ROOM.search(said)):
        raise NoticeError(_("What tells of a positive names no house and no room: %(found)s.") % {"found": found[0]})
    _refuse_numbers(row, said)
    if not households_of(row).exists():
        raise NoticeError(_("Nobody would get it: no household is known there."))
    row.checked_at, row.checked_by = timezone.now(), by
    row.save(update_fields=["checked_at", "checked_by"])
    return row


def _refuse_numbers(notice: Notice, said: str) -> None:
    """A duty phone may stand in it, a resident's number may not."""
    numbers = [re.sub(r"[ -]", "", each) for each in DIGITS.findall(said)]
    marks = {fingerprints(number)[0]: number for number in numbers}
    known = Resident.objects.filter(
        phone_index__in=marks, moved_out_on=None, household__door__building__compound=notice.compound_id
    )
    found = known.values_list("phone_index", flat=True).first() if marks else None
    if found:
        said = {"number": f"****{marks[found][-4:]}"}  # type: ignore[assignment]
        raise NoticeError(_("The number %(number)s is a resident's: leave it out.") % said)


@transaction.atomic
def drop_notice(*, notice: Notice) -> None:
    row = _lock_open(notice)
    row.dropped_at = timezone.now()
    row.save(update_fields=["dropped_at"])


@transaction.atomic
def put_right(*, notice: Notice, change: str, by: User) -> Notice:
    """Begin the notice that corrects or withdraws this one, to the same people. Pressed again, the same draft."""
    row = Notice.objects.select_for_update(of=("self",)).select_related("compound").get(pk=notice.pk)
    if not row.published_at:
        raise NoticeError(_("It is not out yet: change it instead."))
    later = row.corrections.filter(dropped_at=None).first()
    if later and later.is_open and later.change == change:
        return later
    if later:
        raise NoticeError(_("“%(title)s” puts it right already: go on from there.") % {"title": later.title})
    draft = Draft(words_that_put_right(row, change), row.source, effective_at=row.effective_at)
    later = Notice.objects.create(
        compound=row.compound,
        usual=row.usual,
        scope=row.scope,
        entrance=row.entrance,
        by_bots=row.by_bots,
        corrects=row,
        change=change,
        created_by=by,
        **draft.columns(),
    )
    later.buildings.set(row.buildings.all())
    later.households.set(row.households.all())
    return later


def word_usual(*, compound: Compound, usual: str, words: Words, by: User) -> None:
    """From now on the compound begins with these words. What is out or drafted stays."""
    if usual not in SHIPPED:
        raise NoticeError(_("There is no such usual notice."))
    told = {"title": words.title, "text": words.text, "title_en": words.title_en, "text_en": words.text_en}
    told |= {"changed_by": by, "changed_at": timezone.now()}  # type: ignore[dict-item]
    Wording.objects.update_or_create(compound=compound, usual=usual, defaults=told)


def forget_wording(*, compound: Compound, usual: str) -> None:
    Wording.objects.filter(compound=compound, usual=usual).delete()
