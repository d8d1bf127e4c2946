error-grants-bad = This part of the grant cannot be accepted: { $field ->
        [owner] the owner
        [grantee] the agency that receives
        [cameras] the cameras
        [rights] the rights
        [purposes] the purposes
        [hours] the hours
        [starts_at] the start
        [expires_at] the end
        [span] the span of footage
        [conditions] the conditions
        [document_sha256] the hash of the signed document
        [note] the note
       *[other] { $field }
    }
    .hint = A grant needs two different agencies, one of them yours, cameras of the owner, at least one right and one purpose, and an end after its start
error-grants-reason = Say why
error-grants-not-now = That cannot be done with this grant now: it is { $state ->
        [draft] a draft
        [signed_by_one] signed by one agency
        [scheduled] signed, and has not begun
        [active] active
        [expired] expired
        [revoked] revoked
       *[other] { $state }
    }
    .hint = Load the list of grants again: somebody may have been first
error-grants-differs = There is a grant "{ $name }" with other terms
    .hint = Terms never change: draft a new grant, and revoke the old one
error-grants-no-key = The key of the agency "{ $name }" is not at this desk
    .hint = Sign at your agency's own site, where its key is
error-grants-forged = A statement on the grant "{ $name }" is not signed by the agency "{ $agency }"
    .hint = Nothing was taken over. Compare that agency's key with the one that is pinned here
error-agencies-bad = This part of the agency cannot be accepted: { $field ->
        [name] the name
        [area] the area
        [public_key] the key
        [parent_id] the agency above
       *[other] { $field }
    }
    .hint = An area is a closed GeoJSON polygon, a key has 64 hex digits, and no agency stands above itself
error-agencies-unknown = There is no agency "{ $name }" here
    .hint = See the list of agencies
error-agencies-key-changed = "{ $name }" has another key than the one that is pinned here
    .hint = Ask the agency, by another way than this, whether it has a new key; then save it as compared
error-agencies-key-not-offered = Nobody offers a key of "{ $name }" with the fingerprint { $fingerprint }
    .hint = See what is offered with the same command without --key. If the agency reads another one to you, somebody between is lying: trust none, and find out who
problem-agency-key-offered = The hub offers another key of { $name } than the one that is pinned here
    .hint = Ask the agency by telephone or in person. If it has a new key: veedor site trust { $agency }, at this machine. Until then its new signatures are refused here
error-agencies-not-yours = The agency "{ $name }" is not kept at this desk
    .hint = Its own site or the hub changes it
error-approvals-purpose = Nobody can agree to a look for no purpose
    .hint = State the purpose (and the case number, where the grant asks for one), and ask again
error-approvals-span = What is about footage needs its span
    .hint = Say from when to when
error-approvals-own = A second person is somebody else than the one who asks
    .hint = A colleague has to log in with an account of their own, and agree there
error-approvals-late = That can no longer be agreed to: it was asked for more than ten minutes ago, or a colleague was first
    .hint = Ask again
cli-grants = Grants between agencies: see and revoke them
cli-grants-list = List the grants that your agency gives and receives, the newest first
cli-grants-show = Show a grant, with its signatures and statements
cli-grants-revoke = Revoke a grant for good, or refuse a request: what is watched under it goes dark within seconds
cli-grants-id = Identifier of the grant, from `veedor grants list`
cli-grants-state = Only those that stand so (may be repeated)
cli-grants-reason = Why; both agencies read it
cli-grants-none = No grants
cli-grants-given = given
cli-grants-received = received
cli-grants-period = In force: { $period }
cli-grants-paper = Signed paper (SHA-256): { $sha256 }
column-given = Direction
column-grant = Grant
