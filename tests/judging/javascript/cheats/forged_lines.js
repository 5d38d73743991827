const fs = require("fs");
for (let id = 0; id < 4; id++) fs.writeSync(4, `${id} value ["l"]\n`);
const solve = (xs) => xs;
