usual-open = Lo usual
usual-title = Lo usual en { $name }
usual-failed = No se pudo leer lo usual
usual-none = De esta cámara no se ha aprendido nada
usual-none-hint = Encienda una regla «Movimiento inusual»: desde entonces el sitio aprende cada madrugada del día anterior.
usual-about = Se cuenta por dónde pasan y hacia dónde van las trayectorias, por hora de la semana. No se guarda quién pasa ni su aspecto.
usual-group = Quiénes
usual-group-people = Personas
usual-group-vehicles = Vehículos
usual-day = Día
usual-hour = Hora
usual-expected = { $group ->
    [people] Se esperan { $count } personas en esa hora.
   *[vehicles] Se esperan { $count } vehículos en esa hora.
}
usual-no-arrows = Casi nadie pasa entonces: no hay flujo que mostrar.
usual-arrows = { $count ->
    [one] Una flecha: hacia dónde se va de costumbre
   *[other] { $count } flechas: hacia dónde se va de costumbre
}
usual-versions = Versiones
usual-version = Versión
usual-until = Aprendida hasta
usual-days = Días
usual-tracks = Trayectorias
usual-drift = Cambio
usual-in-force = en uso
usual-back = Volver a esta
usual-back-to = Volver a esta: versión { $version }
usual-back-title = ¿Volver a la versión { $version }?
usual-back-text = Se copia como versión nueva y rige en un minuto. Lo que pasó entre medio no se vuelve a aprender. Queda en la auditoría.
usual-back-done = Rige otra vez lo aprendido en la versión { $version }
usual-why = Lo usual a esa hora en { $camera }, y encima la trayectoria de la alerta
usual-why-title = Por qué es inusual
usual-why-more = Lo usual en esta cámara, hora por hora
