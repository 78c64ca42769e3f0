"""Django's SQLite with the parameter limit SQLite has had since 3.32 (2020) instead of the old 999.

With 999 a phone's 200 marks would be cut into a dozen inserts, each a statement of its own.
"""

from sqlite3 import sqlite_version, sqlite_version_info

from django.core.exceptions import ImproperlyConfigured
from django.db.backends.sqlite3 import base, features

if sqlite_version_info < (3, 35):
    raise ImproperlyConfigured(f"SQLite 3.35 or newer is needed; this Python brings {sqlite_version}.")


class DatabaseFeatures(features.DatabaseFeatures):
    max_query_params = 32_000


class DatabaseWrapper(base.DatabaseWrapper):
    features_class = DatabaseFeatures
