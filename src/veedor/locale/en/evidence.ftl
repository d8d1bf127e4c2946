error-evidence-not-authentic = The package { $directory } is NOT authentic or not complete ({ $count } problems)
    .hint = Do not use it as proof. Ask for another copy, and compare the key's fingerprint by telephone
error-evidence-key = { $file } is no use as a public key: { $problem }
    .hint = A PEM file with the site's Ed25519 public key is needed: `veedor evidence key --out PUBLIC.pem`
evidence-reason-not-ed25519 = not an Ed25519 public key
evidence-reason-not-pem = not a key in PEM form
error-evidence-key-inside = The key { $file } lies inside the package
    .hint = A key that travels with the package proves nothing. Get it from the site by another way
error-evidence-target = The folder { $directory } is not empty
    .hint = Choose a new folder: an export never mixes with other files
error-evidence-nothing = Incident { $incident } has no locked footage
    .hint = Lock the span first: `veedor evidence lock`
error-evidence-not-held = The footage of { $camera } is not held yet (state: { $state })
    .hint = Wait for the site to confirm, or look at the problem in the list of evidence
error-evidence-span = Not a valid span of footage: { $problem }
error-evidence-still-recording = The footage of { $camera } up to { $until } is still being recorded
    .hint = Try again in a minute
error-evidence-original-damaged = The original segment { $path } is damaged: { $problem }
    .hint = Run `veedor check`. No package was made, so that no altered original is handed over
error-evidence-export-failed = Package { $package } could not be made: { $problem }
error-evidence-download-damaged = The file { $path } arrived damaged
    .hint = Export again

error-evidence-too-big = Too many segments for one package ({ $segments })
    .hint = Spread the spans over several incidents, or lock shorter spans
error-evidence-owner-statement = What the site { $site } says of its footage does not fit what was asked ({ $problem })
    .hint = No package was made. Compare the agency's key with the one that it told you, and tell whoever runs that site
error-evidence-errand-waits = { $who } is not logged in any more, and other sites are asked only in their name
    .hint = It goes on when { $who } logs in at this hub again; or somebody else asks anew

evidence-verify-missing = { $path }: missing
evidence-verify-extra = { $path }: extra, the manifest does not list it
evidence-verify-changed = { $path }: was changed ({ $detail })
evidence-verify-not-a-file = { $path }: not a plain file (a link or a special object)
evidence-verify-unreadable = { $path }: cannot be read ({ $detail })
evidence-verify-too-big = { $path }: too big
evidence-verify-too-deep = { $path }: folders too deep
evidence-verify-name-unsafe = { $path }: a name that a manifest may not have
evidence-verify-listed-twice = { $path }: listed twice in the manifest
evidence-verify-entry-broken = { $path }: its entry in the manifest is incomplete
evidence-verify-manifest-broken = { $path }: not a readable manifest ({ $detail })
evidence-verify-manifest-format = { $path }: not of the format { $detail }
evidence-verify-manifest-not-canonical = { $path }: not in canonical form
evidence-verify-manifest-empty = { $path }: lists no file
evidence-verify-signature-bad = { $path }: the signature does not fit; the manifest was changed
evidence-verify-other-key = { $path }: signed with another key (fingerprint { $detail })
evidence-verify-owner-missing = { $path }: the statement of the footage's owner is missing (lock { $detail })
evidence-verify-owner-broken = { $path }: the statement of the footage's owner cannot be read (lock { $detail })
evidence-verify-owner-other = { $path }: the owner's statement is about other footage (lock { $detail })
evidence-verify-owner-segments = { $path }: the originals are not those that the owner signed for (lock { $detail })
evidence-verify-owner-unsigned = { $path }: the owner's statement is not signed (lock { $detail })
evidence-verify-owner-signature = { $path }: the signature of the owner's statement does not fit (lock { $detail })
evidence-verify-good = Authentic and complete: { $files } files, { $octets } bytes, package { $package } of { $site }
evidence-verify-signer = Fingerprint of the key: { $fingerprint }

