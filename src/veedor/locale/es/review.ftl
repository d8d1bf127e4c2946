error-review-not-in-review = La regla «{ $rule }» de { $camera } no está en revisión
    .hint = Mire en Revisión → Reglas cuáles lo están; quizá otra persona ya la restauró

# Entre los problemas del sitio
review-problem-demoted = La regla «{ $rule }» de { $camera } pasó a revisión: { $true } de { $of } alertas ciertas, a lo sumo { $high } % (el límite es { $below } %). Desde { $since } UTC sus alertas no suenan
    .hint = Corrija la regla y pruébela con los últimos días; luego restáurela en Revisión → Reglas, con el motivo. Si debe quedar en la cola aunque falle, fíjela allí mismo
review-problem-poor = La regla «{ $rule }» de { $camera } acierta poco: { $true } de { $of } alertas ciertas, a lo sumo { $high } % (el límite es { $below } %). Es crítica o está fijada: sus alertas siguen en la cola
    .hint = Corrija la regla y pruébela con los últimos días. Ninguna regla crítica pasa sola a revisión: eso lo decide una persona

# Órdenes
cli-rules-precision = Cuántas alertas de cada regla fueron ciertas, por lo que se hizo con ellas, y qué reglas están en revisión
cli-rules-precision-camera = Solo esta cámara (identificador)
cli-rules-precision-days = Cuántos días hacia atrás; sin esto, los del sitio
cli-rules-precision-none = Nadie ha atendido todavía alertas de esos días
cli-rules-precision-state = { $state ->
        [review] en revisión
        [poor] acierta poco
        [pinned] fijada
       *[queue] en la cola
    }
column-true = ciertas
column-judged = juzgadas
column-interval = entre
column-rule-state = estado
