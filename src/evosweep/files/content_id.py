"""A name for a content: the same content, the same name."""

import hashlib


def content_id(*parts: str | bytes) -> str:
    """32 hexadecimal digits that name a content."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "little") + data)
    return digest.hexdigest()[:32]
