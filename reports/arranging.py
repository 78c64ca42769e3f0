"""Excel forms of others: brought, arranged, saved, filled, set aside."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from reports.exports import log_export, watermark
from reports.form_reading import FormError, fill_form, read_form
from reports.models import DailyReport, FormMapping, FormSheet
from reports.placing import guess_places, make_place, orders_for, sheet_named, targets
from residents.encryption import decrypt, encrypt
from residents.models import AccessRecord, Compound, User

MOST_PLACES = 400


def bring_form(*, compound: Compound, name: str, file_name: str, content: bytes, by: User) -> FormSheet:
    """Read behind the fence first: what cannot be opened is not kept."""
    told = read_form(content)
    try:
        with transaction.atomic():
            return FormSheet.objects.create(
                compound=compound,
                name=name.strip(),
                file_name=file_name[:200],
                content=encrypt(content),
                grid=told["sheets"],
                uploaded_by=by,
            )
    except IntegrityError as error:
        raise FormError(_("There is a form of this name already. Set it aside first, or choose another.")) from error


def _lock(form_sheet: FormSheet) -> FormSheet:
    locked = FormSheet.objects.select_for_update().get(pk=form_sheet.pk)
    if locked.ended_at is not None:
        raise FormError(_("This form has been set aside."))
    return locked


def _keep(locked: FormSheet, places: list[dict[str, Any]]) -> None:
    if len(places) > MOST_PLACES:
        raise FormError(_("No more than %(limit)s fields in a form.") % {"limit": MOST_PLACES})
    locked.places = places
    locked.save(update_fields=["places"])


def _others(places: list[dict[str, Any]], fresh: list[dict[str, Any]]) -> list[dict[str, Any]]:
    taken = {(place["sheet"], place["row"], place["column"]) for place in fresh}
    return [place for place in places if (place["sheet"], place["row"], place["column"]) not in taken]


@transaction.atomic
def place_field(*, form_sheet: FormSheet, sheet: str, row: int, column: int, field: str, way: str) -> None:
    """One field at one cell, instead of what was there."""
    locked = _lock(form_sheet)
    place = make_place(locked.grid, sheet=sheet, row=row, column=column, field=field, way=way)
    _keep(locked, [*_others(locked.places, [place]), place])


@transaction.atomic
def take_out(*, form_sheet: FormSheet, sheet: str, row: int, column: int) -> None:
    locked = _lock(form_sheet)
    rest = _others(locked.places, [{"sheet": sheet, "row": row, "column": column}])
    if len(rest) == len(locked.places):
        raise FormError(_("Nothing is placed there."))
    _keep(locked, rest)


@transaction.atomic
def place_guessed(*, form_sheet: FormSheet, sheet: str, row: int, body: dict[str, Any]) -> int:
    """What the headers of a line say. Returns how many were understood; what was placed before stays elsewhere."""
    locked = _lock(form_sheet)
    fresh = guess_places(locked.grid, sheet=sheet, row=row, body=body)
    _keep(locked, [*_others(locked.places, fresh), *fresh])
    return len(fresh)


@transaction.atomic
def save_mapping(*, form_sheet: FormSheet, by: User) -> FormMapping:
    """The arrangement as the form's next version. Saved twice unchanged, it stays the same version."""
    locked = _lock(form_sheet)
    last = locked.mappings.order_by("-version").first()
    if not locked.places:
        raise FormError(_("Nothing is placed yet."))
    if last is not None and last.places == locked.places:
        return last
    return FormMapping.objects.create(
        sheet=locked, version=last.version + 1 if last else 1, places=locked.places, by=by
    )


@transaction.atomic
def end_form(*, form_sheet: FormSheet, by: User) -> None:
    """Out of use. The file itself is gone; what was arranged stays on record."""
    locked = _lock(form_sheet)
    locked.ended_at, locked.ended_by, locked.content = timezone.now(), by, b""
    locked.save(update_fields=["ended_at", "ended_by", "content"])


def what_does_not_fit(form_sheet: FormSheet, body: dict[str, Any]) -> list[str]:
    """The sentences that filling would refuse with, said while it is arranged."""
    said = []
    for place in form_sheet.places:
        try:
            list(targets(place, sheet_named(form_sheet.grid, place["sheet"]), body))
        except FormError as error:
            said.append(str(error))
    return list(dict.fromkeys(said))


def fill_for(*, form_sheet: FormSheet, report: DailyReport, by: User) -> tuple[bytes, AccessRecord]:
    """A filled copy by the newest saved arrangement, numbered and on record before it leaves.

    No transaction: nothing in the database waits while another process works on the file.
    """
    if form_sheet.ended_at is not None:
        raise FormError(_("This form has been set aside."))
    mapping = form_sheet.mappings.order_by("-version").first()
    if mapping is None:
        raise FormError(_("Save the arrangement first."))
    orders = orders_for(mapping.places, form_sheet.grid, report)
    subject = f"report {report.pk} in form {form_sheet.pk}, arrangement {mapping.version}"
    record = log_export(user=by, compound=report.compound, subject=subject, row_count=len(orders))
    return fill_form(decrypt(bytes(form_sheet.content)), orders, watermark(record)), record
