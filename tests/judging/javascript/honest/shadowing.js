// Names of the host's are the candidate's to use.
const fs = null;
let encode = (x) => x;
class Opaque {}
function serve(a, b) {
  return a - b;
}
var solve = function (xs) {
  return encode(xs.slice().sort(serve));
};
