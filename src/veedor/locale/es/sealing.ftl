error-sealing-needs = { $field ->
        [case_number] Un sello necesita un número de caso, con letras o cifras
        [reason] Diga por qué se sella
        [days] Un sello dura de 1 a { $days } días
       *[other] El campo { $field } del sello no se puede aceptar
    }
    .hint = Indique el colega, el número de caso, el motivo y los días
error-sealing-not-here = En esta mesa de control no se puede sellar para la entidad "{ $name }"
    .hint = Selle en el nodo central, donde comienzan las miradas a cámaras de otras entidades. La llave de la entidad debe estar en uno de sus sitios, o en el nodo central
error-sealing-own = Quien está sellado no sella ni abre el sello: lo hace una segunda persona
    .hint = Pídalo a otro supervisor
error-sealing-there = Esa persona y ese caso ya están sellados, hasta { $until }
    .hint = Vea la lista de sellos
error-sealing-over = Ya no está sellado: alguien lo abrió, o venció su plazo
    .hint = Vea la lista de sellos
error-sealing-joint = Otras entidades participan en este incidente, o participarían, y hay evidencia sellada en él: verían quién lo trabaja
    .hint = Use un incidente solo de su entidad, o abra antes el sello
error-sealing-case = Eso nombra un caso sellado, y llegaría a otra entidad a la vista
    .hint = No ponga el caso, o pida a un supervisor que abra el sello
error-wire-bad-seal = No se puede leer lo que llegó sobre un sello: { $problem }

cli-hub-seal = Sellar a un colega y un caso: los dueños de cámaras de otras entidades ven compromisos en lugar de ambos
cli-hub-seal-person = El usuario del colega
cli-hub-seal-case = El número de caso
cli-hub-seal-days = Cuántos días dura como máximo
cli-hub-seal-reason = Por qué; se queda en su entidad
cli-hub-seal-done = Sellado hasta { $until }: los demás ven "{ $name }". Id: { $id }
cli-hub-unseal = Abrir un sello: persona y caso se revelan a quien vio los compromisos
cli-hub-unseal-id = El id del sello, de "veedor hub seals"
cli-hub-unseal-done = Abierto. Los dueños de las cámaras se enteran de quién era: { $person }, { $case }
cli-hub-seals = Los sellos de su entidad
cli-hub-seals-empty = No hay sellos
cli-seal-state = { $state ->
        [active] sellado
        [opened] abierto
        [expired] venció
       *[other] { $state }
    }
cli-audit-sealed = { $state ->
        [sealed] { $entries } registros sellados de { $agency } (sellado hasta { $until }): { $name }
        [overdue] { $entries } registros sellados de { $agency }: el sello venció el { $until } y su apertura NO ha llegado: { $name }
        [opened] { $entries } registros de { $agency } estuvieron sellados; abierto y comprobado: { $person }, caso { $case }
        [mismatch] { $entries } registros sellados de { $agency }: la apertura que firmó la entidad NO CORRESPONDE a sus compromisos. Dice { $person }, caso { $case }: no la crea. { $name }
       *[other] { $entries } registros sellados de { $agency }: { $name }
    }
cli-audit-who-sealed = { $state ->
        [sealed] (sellado hasta { $until })
        [overdue] (sellado hasta { $until }; apertura vencida)
        [opened] { $person } (estuvo sellado)
        [mismatch] (LA APERTURA NO CORRESPONDE: dice { $person })
       *[other] (sellado)
    }
column-person = Persona
column-case-number = Caso
column-seal-until = Sellado hasta
