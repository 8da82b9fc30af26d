"""The demo company's default branches, releases and deployments as GitHub would show them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import datetime

from collectors.github.repository import format_time
from headway.demo.company import HOST, Repo
from headway.demo.items import Change, Json
from headway.demo.rows import who
from headway.demo.shipping import tag
from headway.demo.world import Shipment, World

Landing = tuple[datetime, str, str]  # time, commit, message


def history(world: World, repo: Repo, changes: Iterable[Change]) -> list[Landing]:
    """Return the commits of the default branch, oldest first: one for each merge, pushed ones, and the first."""
    result: list[Landing] = [(world.begin, world.chance.oid(), "Move to this home")]
    for change in changes:
        if change.merged and change.base == "main":
            result.append((change.merged, change.oid, f"{change.title} (#{change.number})"))
    result += [
        (at, oid, message)
        for name, at, oid, message in world.pushes
        if name == repo.name and at < world.end
    ]
    return sorted(result)


def _tip(landings: list[Landing], at: datetime) -> str:
    """The newest commit of the default branch at a time."""
    return landings[bisect_right(landings, at, key=lambda landing: landing[0]) - 1][1]


def commit_rows(repo: Repo, landings: list[Landing]) -> list[Json]:
    """Return the rows of ``github_commits``."""
    return [
        {"host": HOST, "repo_id": repo.repo_id, "oid": oid, "position": index}
        | {"node": {"oid": oid, "committedDate": format_time(at), "message": message}}
        for index, (at, oid, message) in enumerate(landings, 1)
    ]


def release_rows(world: World, repo: Repo, landings: list[Landing]) -> list[Json]:
    """Return the rows of ``github_releases``: each points at what had landed when it was cut; the last is a draft."""
    nodes, last = list[Json](), ""
    for shipment in _shipments(world, repo):
        result = _tip(landings, shipment.cut)
        if shipment.environment is None and result != last:
            nodes.append(_release(world, shipment, result))
            last = result
    return _rows(world, repo, nodes)


def _shipments(world: World, repo: Repo) -> list[Shipment]:
    """What a repository tried to bring out before the end, oldest first."""
    result = [
        shipment
        for shipment in world.shipments
        if shipment.repo is repo and shipment.cut < world.end
    ]
    return sorted(result, key=lambda shipment: shipment.cut)


def _rows(world: World, repo: Repo, nodes: list[Json]) -> list[Json]:
    index = {"host": HOST, "repo_id": repo.repo_id, "fetched_at": world.end}
    return [index | {"node_id": node["id"], "node": node} for node in nodes]


def _release(world: World, shipment: Shipment, oid: str) -> Json:
    is_out, name, repo = shipment.out < world.end, tag(shipment), shipment.repo
    return {
        "id": f"RE_demo{repo.repo_id}x{name}",
        "tagName": name,
        "name": name,
        "url": f"https://{HOST}/{repo.full_name}/releases/tag/{name}",
        "isDraft": not is_out,
        "isPrerelease": False,
        "createdAt": format_time(shipment.cut),
        "publishedAt": format_time(shipment.out) if is_out else None,
        "updatedAt": format_time(shipment.out if is_out else shipment.cut),
        "tagCommit": {"oid": oid} if is_out else None,
    }


def deployment_rows(world: World, repo: Repo, landings: list[Landing]) -> list[Json]:
    """Return the rows of ``github_deployments``: what is new to an environment, until it has worked there."""
    nodes, last = list[Json](), dict[str, str]()
    for shipment in _shipments(world, repo):
        result = _tip(landings, shipment.cut)
        if shipment.environment and last.get(shipment.environment) != result:
            node = _deployment(world, shipment, len(nodes), result)
            nodes.append(node)
            if node["state"] == "ACTIVE":
                last[shipment.environment] = result
    return _rows(world, repo, _retired(nodes))


def _deployment(world: World, shipment: Shipment, place: int, oid: str) -> Json:
    states = [(at, state) for at, state in shipment.states if at < world.end]
    newest = states[-1][1] if states else "PENDING"
    return {
        "id": f"DE_demo{shipment.repo.repo_id}x{place}",
        "databaseId": shipment.repo.repo_id * 10_000 + place,
        "environment": shipment.environment,
        "task": "deploy",
        "ref": {"name": "main"},
        "commitOid": oid,
        "creator": who("github-actions"),
        "createdAt": format_time(shipment.cut),
        "updatedAt": format_time(states[-1][0] if states else shipment.cut),
        "state": "ACTIVE" if newest == "SUCCESS" else newest,
        "statuses": {
            "nodes": [
                {"state": state, "createdAt": format_time(at)} for at, state in reversed(states)
            ]
        },
    }


def _retired(nodes: list[Json]) -> list[Json]:
    """Mark deployments inactive once the next one to the same place has worked, as GitHub does."""
    successors: dict[str, str] = {}
    for node in reversed(nodes):
        ended = successors.get(node["environment"])
        if node["state"] == "ACTIVE":
            successors[node["environment"]] = node["updatedAt"]
            if ended:
                node["state"], node["updatedAt"] = "INACTIVE", ended
                node["statuses"]["nodes"].insert(0, {"state": "INACTIVE", "createdAt": ended})
    return nodes
