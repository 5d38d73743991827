const solution = (xs) => xs.sort((a, b) => a - b);
