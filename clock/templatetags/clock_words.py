from django import template
from django.utils.translation import gettext as _

from clock.profiles import Name, Phase
from clock.sentences import say_name

register = template.Library()


@register.filter
def in_words(name: Name) -> str:
    return say_name(name)


@register.filter
def in_a_row(days: tuple[int, ...]) -> str:
    return _(", ").join(map(str, days))


@register.filter
def on_a_positive(phase: Phase) -> str:
    return {
        "restart": _("counted anew"),
        "extend": _("extended to day %(day)s") % {"day": phase.to_day},
        "ask": _("decided after investigation"),
        "nothing": _("nothing changes"),
    }[phase.on_positive]
