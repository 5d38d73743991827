async function solve(xs) {
  await new Promise((resolve) => setTimeout(resolve, 1));
  return xs.slice().sort((a, b) => a - b);
}
