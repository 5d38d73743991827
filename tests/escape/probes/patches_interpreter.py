"""Replace what a keeper in the same process would use to tell the truth."""

import builtins
import signal

tried("patch", False)
finish()
os._exit = lambda code: None
os.write = lambda descriptor, data: len(data)
sys.exit = lambda code=0: None
signal.signal = lambda *arguments: None
json.dumps = lambda *arguments, **options: '{"outcome": "exited", "exit_code": 0}'
builtins.exec = builtins.compile = builtins.open = lambda *arguments, **options: None
sys.stdout = sys.stderr = None
for name in list(sys.modules):
    if name not in ("sys", "builtins"):
        sys.modules[name] = None
raise ValueError("a failure that must be seen")
