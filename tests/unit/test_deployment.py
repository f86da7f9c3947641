"""What stands in the compose file and the Kubernetes example: valid, hardened, and in step with the code."""

import warnings
from pathlib import Path
from typing import Any

import pytest
import yaml

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import kubernetes_validate

from neo4j_server import IMAGE as NEO4J_IMAGE
from twohop.config import Settings

TREE = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((TREE / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
MANIFESTS = {
    f"{path.name}-{manifest['kind']}": manifest
    for path in sorted((TREE / "deploy/kubernetes").glob("*.yaml"))
    for manifest in yaml.safe_load_all(path.read_text(encoding="utf-8"))
}
PODS = {name: m["spec"]["template"]["spec"] for name, m in MANIFESTS.items() if "template" in m.get("spec", {})}
VERSIONS = ("1.30", "1.34")
FIELDS = Settings.model_fields.keys()
SAMPLES = {"TWOHOP_LLM__MODE": "tools", "TWOHOP_LLM__FALLBACK": "none"}
"""What the compose file takes from outside and is no free text."""


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", MANIFESTS)
def test_a_manifest_is_what_kubernetes_takes(name: str, version: str) -> None:
    """Each manifest is valid by the schema of its kind, and sets no field that is unknown there."""
    kubernetes_validate.validate(MANIFESTS[name], version, strict=True)


@pytest.mark.parametrize("name", PODS)
def test_a_pod_can_do_no_more_than_it_must(name: str) -> None:
    """Pods meet Kubernetes' restricted standard, are probed, and can't take a node's memory."""
    pod = PODS[name]
    assert pod["securityContext"]["runAsNonRoot"]
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    for container in pod["containers"]:
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert container["securityContext"]["allowPrivilegeEscalation"] is False
        assert container["resources"]["limits"]["memory"]
        assert {"startupProbe", "readinessProbe", "livenessProbe"} <= container.keys()


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_can_do_no_more_than_it_must(name: str) -> None:
    """No capability, no new privileges, bounded memory; and no port that others than this machine reach."""
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["mem_limit"]
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
    assert ("ports" in service) == (name in {"twohop", "embedded"})


def test_secrets_come_from_outside() -> None:
    """Passwords and keys are named, never told: they stand in the environment file and in a Secret."""
    given = {name: str(value or "") for service in SERVICES.values() for name, value in service["environment"].items()}
    secret = {name: value for name, value in given.items() if name.endswith(("PASSWORD", "_KEY", "_AUTH"))}
    assert secret
    assert [name for name, value in secret.items() if "${" not in value] == []
    assert [name for name, manifest in MANIFESTS.items() if manifest["kind"] == "Secret"] == []


def test_both_deployments_run_the_same_images() -> None:
    """Compose, Kubernetes and the tests name the same, pinned versions of the stores."""
    composed = {SERVICES[name]["image"] for name in ("neo4j", "qdrant")}
    orchestrated = {container["image"] for pod in PODS.values() for container in pod["containers"]}
    assert composed <= orchestrated
    assert NEO4J_IMAGE in composed


def test_every_setting_of_a_deployment_exists(monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting with a wrong name would be left out in silence."""
    (settings,) = (m["data"] for m in MANIFESTS.values() if m["kind"] == "ConfigMap")
    (pod,) = (pod for name, pod in PODS.items() if name.startswith("twohop"))
    named = {*settings, *(variable["name"] for variable in pod["containers"][0]["env"])}
    named |= SERVICES["twohop"]["environment"].keys() | SERVICES["embedded"]["environment"].keys()
    named = {name for name in named if name.startswith("TWOHOP_")}

    unknown = [name for name in named if name.removeprefix("TWOHOP_").partition("__")[0].lower() not in FIELDS]
    assert unknown == []
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    for name in named - settings.keys():
        monkeypatch.setenv(name, SAMPLES.get(name, "x"))
    Settings()  # Refuses names that a group of settings does not have.
