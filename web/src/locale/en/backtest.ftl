backtest-open = Try on the last days
backtest-days = Days
backtest-days-count = { $count ->
    [one] Last day
   *[other] Last { $count } days
}
backtest-run = Try
backtest-again = Try again
backtest-stop = Stop
backtest-progress = { $percent } % of the days, { $tracks } tracks, { $rate } hours per second
backtest-done = Done: { $tracks } tracks in { $seconds } s
backtest-stopped = Stopped: it holds as far as it came
backtest-failed = The backtest did not finish
backtest-old-text = The rules have changed since this backtest.
backtest-chart = Alerts per day
backtest-chart-day = { $day }: { $new } by the new ones, { $old } by those in force
backtest-legend-new = by the new ones: { $count }
backtest-legend-old = by those in force: { $count }
backtest-tab-new = New ({ $count })
backtest-tab-gone = Gone ({ $count })
backtest-tab-same = The same ({ $count })
backtest-empty = None
backtest-sample = { $shown } of { $count } are shown, spread over all the time
backtest-precision = { $of ->
    [0] Mark true ones with T and false ones with F
   *[other] { $true } of { $of } true; between { $low } % and { $high } %
}
backtest-precision-new = By the new ones
backtest-precision-old = By those in force
backtest-lost = { $count ->
    [0] None of those that go is marked true
    [one] One true one is lost
   *[other] { $count } true ones are lost
}
backtest-true = True
backtest-false = False
backtest-clear = No mark
backtest-clip = Video of this alert
backtest-no-clip = There is no video of that moment any more, or it cannot be played
backtest-no-right = Your role does not play recordings
backtest-next = Next
backtest-previous = Previous
backtest-folded = grouped with others
backtest-what-first = Choose an alert in the list to see its video
backtest-first-title = Try on the last days first?
backtest-first = There are archived days of this camera. The backtest says how many alerts the new rules would give and which would be lost; it changes nothing.
backtest-first-try = Try first
backtest-first-skip = Save without trying
