"""Write 200 MiB to standard error."""

block = b"x" * (1 << 20)
for _ in range(200):
    os.write(2, block)
