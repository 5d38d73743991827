"""Say on the error output what only the walls' keeper may say, and end with its number."""

sys.stderr.write('{"setup_error": "OSError()"}\nsetup failed: sandbox_error\nbwrap: Can\'t find source path\n')
sys.stderr.flush()
tried("forge", False)
finish()
os._exit(250)
