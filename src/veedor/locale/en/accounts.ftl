error-accounts-weak-password = That password is weak
    .hint = Use { $minimum } characters or more, varied, without your user name. A long phrase is fine
error-accounts-bad-username = "{ $name }" cannot be a user name
    .hint = Use up to 64 plain letters, digits, dots or hyphens, beginning with a letter or digit
error-accounts-no-roles = At least one role is needed
    .hint = Roles: viewer, operator, supervisor, administrator, auditor, privacy_officer
error-accounts-username-taken = The user name "{ $name }" is taken
error-accounts-last-administrator = This is the last active administrator: it can neither be disabled nor lose the role
    .hint = Make somebody else an administrator first
error-accounts-wrong-password = Wrong user name or password
    .hint = If you forgot it, ask your administrator for a new one. An administrator, at the machine itself: `veedor users reset-password NAME --config veedor.yaml`
error-accounts-code-needed = The code from your authenticator app is missing
    .hint = Type the six digits that your phone shows now
error-accounts-wrong-code = The code is wrong or was used already
    .hint = Wait for the next code; if none works, check that the phone sets its clock by itself
error-accounts-totp-not-begun = There is no second factor to confirm
    .hint = Begin again: ask for the QR code
error-accounts-elsewhere = This account is kept at { $site }: it cannot be changed here
    .hint = Change it at { $site }; it follows here by itself within seconds of a link
error-accounts-stale = Nothing confirmed has been heard of the accounts of { $site } for more than { $days } days: nobody who was made there can log in here
    .hint = Bring back the link between { $site }, the hub and this site. Until then use an account that was made here
error-accounts-code-at-home = This account needs a code, which only { $site } can check
    .hint = Log in there, or ask its administrator for an account without a second factor for work here
error-accounts-throttled = Too many failed attempts: wait { $seconds } s

error-accounts-server = { $message }
error-accounts-untrusted = { $name } does not answer: { $problem }
    .hint = A hub, and a site with a certificate of its own, vouches for itself: give its file with --ca (a hub says at its start which), at another machine a copy of it
error-accounts-bad-url = "{ $url }" cannot be a desk's address
    .hint = Use https://… (http:// only for this very machine, for example http://127.0.0.1:8480)

cli-login = Log in to a desk; the other commands use that session
cli-login-url = The desk's address
cli-login-user = User name
cli-login-ca = Certificate to trust, where the desk has one of its own (PEM file)
cli-login-code = Code of the second factor
cli-login-password = Password
cli-login-done = Logged in: { $user } at { $url }, until { $until }
cli-logout = End the session and forget it
cli-logout-done = Logged out
cli-users = People who may log in, and their roles
cli-users-list = Show everybody of the agency
cli-users-add = Add a person; the generated password is shown once
cli-users-set-roles = Change a person's roles
cli-users-disable = Disable a person: out of every session at once
cli-users-enable = Enable a person again
cli-users-reset = Give a new password and end the person's sessions
cli-users-role = Role: viewer, operator, supervisor, administrator, auditor or privacy_officer; may be repeated
cli-users-name = Full name
cli-users-active = active
cli-users-disabled = disabled
cli-users-changed = { $user }: { $roles } ({ $state })
cli-users-password = { $user }: password { $password } (it will not be shown again)
cli-audit = The audit: what was done, and by whom
cli-audit-list = Show entries, newest first
cli-audit-verify = Check that nobody has tampered with the record
cli-audit-action = Only this action, for example live.watch
cli-audit-refused = Only what was refused
cli-audit-before = Only entries with a smaller number: to go on backward
cli-audit-limit = How many entries at most
cli-audit-data = Data folder (or a copy) to check without its desk
cli-audit-head = A head noted earlier, NUMBER:HASH; it must still be in the chain
cli-audit-empty = There are no entries
cli-audit-intact = Intact: { $entries } entries. Note the head away from this machine: { $head }
cli-audit-witness = File of heads that somebody else keeps of this chain (there: veedor audit heads SITE --out FILE)
cli-audit-witness-unreadable = These are no signed heads: { $problem }
cli-audit-witness-places = The file must have signed heads of exactly one place. Save them with `veedor audit heads SITE --out FILE` where somebody else keeps them
cli-audit-unproved = Heads in the file that could not be checked, since the agency's key was not known where they are kept: { $heads }. They were not compared
cli-audit-compared = Heads kept elsewhere that were compared: { $heads }. All of them fit
cli-audit-break = entry { $entry }: { $problem ->
    [missing] it is missing; after the one before comes entry { $found }
    [changed] what it says is not what was written: its hash should be { $expected } and is { $found }
    [unlinked] it does not continue the one before: it should name { $expected } and names { $found }
    [other] another one was here when its head was signed elsewhere: { $expected }, now { $found }
    [lost] a personal value is gone, and no erasure in the record says so: { $expected }
   *[cut] the end was cut off: a later head is kept elsewhere, { $expected }
    }
