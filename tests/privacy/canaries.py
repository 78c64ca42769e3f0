"""Words that no person would write, planted in every free text of the database, and looked for in every cell."""

from django.db import IntegrityError, connection, models, transaction

from residents.encryption import decrypt, encrypt
from residents.retention import tables

WORD = "canary9f"
UNTOUCHED = {"id", "password", "token_hash", "lobby_hash", "phone_index", "phone_end_index", "code", "history_type"}


def plant(but: set[str] = frozenset()) -> int:
    """The word at the end of every text that is emptied or goes with its row. Returns how many columns hold it."""
    planted = 0
    for _klass, table in tables():
        if table.end == "stays" or table.scope is None:
            continue
        for field in table.model._meta.concrete_fields:
            name = f"{table.name}.{field.name}"
            if type(field) not in (models.CharField, models.TextField) or field.choices or field.unique:
                continue
            if field.name in UNTOUCHED or field.name in table.plain or (field.max_length or 99) < 10 or name in but:
                continue
            rows = table.model._base_manager.filter(**{f"{field.name}__isnull": False})
            try:
                with transaction.atomic():
                    planted += rows.update(**{field.name: WORD})
            except IntegrityError:  # of few values, or once each: no place for a name
                continue
    return planted


def found() -> list[str]:
    """Every column of every table, read past the ORM; what is encrypted is opened first."""
    places = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            names = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                places |= {f"{table}.{name}" for name, value in zip(names, row, strict=True) if WORD in opened(value)}
    return sorted(places)


def opened(value) -> str:
    if isinstance(value, (bytes, memoryview)):
        value = bytes(value).decode("latin-1")
    if isinstance(value, str) and value.startswith("gAAAAA"):
        try:
            return decrypt(value.encode()).decode("utf-8", "replace")
        except Exception:
            return value
    return str(value)


def sealed(text: str) -> bytes:
    return encrypt(text.encode())
