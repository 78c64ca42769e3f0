"""People without a door."""

PLAIN: dict = {}
OBJECT = {"residents:posts": ("compound", "FORM", 200, 403, 403, None)}
BY_SECRET: set = set()
MISSING: dict = {}


def things(place):
    return {}
