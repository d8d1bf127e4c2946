error-sealing-needs = { $field ->
        [case_number] A seal needs a case number, with letters or digits
        [reason] Say why it is sealed
        [days] A seal lasts from 1 to { $days } days
       *[other] The seal's { $field } cannot be accepted
    }
    .hint = State the colleague, the case number, the reason and the days
error-sealing-not-here = A seal of the agency "{ $name }" cannot be made at this desk
    .hint = Seal at the hub, where looks at other agencies' cameras begin. The agency's key must be at one of its sites, or at the hub
error-sealing-own = Who is sealed neither seals nor unseals: a second person does
    .hint = Ask another supervisor
error-sealing-there = That person and case are sealed already, until { $until }
    .hint = See the list of seals
error-sealing-over = It is no longer sealed: somebody opened it, or its time was over
    .hint = See the list of seals
error-sealing-joint = Other agencies have a part in this incident, or would get one, and evidence of it is sealed: they would see who works on it
    .hint = Use an incident of your agency alone, or unseal first
error-sealing-case = That names a case which is sealed, and would go to another agency in the clear
    .hint = Leave the case out, or ask a supervisor to unseal it
error-wire-bad-seal = What came about a seal cannot be read: { $problem }

cli-hub-seal = Seal a colleague and a case: owners of other agencies' cameras see commitments in place of both
cli-hub-seal-person = The colleague's user name
cli-hub-seal-case = The case number
cli-hub-seal-days = How many days it lasts at most
cli-hub-seal-reason = Why; stays with your agency
cli-hub-seal-done = Sealed until { $until }: others see "{ $name }". Id: { $id }
cli-hub-unseal = Open a seal: person and case are revealed to whoever saw the commitments
cli-hub-unseal-id = The seal's id, from "veedor hub seals"
cli-hub-unseal-done = Opened. The owners of the cameras learn who it was: { $person }, { $case }
cli-hub-seals = The seals of your agency
cli-hub-seals-empty = No seals
cli-seal-state = { $state ->
        [active] sealed
        [opened] opened
        [expired] its time is over
       *[other] { $state }
    }
cli-audit-sealed = { $state ->
        [sealed] { $entries } sealed entries of { $agency } (sealed until { $until }): { $name }
        [overdue] { $entries } sealed entries of { $agency }: the seal was over at { $until }, and its opening has NOT come: { $name }
        [opened] { $entries } entries of { $agency } were sealed; opened and proved: { $person }, case { $case }
        [mismatch] { $entries } sealed entries of { $agency }: the opening that the agency signed DOES NOT FIT its commitments. It says { $person }, case { $case }: do not believe it. { $name }
       *[other] { $entries } sealed entries of { $agency }: { $name }
    }
cli-audit-who-sealed = { $state ->
        [sealed] (sealed until { $until })
        [overdue] (sealed until { $until }; opening overdue)
        [opened] { $person } (was sealed)
        [mismatch] (OPENING DOES NOT FIT: says { $person })
       *[other] (sealed)
    }
column-person = Person
column-case-number = Case
column-seal-until = Sealed until
