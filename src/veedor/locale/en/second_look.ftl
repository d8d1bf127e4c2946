second-look-confirmed = second look: confirmed in { $look_seen } of { $look_of } pictures
second-look-turned-down = second look: seen in { $look_seen } of { $look_of } pictures only
second-look-unverified = no second look: it could not be had in time
message-with-note = { $text } ({ $note })
rules-param-second-look = Second look before the alert: auto (where it helps this kind), true, false
