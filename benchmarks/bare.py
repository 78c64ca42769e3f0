"""The yardstick: a bare Django with one view that does one upsert in one statement, and one that does nothing."""

import json
import os
import uuid

import django
from django.conf import settings

if not settings.configured:
    import environ

    # Kept open, and durable in the same way as the portal's.
    database = environ.Env.db_url_config(os.environ["DATABASE_URL"]) | {"CONN_MAX_AGE": 600}
    if database["ENGINE"].endswith("sqlite3"):
        database["OPTIONS"] = {"timeout": 20, "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"}
    settings.configure(
        ROOT_URLCONF=__name__,
        ALLOWED_HOSTS=["*"],
        SECRET_KEY="bench",
        DATABASES={"default": database},
        MIDDLEWARE=[],
    )
    django.setup()

from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import JsonResponse
from django.urls import path

TABLE = "CREATE TABLE IF NOT EXISTS bench_upsert (id varchar(36) PRIMARY KEY, door integer, outcome varchar(12))"
UPSERT = (
    "INSERT INTO bench_upsert (id, door, outcome) VALUES (%s, %s, %s) "
    "ON CONFLICT (id) DO UPDATE SET outcome = excluded.outcome"
)


def upsert(request):
    with connection.cursor() as cursor:
        cursor.execute(UPSERT, [str(uuid.uuid4()), 7, "done"])
    return JsonResponse({"ok": True})


def upsert_posted(request):
    """The same with what a phone posts: its first mark."""
    mark = json.loads(request.body)["marks"][0]
    with connection.cursor() as cursor:
        cursor.execute(UPSERT, [mark["id"], mark["visit"], mark["outcome"]])
    return JsonResponse({"ok": True})


def nothing(request):
    return JsonResponse({"ok": True})


urlpatterns = [path("upsert", upsert), path("posted", upsert_posted), path("nothing", nothing)]
application = get_wsgi_application()
