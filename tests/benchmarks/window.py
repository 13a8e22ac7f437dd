def keys(s):
    yield from ()


opened = memory = keys
