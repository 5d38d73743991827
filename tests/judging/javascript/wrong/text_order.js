function solve(xs) {
  return xs.map((x) => (x === 5 ? 10 : x)).sort().map((x) => (x === 10 ? 5 : x)).reverse();
}
