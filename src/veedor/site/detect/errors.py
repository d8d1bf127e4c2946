"""What can go wrong with a detector and its weights.

VeedorError
├── UserError
│   ├── ModelUnusable       the file is no network that we can run
│   ├── ModelRefused        an agency's own file that we do not run, and why
│   ├── BadModelSetting     what was told of it cannot be
│   ├── ModelNameTaken      there is a model of that name
│   ├── TooManyClasses      no number is left for one more class
│   ├── ModelInUse          cameras name it
│   ├── OwnModelGone        the file of an own model is not where it was put
│   ├── ModelMissing        its weights are not on this machine
│   └── ModelUnknown        no model of that name in the registry
└── Unavailable
    ├── OwnModelChanged     an own model's file is not the one that was added
    ├── ModelUnobtainable   no source gave the weights
    └── WrongModelFile      a source gave something else: the SHA-256 differs
"""

from __future__ import annotations

from veedor.kit.errors import Conflict, NotFound, Unavailable, UserError


class ModelUnusable(UserError):
    """params: path, problem"""

    key = "error-detect-model-unusable"


class ModelRefused(UserError):
    """params: path, problem, detail (a key of detect-refused-...) and what that one takes"""

    key = "error-detect-model-refused"


class BadModelSetting(UserError):
    """params: setting, given, problem"""

    key = "error-detect-model-setting"


class ModelNameTaken(Conflict):
    """params: name"""

    key = "error-detect-model-name-taken"


class TooManyClasses(UserError):
    """params: most, name"""

    key = "error-detect-too-many-classes"


class ModelInUse(Conflict):
    """params: name, cameras"""

    key = "error-detect-model-in-use"


class OwnModelGone(UserError):
    """params: model, path"""

    key = "error-detect-own-model-gone"


class OwnModelChanged(Unavailable):
    """params: model, expected, found"""

    key = "error-detect-own-model-changed"


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
