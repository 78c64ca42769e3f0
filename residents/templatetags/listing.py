from django import template

from residents.listing import listed

register = template.Library()
register.filter("listed", listed)
