"""Our SQLite reads a statement's places as Django's does, the first time and every time after."""

import pytest
from django.db import connection

ASKED = [
    ("SELECT %s || '%%', %s", ["a%s", "%%"], ("a%s%", "%%")),
    ("SELECT %(one)s || %(two)s", {"one": "a", "two": "b"}, ("ab",)),
    (f"SELECT '{'x' * 5000}', %s", ["?"], ("x" * 5000, "?")),
]


@pytest.mark.parametrize(("text", "given", "told"), ASKED, ids=["by place", "by name", "long"])
def test_a_statement_means_the_same_however_often_it_is_asked(db, text, given, told):
    for _ in range(2):
        with connection.cursor() as cursor:
            cursor.execute(text, given)
            assert cursor.fetchone() == told
