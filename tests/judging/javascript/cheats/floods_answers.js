const fs = require("fs");
const solve = (xs) => {
  for (;;) fs.writeSync(4, "x".repeat(65536));
};
