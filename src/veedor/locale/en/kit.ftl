error-internal = Internal error in Veedor
error-user = { $problem }
error-config = { $file }, line { $line }, column { $column }: { $problem }
error-not-found =
    There is no { $kind ->
        [baseline] version of what is usual
        [package] package
        [path] address
        [desk] desk in
        [bench] figure
        [audit-head] kept head of
        [rule] rule
        [sample] stretch
       *[other] { $kind }
    } "{ $name }"
error-conflict = { $problem }
error-not-authenticated = Log in first
    .hint = Use `veedor login` or the login page
error-forbidden = You may not { $act ->
        [camera-list] see the list of cameras
        [camera-edit] change cameras
        [camera-test] test a camera
        [live-watch] watch live pictures
        [footage-list] see what footage there is
        [footage-play] watch footage
        [track-read] see tracks
        [event-read] see events
        [alert-read] see alerts
        [alert-handle] handle alerts
        [incident-read] see incidents
        [incident-handle] handle incidents
        [evidence-read] see evidence
        [evidence-lock] lock footage as evidence
        [evidence-export] export evidence
        [evidence-unlock] release locks
        [health-read] see the state of the system
        [metrics-read] see the metrics
        [rules-read] see rules
        [rules-edit] change rules
        [backtest-run] try rules on archived days
        [user-list] see the accounts
        [user-edit] change accounts
        [audit-read] read the audit
        [erasure-read] see erasures
        [erasure-ask] ask for erasures
        [erasure-confirm] confirm erasures
        [agency-read] see the agencies
        [agency-edit] change agencies
        [grant-read] see grants
        [grant-edit] draft grants
        [grant-sign] sign or revoke grants
        [grant-request] ask other agencies for footage
        [grant-emergency] take emergency access
        [wall-share] change walls of the agency
        [ptz-steer] steer cameras
        [bookmark-read] see bookmarks
        [bookmark-edit] make bookmarks
        [bookmark-clear] remove others' bookmarks
        [site-read] see the sites
        [site-edit] invite or take out sites
        [seal-read] see the seals
        [seal-make] seal a case and a colleague
        [seal-open] open a seal
        [seal-hear] take what other agencies sealed
        [login] log in
        [self] use one's own session
       *[other] { $action }
    }: { $reason ->
        [role] your role does not allow it
        [agency] it belongs to another agency
        [draft] the grant has not been signed
        [signed_by_one] the other agency has not signed the grant
        [scheduled] the grant has not begun
        [expired] the grant has expired
        [revoked] the grant was revoked
        [right] the grant does not give that right
        [camera] the grant does not name that camera
        [span] the grant is for other hours of footage
        [hours] the grant does not hold at this hour
        [purpose] the purpose that you state is not one of the grant's
        [case] the grant needs its case number
        [sealed] that is not done while the case is sealed, since it would carry your name to others: leave the case number out, or have the seal opened
        [sealed_other] that case is sealed for somebody else: ask your supervisor for a seal of your own, or leave the case number out
        [sealed_approval] a sealed look cannot have a second person, whose word would name you
        [lease] this site has not heard for too long whether the grant still holds
        [restored] this hub was restored from a backup, and the owner's site has not confirmed since that the grant still stands
        [condition] the grant has a condition that is not met: { $name ->
            [two_person] a second person must approve
           *[other] { $name }
        }
        [identity] your login does not hold at other sites any more
        [policy] the access policy does not allow it
       *[other] { $reason }
    }
    .hint = { $reason ->
        [agency] It takes a grant that names that camera, or a request for footage that was granted: draft or ask under Sharing; where lives are at stake, take emergency access
        [draft] Ask whoever signs for your agency to sign it
        [signed_by_one] Wait for the other agency's signature, or tell them
        [scheduled] Try again from the day on which it begins
        [expired] If you still need it, propose a new grant
        [revoked] If you still need it, talk to the other agency and propose a new grant
        [right] Ask the other agency for a grant that gives that right
        [camera] Ask the other agency for a grant that names that camera, or only for the footage that you need
        [span] Name a start and an end inside the span that was granted, or ask for other footage
        [hours] Try again in the hours of the grant; in an emergency, take emergency access
        [purpose] State one of the purposes of the grant
        [case] State the case number that the grant needs
        [lease] Check that site's link with the hub: access comes back by itself
        [restored] Wait until the owner's site has connected
        [condition] Meet that condition; if this program does not know it, update it or ask for a grant without it
        [identity] Log out and log in again
       *[other] Ask your administrator for the right
    }
