error-grants-bad = No se puede aceptar este dato del convenio: { $field ->
        [owner] la entidad dueña
        [grantee] la entidad que recibe
        [cameras] las cámaras
        [rights] los derechos
        [purposes] las finalidades
        [hours] el horario
        [starts_at] el inicio
        [expires_at] el fin
        [span] el periodo de grabación
        [conditions] las condiciones
        [document_sha256] la huella del documento firmado
        [note] la nota
       *[other] { $field }
    }
    .hint = Un convenio necesita dos entidades distintas, una de ellas la suya, cámaras del titular, al menos un derecho y una finalidad, y un fin posterior al inicio
error-grants-reason = Indique el motivo
error-grants-not-now = Eso no se puede hacer ahora con este convenio: está { $state ->
        [draft] en borrador
        [signed_by_one] firmado por una sola entidad
        [scheduled] firmado, pero aún no empieza
        [active] vigente
        [expired] vencido
        [revoked] revocado
       *[other] { $state }
    }
    .hint = Cargue de nuevo la lista de convenios: alguien pudo adelantarse
error-grants-differs = Ya hay un convenio «{ $name }» con otras cláusulas
    .hint = Las cláusulas no cambian: redacte un convenio nuevo y revoque el anterior
error-grants-no-key = La llave de la entidad «{ $name }» no está en esta mesa de control
    .hint = Firme en el sitio de su entidad, donde está su llave
error-grants-forged = Una declaración sobre el convenio «{ $name }» no está firmada por la entidad «{ $agency }»
    .hint = No se aceptó nada. Compare la llave de esa entidad con la que está registrada aquí
error-agencies-bad = No se puede aceptar este dato de la entidad: { $field ->
        [name] el nombre
        [area] el área
        [public_key] la llave
        [parent_id] la entidad superior
       *[other] { $field }
    }
    .hint = Un área es un polígono GeoJSON cerrado, una llave tiene 64 dígitos hexadecimales, y ninguna entidad está por encima de sí misma
error-agencies-unknown = Aquí no existe la entidad «{ $name }»
    .hint = Vea la lista de entidades
error-agencies-key-changed = «{ $name }» tiene otra llave que la registrada aquí
    .hint = Pregunte a la entidad, por otra vía, si cambió de llave; luego guárdela como comparada
error-agencies-key-not-offered = Nadie ofrece una llave de «{ $name }» con la huella { $fingerprint }
    .hint = Vea las que se ofrecen con la misma orden sin --key. Si la entidad le lee otra, alguien en medio miente: no registre ninguna y averigüe quién
problem-agency-key-offered = El nodo ofrece otra llave de { $name } que la registrada aquí
    .hint = Pregunte a la entidad por teléfono o en persona. Si tiene llave nueva: veedor site trust { $agency }, en esta máquina. Hasta entonces aquí se rechazan sus firmas nuevas
error-agencies-not-yours = La entidad «{ $name }» no se administra en esta mesa de control
    .hint = La cambia su propio sitio o el nodo central
error-approvals-purpose = Nadie puede dar su conformidad a una consulta sin finalidad
    .hint = Indique la finalidad (y el número de caso, si el convenio lo exige) y vuelva a pedirla
error-approvals-span = Lo que trata de grabaciones necesita su tramo
    .hint = Indique desde cuándo y hasta cuándo
error-approvals-own = La segunda persona es otra que la que pide
    .hint = Un colega debe ingresar con su propia cuenta y dar allí su conformidad
error-approvals-late = Ya no se puede dar la conformidad: se pidió hace más de diez minutos, o un colega se adelantó
    .hint = Vuelva a pedirla
cli-grants = Convenios con otras entidades: ver y revocar
cli-grants-list = Lista los convenios que su entidad da y recibe, el más reciente primero
cli-grants-show = Muestra un convenio, con sus firmas y declaraciones
cli-grants-revoke = Revoca un convenio para siempre, o niega un pedido: lo que se mira con él se corta en segundos
cli-grants-id = Identificador del convenio, de `veedor grants list`
cli-grants-state = Solo los que están así (se puede repetir)
cli-grants-reason = Por qué; ambas entidades lo leen
cli-grants-none = No hay convenios
cli-grants-given = damos
cli-grants-received = recibimos
cli-grants-period = Vigencia: { $period }
cli-grants-paper = Documento firmado (SHA-256): { $sha256 }
column-given = Sentido
column-grant = Convenio
