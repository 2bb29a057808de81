"""Where finished recordings are kept: in their folders, or in a bucket of S3-compatible storage."""
