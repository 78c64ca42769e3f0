"""Form fields for numbers that people type; what they read and what they refuse is `residents.numbers_typed`."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from residents.numbers_typed import CENT, MOST_MONEY, MOST_PIECES, NumberError, read_money, read_quantity, read_weight


class TypedNumberField(forms.CharField):
    """A text box with a number pad: a browser's number box loses what it does not understand."""

    keys = "decimal"

    def __init__(self, *, read: Callable[[str], Any], **kwargs):
        self.read = read
        kwargs.setdefault("max_length", 40)
        super().__init__(**kwargs)

    def widget_attrs(self, widget):
        return super().widget_attrs(widget) | {"inputmode": self.keys, "autocomplete": "off"}

    def clean(self, value):
        text = super().clean(value)
        if text in self.empty_values:
            return None
        try:
            return self.read(text)
        except NumberError as error:
            raise ValidationError(str(error), code="number") from error


class MoneyField(TypedNumberField):
    def __init__(self, *, least: Decimal = CENT, most: Decimal = MOST_MONEY, **kwargs):
        super().__init__(read=lambda text: read_money(text, least=least, most=most), **kwargs)


class PiecesField(TypedNumberField):
    keys = "numeric"

    def __init__(self, *, least: int = 1, most: int = MOST_PIECES, **kwargs):
        super().__init__(read=lambda text: read_quantity(text, least=least, most=most), **kwargs)


class WeightField(TypedNumberField):
    def __init__(self, **kwargs):
        super().__init__(read=read_weight, **kwargs)
