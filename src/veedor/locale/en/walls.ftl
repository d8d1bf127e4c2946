error-walls-changed = { $who } changed or deleted the wall "{ $name }" meanwhile
    .hint = Load the wall again and repeat your change, or save it under another name
error-walls-too-many = You already have { $limit } saved walls
    .hint = Delete one that you do not use
