// Nothing: how long Node.js takes to start and end.
