class CareError(ValueError):
    """A sentence for the person who tried."""
