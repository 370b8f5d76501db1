"""The environment of a report's kernel: what every report shares, and no secret of this process.

A notebook is code, often somebody else's, and needs no password to read a data set. Variables that
are named as secrets are, or whose value is an address with a password, are not handed on.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

#: Names the secrets that a notebook of your own needs all the same, with commas between.
KEPT = "CALLSTATS_KERNEL_KEEPS"
_SECRET = re.compile(
    r"(?:^|_)(?:API)?(?:AUTH|CREDENTIALS?|KEYS?|PASS|PASSPHRASE|PAT|SECRETS?|TOKENS?)(?:_|$)"
    r"|APIKEY|PASSWORD|PASSWD|SECRET|TOKEN|CREDENTIAL|._PWD$",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"://[^/\s:@]*:[^/\s@]+@")


def without_secrets(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment without what is named, or looks, like a secret.

    Parameters
    ----------
    environment : mapping of str to str
        Its variable ``CALLSTATS_KERNEL_KEEPS`` names those that are kept all the same.

    Examples
    --------
    >>> without_secrets({"PGPASSWORD": "a", "SITE_URL": "mysql://me:b@dialer/x", "PWD": "/home/me"})
    {'PWD': '/home/me'}
    >>> without_secrets({"API_TOKEN": "a", "CALLSTATS_KERNEL_KEEPS": "API_TOKEN"})["API_TOKEN"]
    'a'
    """
    kept = {name.strip() for name in environment.get(KEPT, "").split(",")}
    return {name: value for name, value in environment.items() if name in kept or not _is_secret(name, value)}


def _is_secret(name: str, value: str) -> bool:
    return name != KEPT and bool(_SECRET.search(name) or _ADDRESS.search(value))


def shared_environment(fixed: Mapping[str, str]) -> dict[str, str]:
    """Return what all kernels of reports have in common: this process' variables, and the fixed ones."""
    return {**without_secrets(os.environ), **fixed}
