const solve = (xs) => process.kill(process.pid, "SIGKILL");
