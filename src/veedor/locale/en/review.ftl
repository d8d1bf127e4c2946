error-review-not-in-review = The rule “{ $rule }” of { $camera } is not in review
    .hint = See under Review → Rules which are; perhaps somebody else has restored it

# Among the site's problems
review-problem-demoted = The rule “{ $rule }” of { $camera } was put into review: { $true } of { $of } alerts were true, { $high } % at most (the bound is { $below } %). Since { $since } UTC its alerts do not ring
    .hint = Mend the rule and try it on the last days; then restore it under Review → Rules, with the reason. If it has to stay in the queue though it fails, pin it there
review-problem-poor = The rule “{ $rule }” of { $camera } is seldom right: { $true } of { $of } alerts were true, { $high } % at most (the bound is { $below } %). It is critical or pinned: its alerts stay in the queue
    .hint = Mend the rule and try it on the last days. No critical rule goes into review by itself: a person decides that

# Commands
cli-rules-precision = How many of each rule's alerts were true, by what was done with them, and which rules are in review
cli-rules-precision-camera = This camera alone (its id)
cli-rules-precision-days = How many days back; without it, as the site decides
cli-rules-precision-none = Nobody has handled alerts of those days yet
cli-rules-precision-state = { $state ->
        [review] in review
        [poor] seldom right
        [pinned] pinned
       *[queue] in the queue
    }
column-true = true
column-judged = judged
column-interval = between
column-rule-state = state
