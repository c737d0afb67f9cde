"""The templates of deploy/: AWS's linter takes them, and they agree with the project."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT

if os.environ.get("PLAYHEAD_REQUIRE_LIVE") != "1":
    pytest.importorskip("cfnlint", reason="not installed: make live-test")

from live import TOPIC
from live.delivery import object_key

TEMPLATE = ROOT / "deploy" / "playhead.yaml"
DOCKERFILE = ROOT / "deploy" / "producer.dockerfile"


class Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short functions: each is a dictionary of its name."""


Loader.add_multi_constructor(
    "!",
    lambda loader, name, node: {
        name: loader.construct_scalar(node)
        if isinstance(node, yaml.ScalarNode)
        else loader.construct_sequence(node, deep=True)
    },
)
RESOURCES = yaml.load(TEMPLATE.read_text(), Loader)["Resources"]


def of_type(name: str) -> dict[str, dict[str, Any]]:
    return {key: one["Properties"] for key, one in RESOURCES.items() if one["Type"] == name}


def statements() -> list[tuple[str, dict[str, Any]]]:
    """What each role may do, with the role's name."""
    return [
        (name, statement)
        for name, role in of_type("AWS::IAM::Role").items()
        for policy in role["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
    ]


def many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_the_linter_takes_it():
    linter = Path(sys.executable).with_name("cfn-lint")
    done = subprocess.run([linter, str(TEMPLATE)], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_no_role_may_more_than_it_needs():
    """No action is a wildcard, and none is allowed everywhere that has a resource to name."""
    everywhere = {
        "ecr:GetAuthorizationToken",
        "ec2:CreateNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DeleteNetworkInterface",
    }
    assert len(statements()) > 15
    for role, statement in statements():
        actions = many(statement["Action"])
        assert not [action for action in actions if "*" in action], role
        if "*" in many(statement["Resource"]):
            assert set(actions) <= everywhere, role


def test_the_build_may_what_the_page_says():
    """The same actions as docs/athena.md has, and the key's."""
    page = (ROOT / "docs" / "athena.md").read_text()
    told = set(re.findall(r'"((?:athena|glue|s3):\w+)"', page.split("## Who may do what")[1]))
    given = {
        action
        for role, statement in statements()
        if role == "BuildRole"
        for action in many(statement["Action"])
    }
    assert given - {"kms:GenerateDataKey", "kms:Decrypt"} == told


def test_firehose_puts_objects_where_the_stand_in_does():
    (stream,) = of_type("AWS::KinesisFirehose::DeliveryStream").values()
    source, target = stream["MSKSourceConfiguration"], stream["ExtendedS3DestinationConfiguration"]
    assert source["TopicName"] == TOPIC
    key = object_key("telemetry/", 1_772_568_000_000)
    prefix = target["Prefix"]
    for pattern, text in {"yyyy": "2026", "MM": "03", "dd": "03", "HH": "20"}.items():
        prefix = prefix.replace(f"!{{timestamp:{pattern}}}", text)
    assert key.startswith(prefix)
    assert key.endswith(target["FileExtension"])
    assert target["CompressionFormat"] == "GZIP"


def test_the_raw_table_is_that_of_the_macro():
    """Partition keys, serializer and projection as create_telemetry_table makes them."""
    macro = (ROOT / "macros" / "dialect" / "create_telemetry_table.sql").read_text()
    (table,) = (one["TableInput"] for one in of_type("AWS::Glue::Table").values())
    storage, settings = table["StorageDescriptor"], table["Parameters"]
    assert storage["SerdeInfo"]["SerializationLibrary"] in macro
    for name, value in storage["SerdeInfo"]["Parameters"].items():
        assert f"'{name}' = '{value}'" in macro
    assert [column["Name"] for column in storage["Columns"]] == ["line"]
    assert [key["Name"] for key in table["PartitionKeys"]] == ["year", "month", "day", "hour"]
    for key in ("month", "day", "hour"):
        assert f"'{key}': '{settings[f'projection.{key}.range']}'" in macro
        assert settings[f"projection.{key}.digits"] == "2"
    template = settings["storage.location.template"]["Sub"].replace("${!", "${")
    assert template.partition("/telemetry")[2] in macro
    assert table["Name"] == "telemetry"


def test_the_image_holds_what_the_function_imports(tmp_path):
    """The files that the dockerfile copies, alone: Lambda's own name for the handler is found."""
    text = DOCKERFILE.read_text()
    for origin, target in re.findall(r"^COPY (\S+) \$\{LAMBDA_TASK_ROOT\}/(\S*)$", text, re.M):
        place = tmp_path / target
        if (ROOT / origin).is_dir():
            shutil.copytree(ROOT / origin, place, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            (place if target.endswith(".csv") else place / "x").parent.mkdir(
                parents=True, exist_ok=True
            )
            shutil.copy(ROOT / origin, place)
    module, _, function = re.findall(r'^CMD \["(.*)"\]$', text, re.M)[0].rpartition(".")
    program = f"import {module} as m; from live.stream import Stream, StreamOptions; "
    program += f"assert callable(m.{function}); Stream(StreamOptions())"
    subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path / "scripts"), "PATH": os.environ["PATH"]},
        check=True,
    )


def test_the_image_pins_what_the_function_imports():
    """Every package of producer.in has its version and hash, the same as in make lake."""
    pinned = dict(
        re.findall(r"^([\w.-]+)==([\w.]+)", pins("deploy/requirements-producer.txt"), re.M)
    )
    here = dict(re.findall(r"^([\w.-]+)==([\w.]+)", pins("requirements-live.txt"), re.M))
    wanted = re.findall(r"^[\w-]+$", pins("deploy/producer.in"), re.M)
    assert set(wanted) <= set(pinned)
    assert {name: here[name] for name in pinned if name in here} == {
        name: version for name, version in pinned.items() if name in here
    }


def pins(name: str) -> str:
    return (ROOT / name).read_text()
