"""A list reads as the language of its page writes lists."""

import pytest
from django.template import Context, Template
from django.urls import reverse
from django.utils.translation import override

from residents.listing import listed
from rounds.services import assign, create_round, open_round


@pytest.mark.parametrize(("language", "said"), [("en", "甲, 乙, 3"), ("zh-hans", "甲、乙、3")])
def test_words_are_joined_as_the_language_does(language, said):
    with override(language):
        assert listed(["甲", "乙", 3]) == said
        assert Template("{% load listing %}{{ words|listed }}").render(Context({"words": ["甲", "乙", 3]})) == said
        assert (listed([]), listed(["甲"])) == ("", "甲")


def test_what_is_listed_is_escaped_on_a_page():
    page = Template("{% load listing %}{{ words|listed }}").render(Context({"words": ["<b>", "甲"]}))
    assert page.startswith("&lt;b&gt;")


@pytest.mark.parametrize(("language", "said"), [("en", "魏志愿, 吴志愿"), ("zh-hans", "魏志愿、吴志愿")])
def test_two_walkers_of_a_door_stand_beside_it(world, client, language, said):
    round = create_round(**world.round_form())
    for volunteer in (world.wei, world.wu):
        assign(round=round, volunteer=volunteer, building=world.building1, by=world.chen)
    open_round(round=round, by=world.chen)
    client.force_login(world.chen)
    client.cookies["django_language"] = language
    assert said in client.get(reverse("rounds:gaps", args=[round.pk])).content.decode()
