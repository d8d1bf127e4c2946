"""What can be wrong with a camera, its address or a file of video.

No error carries a URL: `address` is host and port (recorders put passwords into paths), `name` the camera or file.

Unavailable
├── CameraUnreachable    no route, no such host
├── CameraRefused        nothing listens at that port
├── CameraTimeout        no answer in time
├── StreamEnded          it sent video and stopped
├── StreamStalled        connected, but no picture comes
└── CameraFault          it answers with an error of its own
UserError
├── WrongPassword · StreamNotFound · NotVideo · UnsupportedCodec · PictureTooLarge
├── AddressRefused · SchemeRefused · RedirectRefused · BadAddress · FileRefused
├── EmptyFile · TruncatedFile · FileUnreadable · BadOnvifAnswer
├── BadCameraList · BadCameraName · BadCameraSetting · CameraNotFound · NameTaken
VeedorError
└── Undecodable          one packet cannot be decoded
"""

from __future__ import annotations

from veedor.kit.errors import Conflict, NotFound, Unavailable, UserError, VeedorError


class CameraUnreachable(Unavailable):
    """params: address, problem"""

    key = "error-ingest-unreachable"


class CameraRefused(Unavailable):
    """params: address"""

    key = "error-ingest-refused"


class CameraTimeout(Unavailable):
    """params: address"""

    key = "error-ingest-timeout"


class StreamEnded(Unavailable):
    """params: address"""

    key = "error-ingest-ended"


class StreamStalled(Unavailable):
    """params: address, seconds"""

    key = "error-ingest-stalled"


class CameraFault(Unavailable):
    """params: address, problem"""

    key = "error-ingest-camera-fault"


class WrongPassword(UserError):
    """params: address"""

    key = "error-ingest-wrong-password"


class StreamNotFound(UserError):
    """params: address"""

    key = "error-ingest-stream-not-found"


class NotVideo(UserError):
    """params: name"""

    key = "error-ingest-not-video"


class UnsupportedCodec(UserError):
    """params: name, codec"""

    key = "error-ingest-unsupported-codec"


class PictureTooLarge(UserError):
    """params: name, width, height, limit"""

    key = "error-ingest-picture-too-large"


class AddressRefused(UserError):
    """params: host, address"""

    key = "error-ingest-address-refused"


class SchemeRefused(UserError):
    """params: scheme"""

    key = "error-ingest-scheme-refused"


class RedirectRefused(UserError):
    """params: address, target"""

    key = "error-ingest-redirect-refused"


class BadAddress(UserError):
    """params: problem"""

    key = "error-ingest-bad-address"


class FileRefused(UserError):
    """params: file"""

    key = "error-ingest-file-refused"


class EmptyFile(UserError):
    """params: name"""

    key = "error-ingest-empty-file"


class TruncatedFile(UserError):
    """params: name"""

    key = "error-ingest-truncated-file"


class FileUnreadable(UserError):
    """params: name, problem"""

    key = "error-ingest-file-unreadable"


class BadOnvifAnswer(UserError):
    """params: address, problem"""

    key = "error-ingest-bad-onvif-answer"


class NameTaken(Conflict):
    """params: name"""

    key = "error-ingest-name-taken"


class BadCameraName(UserError):
    """params: name"""

    key = "error-ingest-bad-camera-name"


class BadCameraSetting(UserError):
    """params: name, setting, value"""

    key = "error-ingest-bad-camera-setting"


class CameraNotFound(NotFound):
    """params: name"""

    key = "error-ingest-camera-not-found"


class BadCameraList(UserError):
    """params: file, line, problem"""

    key = "error-ingest-bad-camera-list"


class Undecodable(VeedorError):
    """params: name"""

    key = "error-ingest-undecodable"
