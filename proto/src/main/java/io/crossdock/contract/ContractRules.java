package io.crossdock.contract;

import com.google.protobuf.Descriptors.FileDescriptor;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Checks contracts against the rules that the hub and the build hold every contract to. */
public final class ContractRules {

  private static final List<Rule> RULES =
      List.of(
          new ReadablePolicyRule(),
          new MethodRules(),
          new CacheRules(),
          new TagRules(),
          new RoutingRules(),
          new BoundRules(),
          new EventRules(),
          new EnumRules());

  private ContractRules() {}

  /**
   * Checks contracts by themselves.
   *
   * @see #check(Collection, Collection)
   */
  public static List<Finding> check(Collection<FileDescriptor> contracts) {
    return check(contracts, List.of());
  }

  /**
   * Checks contracts together with others that are known to be right.
   *
   * <p>Files of {@code google}, {@code buf} and {@code grpc} packages among the contracts are
   * passed over: nobody here can change them.
   *
   * @param contracts linked with the extensions of {@code PolicyProto} and {@code ValidateProto}
   *     registered; imports may be among them
   * @param known contracts served beside them, whose events and tags count and whose own findings
   *     are not reported
   * @return all broken rules, by file and element; empty when the contracts are right
   */
  public static List<Finding> check(
      Collection<FileDescriptor> contracts, Collection<FileDescriptor> known) {
    Scope scope = new Scope(contracts, known);
    Set<Finding> findings = new TreeSet<>();
    for (Rule rule : RULES) {
      rule.check(scope, findings::add);
    }
    return List.copyOf(findings);
  }
}
