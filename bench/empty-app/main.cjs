// The least that cdktf can synthesize, as a newcomer writes it: one empty stack with a local backend.
const { App, LocalBackend, TerraformStack } = require("cdktf");

const app = new App();
const stack = new TerraformStack(app, "empty");
new LocalBackend(stack, {});
app.synth();
