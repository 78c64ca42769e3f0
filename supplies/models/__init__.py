"""What is in the store, who has it now, and what each household is to get.

Reading order: `ledger.py` (things and their movements), `distributions.py` (a round that hands them out),
`absent.py` (what waits for who is away), `photos.py`.
"""

from supplies.models.absent import KeptShare
from supplies.models.distributions import (
    OF_ONE_LINE,
    Diet,
    Distribution,
    Entitlement,
    Handover,
    Line,
    Variant,
    WaitReason,
)
from supplies.models.ledger import Batch, BatchCount, Item, Stock, StockMove
from supplies.models.photos import HandoverPhoto

__all__ = [
    "OF_ONE_LINE",
    "Batch",
    "BatchCount",
    "Diet",
    "Distribution",
    "Entitlement",
    "Handover",
    "HandoverPhoto",
    "Item",
    "KeptShare",
    "Line",
    "Stock",
    "StockMove",
    "Variant",
    "WaitReason",
]
