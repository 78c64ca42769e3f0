"""Django's SQLite with the parameter limit SQLite has had since 3.32 (2020) instead of the old 999.

With 999 the rows of a round that opens would be cut into dozens of inserts, each a statement of its own. And a text
asked again is not searched again for its places: that takes as long as a short answer.
"""

from functools import lru_cache
from sqlite3 import sqlite_version, sqlite_version_info

from django.core.exceptions import ImproperlyConfigured
from django.db.backends.sqlite3 import base, features

if sqlite_version_info < (3, 35):
    raise ImproperlyConfigured(f"SQLite 3.35 or newer is needed; this Python brings {sqlite_version}.")


class DatabaseFeatures(features.DatabaseFeatures):
    max_query_params = 32_000


LONGEST_KEPT = 4000  # letters; what is longer is rarely said twice


class CursorWrapper(base.SQLiteCursorWrapper):
    def convert_query(self, query, *, param_names=None):
        if param_names is None and len(query) <= LONGEST_KEPT:
            return _with_question_marks(query)
        return super().convert_query(query, param_names=param_names)


@lru_cache(maxsize=500)
def _with_question_marks(query: str) -> str:
    return base.FORMAT_QMARK_REGEX.sub("?", query).replace("%%", "%")


class DatabaseWrapper(base.DatabaseWrapper):
    features_class = DatabaseFeatures

    def create_cursor(self, name=None):
        return self.connection.cursor(factory=CursorWrapper)
