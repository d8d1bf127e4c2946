error-track-time-went-back = Tracking got a frame of { $at_s } s after one of { $last_s } s
    .hint = Frames must come in the order of their time; after a jump of the clock, reset the tracker
error-track-bad-time = "{ $at_s }" is not a time in seconds
error-track-bad-detections = The columns of the detections do not fit together: { $problem }
error-track-mot-file = { $file }, line { $line }: { $problem }
    .hint = Each line is: frame,id,left,top,width,height,confidence[,class...]; frames count from 1
