"""Tokens from the GitHub CLI, which gets no other secret."""

from __future__ import annotations

from pathlib import Path

from collectors.github.credentials import find_token

CLI = '#!/bin/sh\nenv > "$HOME/environment"\necho "$@" > "$HOME/words"\necho token-of-gh\n'


def test_github_cli_gets_its_own_variables_only(tmp_path: Path) -> None:
    (tmp_path / "gh").write_text(CLI, encoding="ascii")
    (tmp_path / "gh").chmod(0o755)
    variables = {
        "PATH": f"{tmp_path}:/usr/bin:/bin",
        "HOME": str(tmp_path),
        "GH_CONFIG_DIR": "/etc/gh",
        "ANTHROPIC_ADMIN_KEY": "key-1",
        "HEADWAY_WEBHOOK": "https://hooks.example.com/2",
        "HEADWAY_TOKEN": "token-3",
        "GITHUB_TOKEN": " ",
    }
    assert find_token(variables, "https://api.github.com") == "token-of-gh"
    assert (tmp_path / "words").read_text("ascii") == "auth token --hostname github.com\n"
    lines = (tmp_path / "environment").read_text("utf-8").splitlines()
    names = {line.partition("=")[0] for line in lines} - {"PWD", "OLDPWD", "SHLVL", "_"}
    assert names == {"PATH", "HOME", "GH_CONFIG_DIR"}
