"""Six processes of 120 MiB each: no one of them is over the limit, all of them are."""

mark()
children = []
for _ in range(6):
    reader, writer = os.pipe()
    try:
        child = os.fork()
    except BaseException:
        break
    if not child:
        try:
            data = b"x" * (120 << 20)
            os.write(writer, b"+")
        except MemoryError:
            os.write(writer, b"-")
        time.sleep(60)
        os._exit(0)
    children.append((child, reader))
    os.close(writer)
said = [os.read(reader, 1) for _, reader in children]
# Those that were killed for the others' sake hold nothing any more.
alive = [os.waitpid(child, os.WNOHANG) == (0, 0) for child, _ in children]
holding = sum(word == b"+" and lives for word, lives in zip(said, alive))
tried("more memory than allowed", holding * (120 << 20) > P["memory_bytes"] + (64 << 20))
finish()
