def check(read, root, shop, note, report):
    pass
