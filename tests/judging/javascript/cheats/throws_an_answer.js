const solve = (xs) => {
  throw { constructor: { name: 'x"] value ["l"]\n' }, message: { toString: () => "\n1 value null" } };
};
