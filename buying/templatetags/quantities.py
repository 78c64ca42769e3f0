from django import template

register = template.Library()


@register.filter
def said(quantity, item):
    """`{{ quantity|said:item }}` -> `3 bag`, `1.25 kg`."""
    return item.say(quantity)
