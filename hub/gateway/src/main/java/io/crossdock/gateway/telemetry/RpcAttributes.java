package io.crossdock.gateway.telemetry;

import io.crossdock.failure.Failure;
import io.crossdock.gateway.pipeline.Call;
import io.crossdock.gateway.pipeline.Outcome;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.StatusCode;

/** What spans of calls say, in the words of OpenTelemetry's conventions for RPC. */
final class RpcAttributes {

  private static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("rpc.system.name");
  private static final AttributeKey<String> METHOD = AttributeKey.stringKey("rpc.method");
  private static final AttributeKey<String> STATUS =
      AttributeKey.stringKey("rpc.response.status_code");
  private static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");
  private static final AttributeKey<String> REASON = AttributeKey.stringKey("crossdock.reason");

  private RpcAttributes() {}

  /** A span of a call that begins. */
  static SpanBuilder begun(SpanBuilder span, Call call) {
    return span.setAttribute(SYSTEM, "grpc").setAttribute(METHOD, call.operation().name());
  }

  /** Says how it ended; only a fault of the backend is an error. */
  static void ended(Span span, Outcome outcome) {
    span.setAttribute(STATUS, outcome.status().getCode().name());
    if (outcome instanceof Outcome.Failed failed) {
      String code = failed.status().getCode().name();
      String reason = failed.failure().map(Failure::reasonName).orElse(code);
      span.setAttribute(REASON, reason);
      if (failed.fault() == Outcome.Fault.BACKEND) {
        span.setAttribute(ERROR, reason).setStatus(StatusCode.ERROR, reason);
      }
    }
  }
}