error-unavailable = { $name } does not answer: { $problem }
error-store = { $path }: { $problem }
error-store-locked = { $path } is in use by another process
    .hint = Stop the other Veedor process that uses this folder, or choose another data folder
error-store-corrupt = { $path } is damaged: { $problem }
    .hint = Do not delete it. If it is the index of the recordings, `veedor check --repair` rebuilds it; if not, restore the backup of that file
error-store-unreachable = The database { $path } does not answer: { $problem }
    .hint = Check that the server runs and that address, name and password are right. Nothing has been lost: what was not saved was refused
error-store-full = No space left in { $path }
    .hint = Free some space, lower the retention, or add a disk
error-store-read-only = Cannot write to { $path }
    .hint = Check permissions, and whether the disk was remounted read-only after a fault
error-config-value = { $file }, line { $line }, column { $column }: { $path }: { $problem }
error-secret-key-missing = The secret key { $file } is missing, and there is data encrypted with it
    .hint = Put it back from where you keep it (apart from the backups), or mend `secret_key` in veedor.yaml. No other is made: it would not open the stored passwords
error-secret-key-unusable = The secret key { $file } is of no use: { $problem }
    .hint = Restore the original file, or mend `secret_key` in veedor.yaml
error-secret-key-other = The passwords of the cameras are encrypted with another key, not with { $path }
    .hint = Put the original key there, or mend `secret_key` in veedor.yaml. Nothing has been changed
reason-no-such-file = it does not exist
reason-is-a-folder = it is a folder
reason-no-permission = no permission
reason-read-only = it is on a read-only disk
reason-disk-full = no space left on the disk
reason-port-in-use = another program uses that port
reason-not-our-address = that address is not of this machine
reason-connection-refused = nothing answers at that address
reason-missing = this is missing
reason-unknown-key = there is no key of that name
reason-not-an-integer = must be a whole number
reason-not-a-number = must be a number
reason-not-a-boolean = must be true or false
reason-not-text = must be text
reason-not-a-list = must be a list
reason-not-a-group = must be a group of keys with their values
reason-not-above = must be greater than { $gt }
reason-below = must be { $ge } or more
reason-not-under = must be less than { $lt }
reason-above = must be { $le } or less
reason-too-short = too short: at least { $length }
reason-too-long = too long: at most { $length }
reason-not-that-form = does not have the form { $pattern }
reason-not-a-network = not a network: write, for example, 192.168.1.0/24
reason-not-json = not valid JSON
reason-not-one-of = must be one of: { $expected }
reason-not-a-time = not a date with a time: write, for example, 2026-03-01T08:00:00-05:00
reason-not-utf-8 = not UTF-8 text
reason-not-yaml = not valid YAML ({ $said })
reason-duplicate-key = the key is there twice ({ $said })
reason-not-a-secret-key = it does not hold a key of Veedor
reason-no-such-path = it does not exist, or is not a file or folder as expected
reason-not-a-database = it is no SQLite database, or its beginning is lost
reason-baseline-unreadable = a file of what is usual on a camera cannot be read ({ $said }): go back to an earlier version with "veedor normality rollback", or delete it
reason-database-damaged = a part of the database cannot be read ({ $said })
reason-database-said = the database says: { $said }
reason-newer-database = it is of a newer version of Veedor than this one ({ $said })
reason-timeout = it did not answer in time
reason-no-such-host = nobody on the network knows that name
reason-network = the connection failed ({ $said })
reason-tls = its certificate is not trusted, or is for another name ({ $said })
reason-no-way-there = the network has no way to that address
reason-disk-faulty = the disk could not read or write: look after it, it may be failing
reason-not-empty = the folder is not empty
reason-system-said = the system says: { $said }
reason-index-missing = it is missing, and there is footage beside it
reason-no-connection = no connection could be made, or it broke off
reason-no-http = what answers is not HTTP
reason-no-soap = the answer has no SOAP content
reason-no-profile = it offers no video profile
error-kit-points-unfit = These pairs of points cannot be used: { $problem }
    .hint = Choose at least four pairs on the ground, far from each other, no three of four on one line
kit-points-few = at least four pairs are needed
kit-points-not-finite = a coordinate is not a number
kit-points-line = too many of them lie on one line or in one place
kit-points-order = they contradict each other: check which point of the map belongs to which of the picture
