// Failures as Crossdock's callers expect them: a status whose details hold google.rpc.ErrorInfo.
import grpc from "@grpc/grpc-js";
import protobuf from "protobufjs";

const rpc = protobuf.Root.fromJSON({
  nested: {
    Any: { fields: { type_url: { type: "string", id: 1 }, value: { type: "bytes", id: 2 } } },
    Status: {
      fields: {
        code: { type: "int32", id: 1 },
        message: { type: "string", id: 2 },
        details: { rule: "repeated", type: "Any", id: 3 },
      },
    },
    ErrorInfo: { fields: { reason: { type: "string", id: 1 }, domain: { type: "string", id: 2 } } },
  },
});

export function failure(code, reason, message) {
  const info = rpc.ErrorInfo.encode({ reason, domain: "crossdock" }).finish();
  const details = [{ type_url: "type.googleapis.com/google.rpc.ErrorInfo", value: info }];
  const metadata = new grpc.Metadata();
  metadata.set("grpc-status-details-bin", Buffer.from(rpc.Status.encode({ code, message, details }).finish()));
  return { code, details: message, metadata };
}
