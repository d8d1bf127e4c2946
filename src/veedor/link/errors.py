"""What can be wrong with a link's servers.

UserError
├── ServerMissing        nats-server is not installed
├── ServerPortTaken
├── ServerConfigRefused  nats-server does not take the file that was written for it
└── KeyUnusable          a seed file is missing, or holds no seed
Unavailable
└── ServerDied           it ends as soon as it is started
"""

from __future__ import annotations

from veedor.kit.errors import Unavailable, UserError


class ServerMissing(UserError):
    key = "error-link-server-missing"


class ServerPortTaken(UserError):
    """params: address"""

    key = "error-link-port-taken"


class ServerConfigRefused(UserError):
    """params: file, problem"""

    key = "error-link-config-refused"


class KeyUnusable(UserError):
    """params: file, problem"""

    key = "error-link-key-unusable"


class ServerDied(Unavailable):
    """params: name, file (its log), problem"""

    key = "error-link-server-died"
