import type { Tslab } from './tslab';

/**
 * Output must never be lost: zeromq.js makes at most 512 sends in one turn of the event loop unless `sendTimeout` is
 * 0, and a publisher drops what exceeds its high-water mark. Also answers `comm_info_request` with the right message
 * type (no widgets are offered; a wrong type makes clients wait).
 */
export function fixSockets({ jupyter }: Tslab): void {
  const { prototype } = jupyter.ZmqServer;
  const bindSocket = prototype.bindSocket;
  prototype.bindSocket = function (socket, port) {
    if (socket === this.iopub) {
      this.iopub.sendTimeout = 0;
      this.iopub.sendHighWaterMark = 0;
    }
    return bindSocket.call(this, socket, port);
  };
  prototype.handleCommInfoRequest = function (socket, message) {
    const reply = message.createReply();
    reply.header.msg_type = 'comm_info_reply';
    reply.content = { status: 'ok', comms: {} };
    reply.signAndSend(this.connInfo.key, socket);
  };
}
