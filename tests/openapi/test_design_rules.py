"""The Dutch API Design Rules, by the linter rules of their makers."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SPECTRAL = ROOT / "tools/node_modules/.bin/spectral"
RULES = ROOT / "tests/data/nl-api-design-rules"
VERSIONS = {
    "openapi.json": RULES / "spectral-v2.2.0-rc.1.yml",
    "openapi-3.0.json": RULES / "spectral-v2.1.0.yml",
}

Lint = Callable[[Path, Path], dict[str, set[str]]]


@pytest.fixture(scope="module")
def lint() -> Lint:
    """Return what Spectral finds: the broken rules, by severity."""
    if not (SPECTRAL.exists() and shutil.which("node")):
        missing = "Spectral or Node.js is missing; `make install` installs both"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)

    def found(rules: Path, document: Path) -> dict[str, set[str]]:
        run = subprocess.run(
            [SPECTRAL, "lint", "-r", rules, document, "--fail-severity", "error", "--format", "json"],
            capture_output=True,
            text=True,
            check=False,
            encoding="utf-8",
        )
        assert run.returncode in (0, 1), run.stderr
        findings = json.loads(run.stdout)
        assert run.returncode == any(one["severity"] == 0 for one in findings)
        broken: dict[str, set[str]] = {"error": set(), "warning": set()}
        for one in findings:
            broken["error" if one["severity"] == 0 else "warning"].add(one["code"].removeprefix("nlgov:"))
        return broken

    return found


@pytest.mark.parametrize("name", VERSIONS)
def test_the_description_keeps_the_design_rules(lint: Lint, name: str) -> None:
    assert lint(VERSIONS[name], ROOT / "docs" / name) == {
        "error": set(),
        # Every installation has an address of its own, so the description says it relatively.
        "warning": {"servers-use-https"},
    }


def add_trailing_slash(document: dict[str, Any]) -> None:
    document["paths"]["/cases/"] = document["paths"].pop("/cases")


def forget_version(document: dict[str, Any]) -> None:
    del document["paths"]["/threads/{id}"]["get"]["responses"]["200"]["headers"]["API-Version"]


@pytest.mark.parametrize("name", VERSIONS)
def test_broken_design_rules_are_found(lint: Lint, tmp_path: Path, name: str) -> None:
    document = json.loads((ROOT / "docs" / name).read_text(encoding="utf-8"))
    add_trailing_slash(document)
    forget_version(document)
    spoiled = tmp_path / name
    spoiled.write_text(json.dumps(document), encoding="utf-8")
    found = lint(VERSIONS[name], spoiled)
    # 2.1.0 only warns of a slash.
    assert {"path-keys-no-trailing-slash", "missing-version-header"} <= found["error"] | found["warning"]