evidence-status-requested = requested
evidence-status-held = held
evidence-status-failed = in trouble
evidence-status-releasing = release requested
evidence-status-released = released

evidence-site-unavailable = The site does not answer: { $problem }
evidence-lock-refused = The site could not hold the span
evidence-span-order = the start must come before the end
evidence-span-long = longer than { $hours } hours
evidence-span-future = it ends in the future
evidence-span-naive = times need a time zone (for example 2026-03-01T10:00:00-05:00)
evidence-package-running = The package is still being made
evidence-package-expired = The files of the package were removed; export again
evidence-package-not-ready = The package was never finished
evidence-reason-needed = say why

evidence-readme-span = { $number }. Camera "{ $camera }": from { $start } to { $end }. Original segments: { $segments }. Holes without footage: { $missing }.
evidence-readme =
    VIDEO EVIDENCE PACKAGE
    ======================

    Package:   { $package }
    Site:      { $site }
    Incident:  { $incident }
    Created:   { $created }, by { $person }
    Reason:    { $reason }

    Contents
    --------
    originals/     Original segments, copied byte for byte from the recording. Do not modify them.
    clips/         Working copy: one continuous video of each span, for easy viewing.
    stills/        Pictures from the span.
    alerts/        Pictures of the alerts, with what the analysis drew on them (if any).
    manifest.json  Signed list of everything: SHA-256 of each file, camera, UTC times and where they come from,
                   holes, chain of custody (who, when, why).
    manifest.sig   Ed25519 signature of manifest.json.
    SHA256SUMS     The same hashes, for the command sha256sum.

    Spans
    -----
    { $spans }

    How to verify
    -------------
    Ask the site for its public key by another way than this package came, and confirm its fingerprint by telephone:

        { $fingerprint }

    With Veedor (offline):

        veedor evidence verify FOLDER --key PUBLIC.pem

    Without Veedor, inside the folder:

        openssl pkeyutl -verify -pubin -inkey PUBLIC.pem -rawin -in manifest.json -sigfile manifest.sig
        sha256sum -c SHA256SUMS

    The second way does not detect added files, and the hash of SHA256SUMS must be compared with the manifest's.

    Verification proves that these files are those that the site signed. It does not prove by itself that the camera's
    clock was right: the manifest says where each time comes from and by how much it is known to be off.

evidence-key-there = there is something else there, which is not overwritten

cli-evidence = Evidence: lock, export and verify footage
cli-evidence-lock = Lock a span of footage for an incident, so that retention does not delete it
cli-evidence-list = List the locked footage of an incident
cli-evidence-release = Release a locked span, with the reason
cli-evidence-export = Build a signed package with the originals and fetch it into a new folder
cli-evidence-verify = Verify a package offline, with the site's public key
cli-evidence-key = Save the public key that this site's packages are verified with
cli-evidence-reason = Reason, such as the number of the official letter
cli-evidence-purpose = Purpose (goes into the audit and the manifest)
cli-evidence-case = Number of the case or prosecutor's file
cli-evidence-camera = Camera (id)
cli-evidence-from = From: date and time (without a zone: this machine's), or 30m, 2h ago
cli-evidence-to = To
cli-evidence-id = Id of the locked span
cli-evidence-out = A new or empty folder
cli-evidence-package = Fetch a package that was built before, instead of building one
cli-evidence-directory = The package's folder
cli-evidence-key-file = The site's public key (PEM), got by another way than the package
cli-evidence-key-out = File to save it in
cli-evidence-key-written = Public key saved in { $file }. Hand it over by another way than the packages
cli-evidence-exported = Package { $package } in { $directory }: { $files } files, verified
cli-evidence-none = No footage is locked

column-evidence = Evidence
column-start = From
column-end = To
error-evidence-no-footage = Camera "{ $camera }" has no footage in that span
    .hint = Check the span's time and time zone, and the camera's gaps
