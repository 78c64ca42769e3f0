"""Pure: what each gift gets back of what is left, in proportion and to the cent."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal


def share_out(left: Decimal, gifts: Mapping[int, Decimal]) -> dict[int, Decimal]:
    """Nobody gets more than they gave; the cents that proportion leaves over go to the largest remainders.

    What is left beyond all gifts is nobody's share. The order of equals is that of their keys.
    """
    given = {key: int(amount * 100) for key, amount in gifts.items() if amount > 0}
    total = sum(given.values())
    pot = min(int(left * 100), total)
    if pot <= 0:
        return {}
    cents = {key: pot * amount // total for key, amount in given.items()}
    spare = pot - sum(cents.values())
    by_remainder = sorted(given, key=lambda key: (-(pot * given[key] % total), key))
    for key in by_remainder[:spare]:
        cents[key] += 1
    return {key: Decimal(amount) / 100 for key, amount in cents.items() if amount}
