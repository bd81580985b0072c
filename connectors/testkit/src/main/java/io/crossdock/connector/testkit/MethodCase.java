package io.crossdock.connector.testkit;

import com.google.protobuf.Descriptors;
import com.google.protobuf.Message;
import io.crossdock.policy.v1.Idempotency;
import io.crossdock.policy.v1.PolicyProto;
import io.grpc.MethodDescriptor;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What the suite must know of one method to try it.
 *
 * @param <Q> type of its requests
 * @param <A> type of its answers
 */
public final class MethodCase<Q extends Message, A extends Message> {

  private final MethodDescriptor<Q, A> method;
  private @Nullable Preparation<Q> happy;
  private @Nullable Consumer<A> check;
  private @Nullable Preparation<Q> notFound;
  private @Nullable Q invalid;
  private @Nullable Q impossible;
  private boolean findsEverything;
  private String writesTo = "";
  private @Nullable UnaryOperator<Q> another;
  private boolean cannotTell;

  /** Makes a request, and before it what the request needs to be there. */
  @FunctionalInterface
  public interface Preparation<Q> {

    /** The request; a new one each time, with a request id of its own. */
    Q request(Caller caller);
  }

  private MethodCase(MethodDescriptor<Q, A> method) {
    this.method = method;
  }

  /** Begins the case of a method. */
  public static <Q extends Message, A extends Message> MethodCase<Q, A> of(
      MethodDescriptor<Q, A> method) {
    return new MethodCase<>(method);
  }

  /**
   * A request that must be answered.
   *
   * @param verify fails when the answer is not the right one
   */
  public MethodCase<Q, A> answers(Preparation<Q> request, Consumer<A> verify) {
    happy = request;
    check = verify;
    return this;
  }

  /**
   * Says that the backend cannot do what the method asks for: the connector declares it and answers
   * {@code NOT_SUPPORTED}.
   *
   * @param request one that keeps the contract's rules
   */
  public MethodCase<Q, A> cannot(Q request) {
    impossible = request;
    return this;
  }

  /** A request for something that is not there. */
  public MethodCase<Q, A> findsNothing(Preparation<Q> request) {
    notFound = request;
    return this;
  }

  /**
   * Says that nothing has to be there for the method.
   *
   * @param why for whoever reads the case
   */
  public MethodCase<Q, A> neverMisses(String why) {
    findsEverything = !why.isBlank();
    return this;
  }

  /** A request that breaks a rule of the contract. */
  public MethodCase<Q, A> refuses(Q request) {
    invalid = request;
    return this;
  }

  /** For writes: part of the backend's path that is written to. */
  public MethodCase<Q, A> writesTo(String path) {
    writesTo = path;
    return this;
  }

  /**
   * For writes: another request with the same request id, different in something that the backend
   * keeps. It must be refused although the connector was started again in between.
   */
  public MethodCase<Q, A> unlike(UnaryOperator<Q> change) {
    another = change;
    return this;
  }

  /**
   * For writes: says that the backend keeps nothing that would distinguish a request from another
   * one with the same id, once the connector was started again.
   *
   * @param why for whoever reads the case
   */
  public MethodCase<Q, A> leavesNoTrace(String why) {
    cannotTell = !why.isBlank();
    return this;
  }

  MethodDescriptor<Q, A> method() {
    return method;
  }

  /** What the case does not say and has to. */
  List<String> missing() {
    List<String> missing = new ArrayList<>();
    if (impossible != null) {
      return missing;
    }
    if (happy == null) {
      missing.add("answers");
    }
    if (notFound == null && !findsEverything) {
      missing.add("findsNothing");
    }
    if (invalid == null) {
      missing.add("refuses");
    }
    if (isKeyed() && writesTo.isEmpty()) {
      missing.add("writesTo");
    }
    if (isKeyed() && another == null && !cannotTell) {
      missing.add("unlike");
    }
    return missing;
  }

  boolean isKeyed() {
    Descriptors.MethodDescriptor contract =
        ((ProtoMethodDescriptorSupplier) method.getSchemaDescriptor()).getMethodDescriptor();
    return contract.getOptions().getExtension(PolicyProto.method).getIdempotency()
        == Idempotency.IDEMPOTENCY_KEYED;
  }

  boolean isDeclaredImpossible() {
    return impossible != null;
  }

  Q impossible() {
    return java.util.Objects.requireNonNull(impossible);
  }

  /** Whether there is a request that must be answered. */
  boolean hasRequest() {
    return happy != null;
  }

  Q good(Caller caller) {
    return java.util.Objects.requireNonNull(happy).request(caller);
  }

  void verify(A answer) {
    java.util.Objects.requireNonNull(check).accept(answer);
  }

  boolean canMiss() {
    return notFound != null;
  }

  Q nowhere(Caller caller) {
    return java.util.Objects.requireNonNull(notFound).request(caller);
  }

  Q bad() {
    return java.util.Objects.requireNonNull(invalid);
  }

  String writesTo() {
    return writesTo;
  }

  /** Whether the backend distinguishes a request from another one with its id. */
  boolean leavesTrace() {
    return another != null;
  }

  Q unlike(Q request) {
    return java.util.Objects.requireNonNull(another).apply(request);
  }
}
