"""Why the system refused a file, in words of ours: its own are in one language."""

from __future__ import annotations

import errno

from jiuzhou.kernel.message import Message, say

_KNOWN = {
    errno.ENOENT: "adapters.why_missing",
    errno.EACCES: "adapters.why_forbidden",
    errno.EPERM: "adapters.why_forbidden",
    errno.EROFS: "adapters.why_forbidden",
    errno.EEXIST: "adapters.why_no_folder",
    errno.ENOTDIR: "adapters.why_no_folder",
    errno.EISDIR: "adapters.why_folder",
    errno.ENOSPC: "adapters.why_full",
}


def why(error: Exception) -> Message | str:
    """Return the reason behind an error of the disk or of the text encoding."""
    if isinstance(error, UnicodeDecodeError):
        return say("adapters.why_encoding")
    if isinstance(error, OSError) and error.errno in _KNOWN:
        return say(_KNOWN[error.errno])
    return getattr(error, "strerror", None) or type(error).__name__
