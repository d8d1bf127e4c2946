"""Why a value, a file or a system call was refused, as catalogue keys: libraries tell it in English only.

Each function gives the parameters of an error: `problem`, the English as it came, and where we have words of our own
`detail` (see VeedorError) with the parameters that those words need.
"""

from __future__ import annotations

import errno
from collections.abc import Mapping
from typing import Any

_OS = {
    errno.ENOENT: "reason-no-such-file",
    errno.ENOTDIR: "reason-no-such-file",
    errno.EISDIR: "reason-is-a-folder",
    errno.EACCES: "reason-no-permission",
    errno.EPERM: "reason-no-permission",
    errno.EROFS: "reason-read-only",
    errno.ENOSPC: "reason-disk-full",
    errno.EADDRINUSE: "reason-port-in-use",
    errno.EADDRNOTAVAIL: "reason-not-our-address",
    errno.ECONNREFUSED: "reason-connection-refused",
    errno.ETIMEDOUT: "reason-timeout",
    errno.EHOSTUNREACH: "reason-no-way-there",
    errno.ENETUNREACH: "reason-no-way-there",
    errno.EIO: "reason-disk-faulty",
    errno.ENOTEMPTY: "reason-not-empty",
}

_VALUES = {
    "missing": "reason-missing",
    "extra_forbidden": "reason-unknown-key",
    "int_parsing": "reason-not-an-integer",
    "int_type": "reason-not-an-integer",
    "int_from_float": "reason-not-an-integer",
    "float_parsing": "reason-not-a-number",
    "float_type": "reason-not-a-number",
    "bool_parsing": "reason-not-a-boolean",
    "bool_type": "reason-not-a-boolean",
    "string_type": "reason-not-text",
    "path_type": "reason-not-text",
    "list_type": "reason-not-a-list",
    "tuple_type": "reason-not-a-list",
    "dict_type": "reason-not-a-group",
    "model_type": "reason-not-a-group",
    "model_attributes_type": "reason-not-a-group",
    "greater_than": "reason-not-above",
    "greater_than_equal": "reason-below",
    "less_than": "reason-not-under",
    "less_than_equal": "reason-above",
    "string_too_short": "reason-too-short",
    "string_too_long": "reason-too-long",
    "string_pattern_mismatch": "reason-not-that-form",
    "ip_any_network": "reason-not-a-network",
    "json_invalid": "reason-not-json",
    "enum": "reason-not-one-of",
    "literal_error": "reason-not-one-of",
    "datetime_parsing": "reason-not-a-time",
    "datetime_from_date_parsing": "reason-not-a-time",
}


def os_reason(problem: OSError) -> dict[str, str]:
    """What the system said, without the path: the error names that already."""
    said = problem.strerror or str(problem)
    return {"problem": said, "said": said, "detail": _OS.get(problem.errno or 0, "reason-system-said")}


def value_reason(item: Mapping[str, Any]) -> dict[str, str]:
    """What one entry of pydantic's `ValidationError.errors()` says."""
    context = item.get("ctx") or {}
    limits = {name: str(context[name]) for name in ("gt", "ge", "lt", "le", "expected", "pattern") if name in context}
    for name in ("min_length", "max_length"):
        if name in context:
            limits["length"] = str(context[name])
    problem = str(item["msg"]).removeprefix("Value error, ")
    return {"problem": problem, "detail": _VALUES.get(str(item["type"]), ""), **limits}
