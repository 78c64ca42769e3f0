"""The rules that come with the portal: one file a version, `rules/<code>.<number>.json`, never edited once shipped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "rules"


def shipped_bodies() -> dict[tuple[str, int], dict[str, Any]]:
    """(code, number) -> body, oldest versions first."""
    bodies = {}
    for path in FOLDER.glob("*.json"):
        code, number = path.stem.rsplit(".", 1)
        bodies[code, int(number)] = json.loads(path.read_text(encoding="utf-8"))
    return dict(sorted(bodies.items()))


def load_rules(profile_model: Any, version_model: Any) -> int:
    """Add what is not there yet; what is there stays as it is. Returns how many versions came. Models are handed in,
    so that a migration may hand in those of its own time."""
    made = 0
    for (code, number), body in shipped_bodies().items():
        profile, _new = profile_model.objects.get_or_create(code=code, defaults={"kind": body["kind"]})
        if not version_model.objects.filter(profile=profile, number=number).exists():
            version_model.objects.create(profile=profile, number=number, body=body, note=body.get("source", ""))
            made += 1
    return made
