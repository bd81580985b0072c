package io.crossdock.gateway.pipeline;

import io.crossdock.common.v1.Reason;
import io.crossdock.failure.Failure;
import io.crossdock.gateway.wire.Payload;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.Optional;

/** How a call ended: well, by the caller's fault, or by the backend's. */
public sealed interface Outcome {

  /** Status that the caller sees. */
  Status status();

  /** The call was answered. */
  sealed interface Success extends Outcome {
    @Override
    default Status status() {
      return Status.OK;
    }
  }

  /** Answered with one message. */
  record Answered(Payload payload) implements Success {}

  /** A stream that came to its proper end. */
  record Streamed() implements Success {}

  /**
   * The call failed.
   *
   * @param status what the caller sees
   * @param trailers details for the caller
   * @param fault whose fault it is
   */
  record Failed(Status status, Metadata trailers, Fault fault) implements Outcome {

    /** The failure that the trailers describe; empty when they describe none of Crossdock's. */
    public Optional<Failure> failure() {
      return Failure.from(StatusProto.fromStatusAndTrailers(status, trailers));
    }

    /** Another description of the same failure. */
    Failed with(Failure failure) {
      return new Failed(failure.toStatus(), failure.toTrailers(), fault);
    }

    /** The same failure for another call: gRPC writes into the trailers that it sends. */
    public Failed copy() {
      Metadata own = new Metadata();
      own.merge(trailers);
      return new Failed(status, own, fault);
    }
  }

  /** Whose fault a failure is; breakers and limiters count only the backend's. */
  enum Fault {
    CALLER,
    BACKEND
  }

  /** The outcome of a failure that the hub found itself. */
  static Failed failed(Failure failure) {
    return new Failed(failure.toStatus(), failure.toTrailers(), faultOf(failure.code()));
  }

  /** The outcome of a failure that the hub found itself, with another code than its reason's. */
  static Failed failed(Status.Code code, Failure failure) {
    StatusRuntimeException error =
        StatusProto.toStatusRuntimeException(
            failure.toProto().toBuilder().setCode(code.value()).build());
    Metadata trailers = error.getTrailers();
    return new Failed(
        error.getStatus(), trailers == null ? new Metadata() : trailers, faultOf(code));
  }

  /** The outcome of a failure that the hub found itself. */
  static Failed failed(Reason reason, String message) {
    return failed(Failure.of(reason, message));
  }

  /** Whose fault a status is, as far as the code tells. */
  static Fault faultOf(Status.Code code) {
    return switch (code) {
      case OK,
          CANCELLED,
          INVALID_ARGUMENT,
          NOT_FOUND,
          ALREADY_EXISTS,
          PERMISSION_DENIED,
          UNAUTHENTICATED,
          FAILED_PRECONDITION,
          ABORTED,
          OUT_OF_RANGE,
          UNIMPLEMENTED ->
          Fault.CALLER;
      case UNKNOWN, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, INTERNAL, UNAVAILABLE, DATA_LOSS ->
          Fault.BACKEND;
    };
  }
}
