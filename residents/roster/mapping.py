"""A steward says what the columns mean: the file is read again with that, and so is the next one with this header."""

from django.db import transaction
from django.utils import timezone

from residents.models import ColumnMapping, RosterImport
from residents.roster.words import COLUMN, MAPPING, RosterStateError


class MappingError(ValueError):
    """Why the columns cannot be read like that, in a sentence."""


@transaction.atomic
def remember_columns(*, roster_import: RosterImport, fingerprint: str, fields: list[str]) -> None:
    """`fields`: what each column of this header holds, in order; "" leaves it out."""
    row = RosterImport.objects.select_for_update().get(pk=roster_import.pk)
    if row.state != RosterImport.State.READY or not row.content:
        raise RosterStateError("no file to read again")
    header = next((told for told in row.findings.get("headers", []) if told["fingerprint"] == fingerprint), None)
    if header is None or len(fields) != len(header["columns"]) or not set(fields) <= {"", *COLUMN}:
        raise MappingError(str(MAPPING["other_header"]))
    used = [name for name in fields if name]
    if len(used) != len(set(used)):
        raise MappingError(str(MAPPING["twice"]))
    if "room" not in used:
        raise MappingError(str(MAPPING["no_room"]))
    columns = {label: name for (label, _name), name in zip(header["columns"], fields, strict=True)}
    before = ColumnMapping.objects.filter(compound=row.compound_id, header=fingerprint).first()
    ColumnMapping.objects.update_or_create(
        compound_id=row.compound_id, header=fingerprint, defaults={"columns": columns, "changed_at": timezone.now()}
    )
    row.findings = {"remapped": {"header": fingerprint, "before": before and before.columns}}
    row.state, row.leased_until = RosterImport.State.WAITING, timezone.now()
    row.save(update_fields=["findings", "state", "leased_until"])


def forget_last_columns(roster_import: RosterImport) -> None:
    """With these columns the file could not be read at all: they mean again what they meant before."""
    told = roster_import.findings["remapped"]
    rows = ColumnMapping.objects.filter(compound=roster_import.compound_id, header=told["header"])
    if told["before"] is None:
        rows.delete()
    else:
        rows.update(columns=told["before"])
