// As main.cjs, with as many empty stacks as the first argument says.
const { App, LocalBackend, TerraformStack } = require("cdktf");

const app = new App();
for (let index = 0; index < Number(process.argv[2]); index += 1) {
  const stack = new TerraformStack(app, `empty-${index}`);
  new LocalBackend(stack, {});
}
app.synth();
