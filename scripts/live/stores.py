"""Where objects go: a folder, or a bucket. An object is there whole, or not at all."""

import os
from pathlib import Path
from typing import Protocol

from generator import UserError


class Store(Protocol):
    """Something to put objects into."""

    def put(self, key: str, body: bytes) -> None:
        """Write an object; raises OSError where it cannot be."""


class FolderStore:
    """A folder. What is not yet whole lies beside the lake, where no reader looks."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._unfinished = folder / ".unfinished"

    def put(self, key: str, body: bytes) -> None:
        """Write an object, and have it on the disk before it gets its name."""
        target = self._folder / key
        target.parent.mkdir(parents=True, exist_ok=True)
        self._unfinished.mkdir(exist_ok=True)
        unfinished = self._unfinished / target.name
        with unfinished.open("wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(target)


class BucketStore:
    """A bucket of S3, by the AWS chain's credentials, region and endpoint."""

    def __init__(self, bucket: str, prefix: str) -> None:
        import boto3

        self._client = boto3.client("s3")
        self._bucket, self._prefix = bucket, prefix

    def put(self, key: str, body: bytes) -> None:
        """Write an object, which S3 shows once it has all of it."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            self._client.put_object(Bucket=self._bucket, Key=self._prefix + key, Body=body)
        except (BotoCoreError, ClientError) as error:
            raise OSError(f"s3://{self._bucket}/{self._prefix}{key}: {error}") from error


def store_at(place: str) -> Store:
    """The store that a text names: a folder, or s3://bucket/prefix."""
    if not place.startswith("s3://"):
        return FolderStore(Path(place))
    bucket, _, prefix = place.removeprefix("s3://").partition("/")
    if not bucket:
        raise UserError(f"{place!r} names no bucket: give s3://bucket or s3://bucket/prefix")
    return BucketStore(bucket, f"{prefix.rstrip('/')}/" if prefix.rstrip("/") else "")
