"""Where processes are allowed: fork 200 times; no more than the limit may live."""

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
tried("more processes than allowed", children > 2 * P["processes"])
finish()
