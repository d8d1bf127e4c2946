error-mp4-bitstream = The video stream's headers cannot be read: { $problem }
error-mp4-unsupported = Cannot store codec { $codec }: { $problem }
    .hint = Set the camera to H.264 or H.265 video, and AAC or G.711 audio
error-mp4-damaged = Damaged MP4 file: { $problem }
