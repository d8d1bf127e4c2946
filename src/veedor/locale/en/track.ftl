error-track-time-went-back = Tracking got a frame of { $at_s } s after one of { $last_s } s
    .hint = Frames must come in the order of their time; after a jump of the clock, reset the tracker
error-track-bad-time = "{ $at_s }" is not a time in seconds
error-track-bad-detections = The columns of the detections do not fit together: { $problem }
error-track-mot-file = { $file }, line { $line }: { $kind ->
        [number] "{ $value }" is not a number
        [columns] { $value } columns, where 7 at least are needed
        [frame] "{ $value }" is not a frame number (1, 2, 3 ...)
       *[id] "{ $value }" is not an identity number
    }
    .hint = Each line is: frame,id,left,top,width,height,confidence[,class...]; frames count from 1
error-track-mot-unreadable = { $file } cannot be read (after line { $line }): { $problem }
track-help = Turn detections into tracks: MOTChallenge text in, MOTChallenge text out.
track-help-detections = File of detections (frame,id,left,top,width,height,confidence[,class]); .gz as well
track-help-out = File of tracks to write; .gz as well
track-help-fps = Frames per second (otherwise from seqinfo.ini beside the file or one folder up)
track-fps-assumed = No --fps and no seqinfo.ini: { $fps } frames per second are assumed
track-progress = Tracking
track-done = { $tracks } tracks with { $boxes } boxes in { $frames } frames at { $fps } fps: { $file }
