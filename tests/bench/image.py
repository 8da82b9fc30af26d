"""Build of the image without a daemon: ``python -m tests.bench.image``, as root on Debian.

The base comes from debootstrap, the build from ``buildah --isolation chroot``. Prints times and
sizes, and fails unless the image shows its version, runs as another user than root, refuses to
listen beyond loopback without sign-in, answers its probe, and stops on a signal.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.support.command import free_port, wait_until
from tests.support.dashboard import is_up
from tests.support.machine import ROOT

PACKAGES = "python3,python3-venv,ca-certificates"
#: where pip finds its settings and certificates; mounted while the image is built
SETTINGS = ("/etc/pip.conf", "/etc/xdg/pip", "/etc/ssl/certs")
CHROOT = ("--isolation", "chroot")


def buildah(*words: str) -> str:
    """Run buildah, and return what it prints; storage needs no kernel module."""
    env = os.environ | {"STORAGE_DRIVER": "vfs"}
    done = subprocess.run(["buildah", *words], env=env, check=False, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"buildah {' '.join(words)}: {done.stderr[-2000:]}")
    return done.stdout.strip()


def make_base(folder: Path) -> None:
    """Make the base image ``headway-base`` of Debian's packages."""
    subprocess.run(
        ["debootstrap", "--variant=minbase", f"--include={PACKAGES}", "bookworm", folder],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    container = buildah("from", "scratch")
    buildah("add", "--quiet", container, str(folder), "/")
    buildah("commit", "--quiet", container, "localhost/headway-base")
    buildah("rm", container)


def check(container: str, words: Sequence[str], expected: str) -> None:
    """Run a command in a container, and fail unless its output has a text."""
    env = os.environ | {"STORAGE_DRIVER": "vfs"}
    command = ["buildah", "run", *CHROOT, container, "--", *words]
    done = subprocess.run(command, env=env, check=False, capture_output=True, text=True)
    if expected not in done.stdout + done.stderr:
        sys.exit(f"{' '.join(words)}: no {expected!r} in {done.stdout}{done.stderr}")
    print(f"{' '.join(words)}: {expected}")


def serve(container: str) -> None:
    """Serve from a container until it answers, and end it by SIGTERM."""
    port = free_port()
    words = ["headway", "serve", "--address", "0.0.0.0", "--port", str(port)]
    command = ["buildah", "run", *CHROOT, container, "--", *words, "--anyone-on-the-network"]
    env = os.environ | {"STORAGE_DRIVER": "vfs"}
    with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL) as process:
        began = time.monotonic()
        wait_until(lambda: is_up(f"http://127.0.0.1:{port}/_stcore/health"), 120)
        print(f"answers after {time.monotonic() - began:.1f} s")
        process.terminate()
        process.wait(30)


def main() -> None:
    """Build the image and try it."""
    for program in ("buildah", "debootstrap"):
        if not shutil.which(program):
            sys.exit(f"{program} is missing; type `sudo apt-get install {program}`")
    with tempfile.TemporaryDirectory(prefix="headway-image-") as folder:
        began = time.monotonic()
        make_base(Path(folder) / "root")
        print(f"base: {time.monotonic() - began:.0f} s")
    began = time.monotonic()
    mounts = [f"--volume={path}:{path}:ro" for path in SETTINGS if Path(path).exists()]
    words = ["--build-arg", "BASE=localhost/headway-base", "--file", "deploy/Containerfile"]
    os.chdir(ROOT)
    buildah("build", *CHROOT, *mounts, *words, "--tag", "localhost/headway", ".")
    seconds = time.monotonic() - began
    print(f"image: {seconds:.0f} s, {buildah('images', '--format', '{{.Name}} {{.Size}}')}")
    container = buildah("from", "localhost/headway")
    try:
        check(container, ["headway", "--version"], "headway, version")
        check(container, ["id", "-u"], "10001")
        check(container, ["headway", "serve", "--address", "0.0.0.0"], "no sign-in")
        serve(container)
    finally:
        buildah("rm", container)


if __name__ == "__main__":
    main()
