"""Write 200 MiB to standard output."""

block = b"x" * (1 << 20)
for _ in range(200):
    os.write(1, block)
