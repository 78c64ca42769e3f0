"""How to put the phone's page on the home screen: a page of nobody's data, for everybody."""

PLAIN = {
    "my_install": ("GET", 200, 200, 200, 200, 200, 200),
}
OBJECT: dict = {}
BY_SECRET: set = set()
MISSING: dict = {}


def things(place):
    return {}
