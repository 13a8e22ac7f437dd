def start(s):
    yield from ()
