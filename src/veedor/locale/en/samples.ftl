error-samples-answered = { $who } has answered this stretch already ({ $at })
    .hint = Go on with the next one; each stretch is judged by one person
samples-unknown-kind = there is no such kind of rule
