"""What can go wrong with a detector and its weights.

VeedorError
├── UserError
│   ├── ModelUnusable       the file is no network that we can run
│   ├── ModelMissing        its weights are not on this machine
│   └── ModelUnknown        no model of that name in the registry
└── Unavailable
    ├── ModelUnobtainable   no source gave the weights
    └── WrongModelFile      a source gave something else: the SHA-256 differs
"""

from __future__ import annotations

from veedor.kit.errors import NotFound, Unavailable, UserError


class ModelUnusable(UserError):
    """params: path, problem"""

    key = "error-detect-model-unusable"


class ModelMissing(UserError):
    """params: model, path"""

    key = "error-detect-model-missing"


class ModelUnknown(NotFound):
    """params: model, known"""

    key = "error-detect-model-unknown"


class ModelUnobtainable(Unavailable):
    """params: model, problem"""

    key = "error-detect-model-unobtainable"


class WrongModelFile(Unavailable):
    """params: name, expected, found"""

    key = "error-detect-model-wrong"
