"""Amazon Athena on one machine: the real adapter and a real Trino; moto for S3, Glue and STS."""
