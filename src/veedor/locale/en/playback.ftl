error-playback-copy-busy = A working copy of another video is keeping the server busy (for { $name }): one is made at a time
    .hint = Wait until it ends, or record an H.264 substream of this camera as well
