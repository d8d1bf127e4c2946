cli-veedor = Veedor: open, intelligent public-safety video.
cli-exit-codes = Exit codes: 0 done · 1 internal error · 2 wrong input or call · 3 something does not answer · 4 not allowed · 5 disk or database · 130 interrupted
cli-lang = Language: es or en (otherwise from LANG)
cli-version = Show the version and leave
cli-json = JSON output, for programs
cli-example = Example: { $command }
cli-config = The site's configuration file
