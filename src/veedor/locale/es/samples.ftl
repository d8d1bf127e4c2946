error-samples-answered = { $who } ya respondió a este tramo ({ $at })
    .hint = Siga con el próximo; cada tramo lo juzga una persona
samples-unknown-kind = no hay ese tipo de regla
