"""Holds a secret in its source, its input and a file, and wants to be left alone meanwhile."""

import sys
import time

SECRET = "$SECRET"
given = sys.stdin.read()
for place in "$FOLDERS".split():
    try:
        with open(f"{place}/$TAG-companion", "w") as file:
            file.write(SECRET)
    except OSError:
        pass
try:
    with open(4, "w", closefd=False) as answers:
        answers.write(SECRET + "\n")
except OSError:
    pass
print(SECRET)
time.sleep(float("$SECONDS"))
print("undisturbed", len(given))
