"""Image and its manifests: commands, user, folders and probe agree; no other answer is health."""

from __future__ import annotations

import http.server
import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import click
import pytest
import yaml

from headway.cli import commands as headway
from tests.support.machine import ROOT

FOLDER = ROOT / "deploy"
CONTAINERFILE = (FOLDER / "Containerfile").read_text(encoding="utf-8")
#: words of an instruction that are one JSON list
LIST = re.compile(r"^(ENTRYPOINT|CMD|HEALTHCHECK .*CMD) (\[.*\])$", re.MULTILINE)


def words(instruction: str) -> list[str]:
    """Return the words of the last instruction of a kind."""
    (*_, (_, text)) = [item for item in LIST.findall(CONTAINERFILE) if instruction in item[0]]
    result: list[str] = json.loads(text)
    return result


def containers() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the containers of Kubernetes with the spec of their pod."""
    documents = yaml.safe_load_all((FOLDER / "kubernetes.yaml").read_text(encoding="utf-8"))
    for document in documents:
        spec = document["spec"].get("jobTemplate", document)["spec"]
        pod = spec.get("template", {}).get("spec", {})
        for container in pod.get("containers", ()):
            yield document["kind"], container | {"pod": pod}


def test_every_command_is_one_of_headway() -> None:
    services = yaml.safe_load((FOLDER / "compose.yaml").read_text(encoding="utf-8"))["services"]
    assert words("ENTRYPOINT") == ["headway"]
    lines = [words("CMD"), services["dashboard"]["command"]]
    lines += [container["args"] for _, container in containers()]
    (loop,) = services["refresh"]["command"]
    (command,) = re.findall(r"do headway ([^;]+);", loop)
    lines.append(command.split())
    assert {line[0] for line in lines} == {"serve", "refresh"}
    for name, *rest in lines:
        parsed = headway.cli.get_command(click.Context(headway.cli), name)
        assert parsed, name
        parsed.make_context(name, rest).close()


def test_nothing_runs_as_root_or_writes_beside_the_volume() -> None:
    assert re.findall(r"^USER (.*)$", CONTAINERFILE, re.MULTILINE) == ["10001:10001"]
    (volume,) = re.findall(r"^VOLUME (.*)$", CONTAINERFILE, re.MULTILINE)
    assert f"HEADWAY_DATA={volume} " in CONTAINERFILE
    kinds = set()
    for kind, container in containers():
        kinds.add(kind)
        pod, rights = container["pod"], container["securityContext"]
        assert pod["securityContext"]["runAsNonRoot"] and not pod["automountServiceAccountToken"]
        assert pod["securityContext"]["runAsUser"] == 10001
        assert rights["readOnlyRootFilesystem"] and not rights["allowPrivilegeEscalation"]
        assert rights["capabilities"] == {"drop": ["ALL"]}
        folders = {item["mountPath"] for item in container["volumeMounts"]}
        assert folders == {volume, "/srv/headway/headway.toml", "/tmp"}
    assert kinds == {"Deployment", "CronJob"}
    compose = yaml.safe_load((FOLDER / "compose.yaml").read_text(encoding="utf-8"))
    for service in compose["services"].values():
        assert service["read_only"] and service["cap_drop"] == ["ALL"]
        assert f"data:{volume}" in service["volumes"]


def test_the_lock_of_the_image_has_the_versions_of_the_project() -> None:
    def versions(name: str) -> set[str]:
        text = (ROOT / name).read_text(encoding="utf-8")
        return set(re.findall(r"^([\w.\[\]-]+==\S+)", text, re.MULTILINE))

    image, tests = versions("deploy/requirements.lock"), versions("tests/requirements.lock")
    assert versions("requirements.lock") <= image <= tests
    assert {name.partition("==")[0] for name in image} >= {"authlib", "adbc-driver-postgresql"}


@pytest.mark.parametrize(("text", "is_healthy"), [("ok", True), ("no", False), ("", False)])
def test_the_probe_takes_no_other_answer_for_health(text: str, is_healthy: bool) -> None:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    probe = words("HEALTHCHECK")
    readiness = [item["readinessProbe"] for _, item in containers() if "readinessProbe" in item]
    assert [item["exec"]["command"] for item in readiness] == [probe]
    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        code = probe[2].replace(":8501", f":{server.server_port}")
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
        server.shutdown()
    assert (done.returncode == 0) is is_healthy


def test_every_file_that_the_image_copies_exists() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", CONTAINERFILE, re.MULTILINE)
    paths = [path for line in copied for path in line.split()]
    assert len(paths) > 6
    for path in paths:
        assert (ROOT / path).exists(), path
