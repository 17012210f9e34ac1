"""Prometheus' configuration, its alerts and Grafana's dashboard, compared with a real stack."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.backup import schedule
from deploy.checks.doctor import CHECKS
from deploy.stack.state_dir import REPOSITORY
from tests.support.compose import COMPOSE_SECONDS, ComposeStack
from tests.support.needs import lacks

FOLDER = REPOSITORY / "deploy" / "observability"
SCRAPES: list[dict[str, Any]] = yaml.safe_load((FOLDER / "prometheus.yml").read_text())["scrape_configs"]
ALERTS: list[dict[str, Any]] = [
    rule for group in yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"] for rule in group["rules"]
]
PANELS: list[dict[str, Any]] = json.loads((FOLDER / "grafana-dashboard.json").read_text())["panels"]
OURS = r"\b(?:backup|traefik|http|db|broker|relay|outbox|consumer|live|tiles|rabbitmq|process|dependency)_\w+"
FETCH = "import sys, urllib.request as r; sys.stdout.write(r.urlopen(sys.argv[1], timeout=5).read().decode())"


@pytest.fixture(scope="module")
def promtool() -> str:
    found = shutil.which("promtool")
    return found or lacks("promtool", "install Debian's package prometheus")


def check(promtool: str, *arguments: str) -> None:
    done = subprocess.run([promtool, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_prometheus_accepts_its_configuration_and_the_alerts(promtool: str) -> None:
    check(promtool, "check", "config", str(FOLDER / "prometheus.yml"))


def test_each_fault_fires_its_alert_and_a_healthy_stack_none(promtool: str, tmp_path: Path) -> None:
    tests = Path(__file__).with_name("alerts_test.yml").read_text()
    (tmp_path / "tests.yml").write_text(tests.replace("[ALERTS]", f"[{FOLDER / 'alerts.yml'}]"))
    check(promtool, "test", "rules", str(tmp_path / "tests.yml"))


def test_every_alert_has_a_test_that_fires_it() -> None:
    proved = Path(__file__).with_name("alerts_test.yml").read_text()
    assert [rule["alert"] for rule in ALERTS if f'alertname="{rule["alert"]}"' not in proved] == []


def test_every_alert_names_a_finding_of_the_doctor() -> None:
    assert {rule["labels"]["doctor"] for rule in ALERTS} <= {check.code for check in CHECKS}


@pytest.mark.timeout(COMPOSE_SECONDS)
def test_every_metric_of_alerts_and_dashboard_is_scraped(compose: ComposeStack) -> None:
    # Development has no container `backup`: its metrics are read from its code.
    scraped = set(re.findall(r'Gauge\("(\w+)"', Path(schedule.__file__).read_text()))
    for scrape in SCRAPES:
        if scrape["job_name"] == "backup":
            continue
        (found,) = scrape["dns_sd_configs"]
        query = "&".join(
            f"{name}={value}" for name, values in scrape.get("params", {}).items() for value in values
        )
        url = f"http://{found['names'][0]}:{found['port']}{scrape.get('metrics_path', '/metrics')}?{query}"
        text = compose.project.compose("exec", "-T", "tiles-web", "python", "-c", FETCH, url)
        scraped.update(re.findall(r"^([a-z]\w+)", text, re.MULTILINE))
    expressions = [rule["expr"] for rule in ALERTS]
    expressions += [target["expr"] for panel in PANELS for target in panel.get("targets", [])]
    used = {name for expression in expressions for name in re.findall(OURS, expression)}
    assert len(used) > 20
    assert sorted(used - scraped) == []
