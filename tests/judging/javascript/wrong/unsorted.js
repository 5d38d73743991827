const solve = (xs) => xs;
