function solve(xs) {
  xs.sort((a, b) => a - b);
}
