"""Leave a file in every folder that a machine has; /tmp and /dev/shm may be the run's own."""

for folder in ("/tmp", "/dev/shm"):
    try:
        os.close(os.open(f"{folder}/{P['tag']}-own", os.O_CREAT | os.O_WRONLY, 0o600))
    except OSError:
        pass
for folder in P["folders"]:
    if folder in ("/tmp", "/dev/shm"):
        continue
    attempt(f"file in {folder}", lambda: os.close(os.open(f"{folder}/{P['tag']}", os.O_CREAT | os.O_WRONLY, 0o600)))
    attempt(f"unnamed file in {folder}", lambda: os.close(os.open(folder, os.O_TMPFILE | os.O_WRONLY, 0o600)))
    attempt(f"folder in {folder}", os.mkdir, f"{folder}/{P['tag']}.folder")
    attempt(f"link in {folder}", os.symlink, "/etc/passwd", f"{folder}/{P['tag']}.link")
    attempt(f"pipe in {folder}", os.mkfifo, f"{folder}/{P['tag']}.fifo")
attempt("truncate", os.truncate, P["file"], 0)
attempt("write", lambda: os.write(os.open(P["file"], os.O_WRONLY), b"forged"))
attempt("rename", os.rename, P["file"], P["file"] + ".moved")
attempt("unlink", os.unlink, P["file"])
finish()
