"""Seconds as people say them."""

from django import template

register = template.Library()


@register.filter
def in_minutes(seconds: int | None) -> str:
    return "–" if seconds is None or seconds == "" else f"{seconds / 60:.1f}".removesuffix(".0")


@register.filter
def in_hours(seconds: int) -> str:
    minutes = -(-seconds // 60)
    return f"{minutes // 60}:{minutes % 60:02d}"
