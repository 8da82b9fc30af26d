"""The exports that the demo company has taken in: its pager's incidents, and its experiment platform's."""

from __future__ import annotations

import hashlib
from datetime import datetime

from collectors.ledger.store import Store
from headway.demo.company import HOST
from headway.demo.items import Alarm, Json, Trial
from headway.demo.sayings import SERVICES
from headway.demo.world import World

#: kind → source and file
EXPORTS = {
    "incidents": ("pagerduty", "incidents.csv"),
    "experiments": ("growthbook", "experiments.json"),
}


def import_exports(world: World, store: Store) -> None:
    """Put both exports into the ledger, in place of those of an earlier demo."""
    rows = {
        "incidents": [
            _incident(world, alarm) for alarm in world.alarms if alarm.opened < world.end
        ],
        "experiments": [
            _experiment(world, trial) for trial in world.trials if trial.started < world.end
        ],
    }
    for kind, (source, file) in EXPORTS.items():
        import_id = hashlib.sha256(f"{HOST} {kind}".encode()).hexdigest()
        result = [
            {"import_id": import_id, "line": line} | row for line, row in enumerate(rows[kind], 2)
        ]
        load: Json = {
            "import_id": import_id,
            "kind": kind,
            "source": source,
            "account": "",
            "file": file,
        }
        load |= {"exported_at": world.end, "loaded_at": world.end, "rows_read": len(result)}
        store.delete(f"imported_{kind}", [{"import_id": import_id}])
        store.merge("imports", [load])
        store.merge(f"imported_{kind}", result)


def _before(at: datetime | None, end: datetime) -> datetime | None:
    return at if at and at < end else None


def _incident(world: World, alarm: Alarm) -> Json:
    """An alarm as the pager exports it; what caused it was written down by hand, in one way or another."""
    resolved = _before(alarm.resolved, world.end)
    return {
        "key": alarm.key,
        "title": alarm.title,
        "url": f"https://pager.{HOST}/incidents/{alarm.key}",
        "service": SERVICES[alarm.repo.name],
        "severity": alarm.severity,
        "opened_at": alarm.opened,
        "resolved_at": resolved,
        "caused_by": _cause(alarm),
        "updated_at": resolved or alarm.opened,
    }


def _cause(alarm: Alarm) -> str | None:
    name, cause = alarm.repo.full_name, alarm.cause
    if cause is None:
        return None
    forms = {
        "number": f"{name}#{cause.number}",
        "url": f"https://{HOST}/{name}/pull/{cause.number}",
    }
    forms |= {"commit": cause.oid, "release": f"{name}@{alarm.release}"}
    return forms[alarm.form]


def _experiment(world: World, trial: Trial) -> Json:
    shipped, decided = _before(trial.shipped, world.end), _before(trial.decided, world.end)
    item = trial.item
    url = f"https://experiments.{HOST}/experiment/{trial.key}"
    if item:
        kind = "pull" if hasattr(item, "merged") else "issues"
        url = f"https://{HOST}/{item.repo.full_name}/{kind}/{item.number}"
    return {
        "key": trial.key,
        "title": trial.title,
        "url": url,
        "repo": trial.repo.full_name if trial.repo else None,
        "started_at": trial.started,
        "shipped_at": shipped,
        "decided_at": decided,
        "decision": trial.decision if decided else None,
        "updated_at": max(at for at in (trial.started, shipped, decided) if at),
    }
