module.exports = {
  // Made with: node-red admin hash-pw
  adminAuth: {
    type: "credentials",
    users: [{ username: "operator", password: process.env.EDITOR_PASSWORD_HASH, permissions: "*" }],
  },
};
