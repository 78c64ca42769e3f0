"""Two workers at the same table on a real PostgreSQL: every row goes once, and is counted once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import Sum

from residents import purge, retaining
from residents.models import KeptCount, PurgeCertificate, PurgeStep, RetentionDeed
from residents.purge import work_purges
from residents.retaining import keep_to_periods
from tests.privacy.test_engine import DAY, approved, filled, folder  # noqa: F401 - a fixture

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def at_once(job, count=3) -> list:
    def run(_number):
        try:
            return job()
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_three_nights_at_once_take_and_count_each_row_once(folder, monkeypatch):  # noqa: F811
    monkeypatch.setattr(retaining, "SLICE", 1)
    alone = filled("Jiamu")
    keep_to_periods(alone, DAY + timedelta(days=400))
    compound = filled("Hexin")
    at_once(lambda: keep_to_periods(compound, DAY + timedelta(days=400)))

    def deeds(of):
        rows = RetentionDeed.objects.filter(compound=of).exclude(table="").order_by()
        return dict(rows.values_list("table").annotate(n=Sum("row_count")))

    def counts(of):
        return Counter(KeptCount.objects.filter(compound=of).values_list("table", flat=True))

    assert deeds(compound) == deeds(alone)
    assert counts(compound) == counts(alone)


def test_three_workers_make_one_certificate(folder, monkeypatch):  # noqa: F811
    monkeypatch.setattr(purge, "SLICE", 1)
    row = approved(filled("Jiamu"))
    done = at_once(work_purges)
    assert sorted(slices > 0 for slices in done) == [False, False, True]
    told = {one["table"]: one["rows"] for one in PurgeCertificate.objects.get().body["rows"]}
    assert {name: told[name] for name in row.preview} == row.preview
    assert PurgeStep.objects.filter(deed="deleted").aggregate(n=Sum("row_count"))["n"] == sum(
        one["rows"] for one in PurgeCertificate.objects.get().body["rows"] if one["deed"] == "deleted"
    )
