"""An S3-compatible server of the tests' own (moto), which checks every signature."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest

START_S = 60.0
BUCKET = "recordings"
_UNCHECKED = 4  # requests by which the user, his rights and the bucket are made; all others must be signed by him


@dataclass(slots=True, kw_only=True)
class S3Server:
    """It runs at `endpoint`; `client` looks and meddles."""

    endpoint: str
    access_key: str
    secret_key: str
    client: Any
    process: "subprocess.Popen[bytes]"

    def hang(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def empty(self) -> None:
        for entry in self.client.list_objects_v2(Bucket=BUCKET).get("Contents", []):
            self.client.delete_object(Bucket=BUCKET, Key=entry["Key"])


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    """Started once."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "INITIAL_NO_AUTH_ACTION_COUNT": str(_UNCHECKED)},
    )
    try:
        endpoint = f"http://127.0.0.1:{port}"
        _await_answer(endpoint)
        yield _with_user(endpoint, process)
    finally:
        process.kill()
        process.wait(START_S)


@pytest.fixture
def s3(s3_server: S3Server) -> Iterator[S3Server]:
    """With nothing in the bucket."""
    s3_server.empty()
    yield s3_server
    s3_server.go_on()


def _await_answer(endpoint: str) -> None:
    deadline = time.monotonic() + START_S
    while True:
        try:
            with urllib.request.urlopen(f"{endpoint}/moto-api/", timeout=5):  # noqa: S310  our own, http
                return
        except (urllib.error.URLError, OSError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def _with_user(endpoint: str, process: "subprocess.Popen[bytes]") -> S3Server:
    known = {"endpoint_url": endpoint, "region_name": "us-east-1"}
    first = {"aws_access_key_id": "first", "aws_secret_access_key": "first"}
    iam = boto3.client("iam", **known, **first)
    iam.create_user(UserName="zhida")
    policy = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}'
    iam.put_user_policy(UserName="zhida", PolicyName="all", PolicyDocument=policy)
    key = iam.create_access_key(UserName="zhida")["AccessKey"]
    boto3.client("s3", **known, **first).create_bucket(Bucket=BUCKET)
    mine = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    client = boto3.client("s3", **known, **mine)
    return S3Server(
        endpoint=endpoint, access_key=key["AccessKeyId"], secret_key=key["SecretAccessKey"], client=client, process=process
    )
