"""What is in the store, who has it now, and what each household is to get.

Reading order: `ledger.py` (things and their movements), `distributions.py` (a round that hands them out).
"""

from supplies.models.distributions import Diet, Distribution, Entitlement, Handover, Line, Variant, WaitReason
from supplies.models.ledger import Batch, BatchCount, Item, Stock, StockMove

__all__ = [
    "Batch",
    "BatchCount",
    "Diet",
    "Distribution",
    "Entitlement",
    "Handover",
    "Item",
    "Line",
    "Stock",
    "StockMove",
    "Variant",
    "WaitReason",
]
