"""Thirty rounds in a drawing: a recall of a few people is not drawn as a full house."""

from django.urls import reverse

from rounds.models import Round
from testing_rounds.history import TESTS, draw_trend, lines_of
from testing_rounds.results import record_tube_result
from tests.testing_rounds.swabbed import fill_tube, open_pcr, people_of, sample


def test_a_recall_stands_apart_and_the_legend_says_so(client, world):
    pcr = open_pcr(world)
    sample(pcr, world.chen)
    client.force_login(world.chen)
    page = reverse("testing_rounds:history_building", args=[world.building1.pk])
    assert client.get(page).content.decode().count("trend-few") == 0
    tube = fill_tube(pcr, world.chen, "T", people_of(pcr, world.lin_home))
    record_tube_result(tube=tube, value="positive", source="lab_list", by=world.chen)
    sample(Round.objects.get(kind="recall").test_round, world.chen)
    bars = draw_trend(lines_of(world.jiamu.buildings.filter(pk=world.building1.pk), TESTS))
    assert [(bar.line.round.kind, bar.line.percent, bar.css) for bar in bars] == [
        ("pcr", 100, "trend-done"),
        ("recall", 100, "trend-few"),
    ]
    assert client.get(page).content.decode().count("trend-few") == 2  # the bar and its word