cli-audit-restored = { $place ->
    [here] This desk
   *[other] { $place }
    } was restored by { $by } at { $at } from the backup of { $made }: { $last ->
    [none] no entry is known to be lost
   *[other] entries { $first } to { $last } are lost there, and held elsewhere
    }
cli-audit-contradiction = Of { $place }, entry { $entry }: { $flaw ->
    [signature] a head came that its key did not sign
    [fork] two different entries with this number
    [rollback] its record was longer before
    [gap] the entry before it never came
    [break] it does not continue the one before
    [hash] its hash is not of what it says
    [head] its site has signed another one
   *[other] it does not fit
    }

column-username = User
column-full-name = Name
column-roles = Roles
column-user-state = State
column-sequence = Entry
column-audit-action = Action
column-resource = Resource
column-allowed = Allowed
column-reason = Reason
column-at = Time
cli-users-reset-config = At the machine itself, without a login: the site's configuration file. For an administrator who lost the password; it is audited in the name of the system's user
cli-users-still-disabled = The account { $user } is still disabled: another administrator has to enable it
error-erasures-nothing = There is nothing to erase there; { $whole } entries of the old form hold their values themselves
    .hint = Look at the numbers with `veedor audit list`; entries of the old form go with the whole record, when its time to be kept is over
error-erasures-law = Say which law or resolution demands it
    .hint = Write the law, the article or the number of the resolution; never the person's name
error-erasures-other-person = Whoever asked for an erasure cannot confirm or refuse it
    .hint = Somebody else with the role auditor has to look at it
error-erasures-settled = This erasure is settled already: { $state ->
        [done] it was done
       *[refused] it was refused
    }
cli-audit-erase = Ask that personal values be erased from the record, as the law demands; somebody else has to confirm
cli-audit-erase-person = Name of a user: all entries that name them
cli-audit-erase-agency = Agency of that user; left out, the desk's own
cli-audit-erase-entry = Number of an entry; may be repeated
cli-audit-erase-field = Only this value: username, address, purpose, case_number, reason or detail; may be repeated
cli-audit-erase-reason = Law or resolution that demands it. It stays in the record for ever: never write the person's name
cli-audit-erasures = Show what was asked to be erased
cli-audit-erasures-empty = Nothing was asked to be erased
cli-audit-erase-confirm = Erase what somebody else asked for. This cannot be undone
cli-audit-erase-refuse = Refuse what somebody else asked for
cli-audit-erase-id = Id of the request
cli-audit-erase-asked = Request { $id }: { $entries } entries. Somebody else has to confirm it: veedor audit confirm-erasure { $id }
cli-audit-erase-whole = Of the old form, and so not erased: { $entries } entries
cli-audit-erase-left = { $entries } more entries: ask again once this request is done
cli-audit-erase-done = Erased in { $entries } entries; entry { $entry } of the record says so
cli-audit-erase-refused = Refused: nothing was erased
cli-audit-erased = Erased lawfully on { $at }: { $values } values in { $entries } entries (entry { $entry } says so)
column-entries = entries
column-fields = values
cli-audit-heads = Signed heads of another chain that the desk keeps at which you are logged in, for `veedor audit verify --witness`
cli-audit-heads-place = Of which site (its id, from `veedor hub sites`), or `hub`
cli-audit-heads-out = File to save them in
cli-audit-heads-saved = { $heads } heads in { $path }
column-hash = Hash
column-flaw = Flaw
