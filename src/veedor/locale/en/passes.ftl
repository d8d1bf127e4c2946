error-pass-refused = The other site does not accept this request: { $reason ->
        [unpinned] it does not know your agency's key
        [identity-signature] your agency's signature is not the one that it knows
        [identity-expired] your login has expired there
        [identity-future] your agency's clock is ahead
        [expired] the request came too late
        [future] the clock here is ahead
        [site] the request was for another site
        [replay] it had this request already
        [restart] it has just started
        [crowded] too many requests at once
        [approval-expired] the second person's approval is over: ask for another
        [approval-self] the second person is the first one
        [seal] what it says of a sealed person does not hold together
        [seal-life] the seal lasts longer than is allowed
        [seal-expired] the seal's time is over
        [seal-changed] the seal's commitments are not those that it saw first
        [approval-agency] the second person is of another agency
       *[other] { $reason }
    }
    .hint = Try again in a few seconds. If it stays, log in anew and have the clocks of both sites and the agencies' keys looked at
