const solve = (xs) => new Proxy(xs, { get: (of, key) => of[key], getPrototypeOf: () => Array.prototype });
