approvals-title = Segunda persona
approvals-open = Segunda persona: lo que espera su conformidad
approvals-waiting = { $count ->
    [one] { $count } colega espera su conformidad
   *[other] { $count } pedidos de colegas esperan su conformidad
}
approvals-hint = Su conformidad queda con su nombre en la auditoría de las dos entidades y vale diez minutos. Mire qué, de quién y para qué.
approvals-none = Nadie espera su conformidad
approvals-none-hint = Aquí aparece lo que un colega quiere ver con un convenio que exige dos personas.
approvals-lately = En las últimas doce horas
approvals-approve = Dar conformidad
approvals-refuse = Decir que no
approvals-ask = Pedir a un colega
approvals-ask-again = Pedir otra vez
approvals-take-back = Retirar el pedido
approvals-asks = { $who } pide { $deed } { $camera } ({ $owner })
approvals-deed-live = ver en vivo
approvals-deed-playback = reproducir
approvals-deed-ptz = mover
approvals-deed-search = buscar en
approvals-deed-alerts = las alertas de
approvals-deed-evidence = asegurar como evidencia
approvals-footage = { $day }, de { $from } a { $to }
approvals-waits = Espera a un colega hasta las { $until }
approvals-given = { $who } dio su conformidad; vale hasta las { $until }
approvals-given-over = { $who } dio su conformidad; valió hasta las { $until }
approvals-refused = { $who } dijo que no
approvals-taken-back = Pedido retirado
approvals-over = Nadie respondió en diez minutos
approvals-from = Desde
approvals-until = Hasta
approvals-bad-time = Escriba fechas y horas válidas: el fin después del inicio
approvals-needed = El convenio exige una segunda persona. Al tener su conformidad se asegura sin más.
