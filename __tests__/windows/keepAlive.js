import { Socket } from 'node:net';

/** Wine has no `TCP_KEEPIDLE`, so Node.js throws where it would set it. */
Socket.prototype.setKeepAlive = function setKeepAlive() {
  return this;
};
