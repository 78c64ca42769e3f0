"""Everybody's own page. A link of a new address is told apart by its signature, not by the role."""

PLAIN = {
    "account": ("GET", 200, 200, 200, 200, 200, 302),
}
OBJECT: dict = {}
BY_SECRET = {"email_confirm"}
MISSING: dict = {}


def things(place):
    return {}
