"""A word that no person would write, planted in every table (filler.py) and looked for in every cell."""

from django.db import connection

from residents.encryption import decrypt

WORD = "canary9f"


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
