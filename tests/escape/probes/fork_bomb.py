"""Fork as often as it works, 200 times at most; the children sleep."""

mark()
children = 0
for _ in range(200):
    try:
        child = os.fork()
    except BaseException:
        break
    if not child:
        time.sleep(60)
        os._exit(0)
    children += 1
tried("fork", children >= P["processes"])
finish()
