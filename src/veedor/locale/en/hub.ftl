# The hub, how sites join it, and what crosses between them.

hub-invitation-refused =
    The invitation is not valid: it is unknown, was used, or has expired.
    .hint = Ask whoever runs the hub for another: "veedor hub invite".
hub-other-agency =
    The invitation is for the agency "{ $invited }" and this site belongs to "{ $asked }".
    .hint = Write "agency_id: { $invited }" into veedor.yaml before the first start, or ask for an invitation for "{ $asked }".
hub-other-protocol =
    The hub speaks version { $ours } of the link and this site { $theirs }.
    .hint = Update Veedor on the older of the two.
hub-key-taken =
    Another site ("{ $name }") has this key: two sites with one identity.
    .hint = If you copied another site's folder, delete the ".member" folder beside the secret key and join again.
hub-site-other-version = It speaks version { $theirs } of the link and the hub { $ours }: nothing of it is read until the older of the two is updated.
hub-at-the-site = cameras and rules are set up at the site that they belong to
hub-wrong-identity = the site signed an identity that it was not asked for
hub-no-site-answers = no site of this agency answers: without one nobody can check the password
hub-no-such-site = the site has not joined, or was revoked
member-pass-for-something-else =
    The pass is not for what is asked ({ $reason }).
    .hint = Ask again from the console; if it happens again, tell whoever runs the hub.
member-unknown-op =
    This site cannot do "{ $op }": the hub is newer.
    .hint = Update Veedor at the site.
member-lease-over =
    The site has not heard the hub for more than 15 minutes: nobody of another agency may look.
    .hint = Check the site's link.
member-budget-used =
    The link of that site is full: pictures may take { $budget } kbit/s.
    .hint = Close another live picture of that site, or look at a snapshot.
member-bad-arguments =
    The request "{ $op }" came malformed: { $problem }
    .hint = Update Veedor on the older of the two.
member-hub-away = { $hub } ({ $address }) cannot be reached: { $problem }
member-hub-refuses = { $hub } cannot be spoken with: { $problem }
member-identity-doubled = Another machine uses this site's identity: what both tell { $hub } is mixed up
    .hint = Find out which: a copied disk, a machine that was replaced, a backup that runs twice. Stop the other one. At { $hub }: veedor hub rekey { $site }. Here: veedor site join --again, and a restart
member-hub-silent =
    { $name } does not answer as a hub: { $problem }
    .hint = Nothing was changed, and the invitation is still good. From this machine, check the name and that the firewall lets it call that address; then the same command again.
member-other-hub =
    Who answers at { $name } is not the hub that sent the invitation.
    .hint = Do not go on: check the address, and ask for another invitation by a safe way.
member-join-refused =
    The hub refused: { $problem }
    .hint = Mend what it says and try again; the invitation is still good unless it was used.
member-already-joined =
    This site has already joined "{ $name }".
    .hint = To change its key, use --again with a new invitation from "veedor hub rekey".
compose-joined-as-another =
    The site joined as "{ $joined }", but veedor.yaml says "{ $configured }".
    .hint = Set agency_id back to "{ $joined }".
wire-bad-invitation =
    That is no invitation, or a part of it is missing.
    .hint = Copy the whole word that begins with "veedor1.".
wire-bad-value =
    Something came that cannot be understood ({ $kind }): { $problem }
    .hint = Update Veedor on the older of the two.

