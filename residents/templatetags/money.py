from django import template

from residents.numbers_typed import show_money

register = template.Library()


@register.filter
def yuan(amount):
    """`{{ order.total|yuan }}` -> `¥1,234.50`; nothing for nothing."""
    return "" if amount is None else show_money(amount)
