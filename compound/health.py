"""Is it alive, is it ready, how is it doing. Counts and times only: nothing here tells of a person.

A silent schedule does not make the portal unready: marks are taken in without it, and a load balancer that then
closed the door would lose what still works. Monitors that want to be woken ask `/readyz?beat=1`.
"""

from datetime import datetime, timedelta

from django.contrib.auth.decorators import login_not_required
from django.db import Error, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Min, Q, Sum
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from notices.models import Heartbeat, Message
from residents.models import Device
from rounds.models import HeldMark

BEAT = "schedule"
BEAT_IS_LATE = timedelta(minutes=2)
HEARD_LATELY = timedelta(minutes=10)
PATIENCE_MS = 2000

_is_migrated = False  # true for the life of the process once seen: code and migrations come together


@login_not_required
@require_safe
def healthz(request):
    """The process answers. Touches nothing else, so that a slow database does not get healthy processes killed."""
    return HttpResponse("ok\n", content_type="text/plain", headers={"Cache-Control": "no-store"})


@login_not_required
@require_safe
def readyz(request):
    words = {"database": "ok", "migrations": "not applied", "beat": "never heard"}
    age = None
    try:
        with transaction.atomic():
            _be_impatient()
            if _migrations_applied():
                words["migrations"] = "ok"
                age = age_of_beat(timezone.now())
    except Error:
        words = {"database": "unreachable", "migrations": "unknown", "beat": "unknown"}
    if age is not None:
        words["beat"] = "silent" if age > BEAT_IS_LATE else "ok"
    must = words.values() if request.GET.get("beat") == "1" else (words["database"], words["migrations"])
    seconds = None if age is None else int(age.total_seconds())
    answer = JsonResponse(words | {"beat_age_seconds": seconds}, status=200 if set(must) == {"ok"} else 503)
    answer["Cache-Control"] = "no-store"
    return answer


@require_safe
def status(request):
    """For the operator. To anybody else it is not there."""
    if not request.user.is_superuser:
        raise Http404
    return render(request, "status.html", read_status(timezone.now()))


def beat() -> None:
    now = timezone.now()
    Heartbeat.objects.bulk_create(
        [Heartbeat(name=BEAT, at=now)], update_conflicts=True, unique_fields=["name"], update_fields=["at"]
    )


def age_of_beat(now: datetime) -> timedelta | None:
    at = Heartbeat.objects.filter(name=BEAT).values_list("at", flat=True).first()
    return None if at is None else max(now - at, timedelta(0))


def read_status(now: datetime) -> dict:
    """Four statements, whatever the portal holds."""
    State = Message.State
    rows = Message.objects.order_by().values_list("state").annotate(n=Count("pk"), oldest=Min("due_at"))
    outbox = {state: (count, oldest) for state, count, oldest in rows}
    age = age_of_beat(now)
    phones = Device.objects.filter(ended_at=None).aggregate(
        bound=Count("pk"),
        heard=Count("pk", filter=Q(last_seen_at__gte=now - HEARD_LATELY)),
        with_unsent=Count("pk", filter=Q(queued_count__gt=0)),
        unsent=Sum("queued_count", default=0),
    )
    return {
        "outbox": [
            {"label": state.label, "count": count, "oldest": None if state == State.SENT else oldest}
            for state in State
            for count, oldest in [outbox.get(state, (0, None))]
        ],
        "beat_at": None if age is None else now - age,
        "beat_is_late": age is None or age > BEAT_IS_LATE,
        "held": HeldMark.objects.filter(decision="").aggregate(count=Count("pk"), oldest=Min("received_at")),
        "phones": phones,
    }


def _be_impatient() -> None:
    """A database that hangs is one that is not there. SQLite readers wait for nobody."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(PATIENCE_MS)])


def _migrations_applied() -> bool:
    global _is_migrated  # noqa: PLW0603
    if not _is_migrated:
        executor = MigrationExecutor(connection)
        _is_migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _is_migrated
