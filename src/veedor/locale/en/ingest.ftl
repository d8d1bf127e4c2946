error-ingest-unservable-file = { $file } cannot be served as a camera: { $problem }
    .hint = Use a video file with H.264, H.265 or any other picture that can be decoded