cli-hub = The hub that joins sites
cli-hub-config = The hub's configuration file
cli-hub-init = Write a hub's configuration
cli-hub-name = Name of the hub
cli-hub-agency = The agency that runs it
cli-hub-host = Name or address by which sites reach it
cli-hub-link-port = Port that sites connect to
cli-hub-init-done = Configuration written to { $path }. Start with: veedor hub run --config { $path }
cli-hub-run = Run the hub
cli-hub-started = Hub at { $url }; sites connect to { $leaf }
cli-hub-sites-none = No site has joined yet: `veedor hub invite`
cli-hub-ca = Certificate to trust it by: { $file }
cli-hub-stopped = Hub stopped.
cli-hub-invite = Invite a site: prints an invitation that can be used once
cli-hub-invite-site = Name of the site
cli-hub-invite-agency = Identifier of the agency it belongs to
cli-hub-invite-agency-name = Name of the agency, if it is new
cli-hub-invite-kind = Kind of agency, if it is new: municipality, police, region, province, ministry, police_region, other
cli-hub-invite-parent = The agency above it, if it is new
cli-hub-invite-done = Give this invitation to whoever installs the site; it can be used once, until { $until }:
cli-hub-site-other-version = other version of the link: update
cli-hub-sites = List the sites
cli-hub-site-online = online
cli-hub-site-offline = no link
cli-hub-site-revoked = revoked
cli-hub-site-doubled = two machines with this identity!
cli-hub-revoke = Revoke a site: it is cut off at once
cli-hub-revoke-site = Identifier of the site
cli-hub-revoked = Site { $site } revoked.
cli-hub-rekey = An invitation for a site to change its key
cli-site-join = Join this site to a hub
cli-site-join-token = The invitation
cli-site-join-again = It has joined already: change its key
cli-site-joined = "{ $site }" is now a site of "{ $hub }" ({ $agency }).
cli-site-joined-no-key = The key of { $agency } is at its first site: there its grants are signed and its people vouched for, not here. If that site, or this one, has lost it (agency.key), put it back there from a backup with keys. If there is none: this machine's key has the fingerprint { $fingerprint }. Read it to the hub's administrator over the telephone, who says "veedor hub trust { $id }"; then every site, this one first, says "veedor site trust { $id }"
cli-site-joined-next = Restart the site so that it connects.
cli-site-trust = Pin another key of an agency, which the hub offers, once its fingerprint was compared by another way
cli-trust-agency = Identifier of the agency
cli-trust-key = Fingerprint of the key that you compared with the agency; left out: show what is pinned and what is offered
cli-trust-yes = Do not ask again
cli-trust-pinned = Pinned for { $agency }: { $fingerprint }
cli-trust-offered = Offered: { $fingerprint }
cli-trust-compare = Compare it with the agency, by telephone or in person, never by what came through the hub. If it is the same: { $command } FINGERPRINT
cli-trust-none = No other key is offered.
cli-trust-means = What the key before signed counts no more: the agency's grants must be signed anew. Its audit heads stay as history.
cli-trust-sure = Did the agency itself read this fingerprint to you?
cli-trust-done = Pinned. If it is this site's own agency, restart the site.
cli-trust-left = Nothing was changed.
cli-hub-trust = Pin another key of an agency at the hub, once its fingerprint was compared by another way
cli-hub-trust-done = Pinned. The hub now offers it to every site; each says "veedor site trust { $agency }" for itself.
cli-hub-new-key = Make another key for the hub's own agency, where its file was lost or is known to others
cli-hub-new-key-yes = Do not ask again
cli-hub-new-key-sure = Every site must then compare and trust the new key, and the agency's grants must be signed anew. Go on?
cli-hub-new-key-done = Made. Restart the hub. Its fingerprint, to be read to every site: { $fingerprint }
error-compose-agency-key-lost =
    The key of { $name } is not at { $path }, and others have pinned it
    .hint = Put it back from a backup with keys. If there is none: veedor hub new-key
column-id = Id
column-agency-id = Agency
column-site-state = State
column-cameras = Cameras
column-behind = Not yet here
column-link-use = Pictures, kbit/s
column-version = Version

init-hub-head = Configuration of a Veedor hub.
init-hub-data = All that the hub keeps: index, audit. Never video.
init-hub-keys = Keys: outside "data" and outside its backups. Without them sites will not trust it again.
init-hub-database = A database of its own, unless another is named:
init-hub-desk = Where the console answers (always with TLS).
init-hub-link = The port that sites call: the only one that they need to reach.

error-compose-demo-part =
    "{ $part }" did not start.
    .hint = It said last: { $said }
demo-hub-starting = Starting the hub …
demo-site-joining = Starting "{ $name }" and joining it …
demo-grant-signing = Signing the grant at both sites …
cli-demo-sites = A hub and so many sites, each a process of its own, with a signed grant
cli-demo-hub-open = Open { $url } (its own certificate: { $ca })
cli-demo-site-open = "{ $name }" answers at { $url }
cli-demo-grant = La Victoria shares its cameras with the comisaría for the purpose "{ $purpose }": state it in the console.
cli-demo-joint = Within the first minutes, with that purpose, olga sees nearby alerts of the three agencies under Incidents, proposed as one incident.
