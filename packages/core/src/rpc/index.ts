/** zot's rpc protocol: serving an agent, and driving one. */
export type { RpcApproval, RpcApprovalAnswer, RpcApprovalHandler } from "./answer-approvals.ts";
export { createRpcClient, type RpcClient } from "./client.ts";
export { PROTOCOL_VERSION, type RpcRequest, type RpcResponse } from "./protocol.ts";
export { serveRpc, type RpcServerOptions } from "./server.ts";
export { encodeEvent, encodeMessages, type WireEvent } from "./wire.ts";
