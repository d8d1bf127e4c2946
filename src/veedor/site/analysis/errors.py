"""What can be wrong between a site and its workers on other machines.

UserError
├── WorkersNotTaken      the site is not configured to have any
├── WorkerNotEnrolled    this machine is no worker of any site yet
├── WorkerOfAnother      this machine's configuration is of another worker
├── WorkerTokenRefused   used, too old, or taken back
├── WorkerVersionOther   the site runs another version
├── WorkerModelOther     the site's detector is another
├── WorkerKnown          there is a worker of that name
└── WorkerUnknown        there is none
Unavailable
└── SiteSilent           nothing answers where the site should be
"""

from __future__ import annotations

from veedor.kit.errors import Conflict, NotFound, Unavailable, UserError


class WorkersNotTaken(UserError):
    """params: file (the site's configuration)"""

    key = "error-analysis-workers-not-taken"


class WorkerNotEnrolled(UserError):
    """params: file"""

    key = "error-analysis-worker-not-enrolled"


class WorkerOfAnother(Conflict):
    """params: file, name (of the worker that it is of)"""

    key = "error-analysis-worker-of-another"


class WorkerTokenRefused(UserError):
    """params: url, problem"""

    key = "error-analysis-token-refused"


class WorkerVersionOther(UserError):
    """params: site, worker (the two versions)"""

    key = "error-analysis-version-other"


class WorkerModelOther(UserError):
    """params: model, expected, found"""

    key = "error-analysis-model-other"


class WorkerKnown(Conflict):
    """params: name"""

    key = "error-analysis-worker-known"


class WorkerUnknown(NotFound):
    """params: name"""

    key = "error-analysis-worker-unknown"


class SiteSilent(Unavailable):
    """params: url, problem"""

    key = "error-analysis-site-silent"
