package io.crossdock.gateway.operation;

/** The contracts of the build, compiled once for all tests. */
public final class BuildContracts {

  public static final ContractSet ALL = ContractSet.ofBuild();

  private BuildContracts() {}

  /** An operation by the end of its name, such as {@code LoyaltyService/GetBalance}. */
  public static Operation operation(String name) {
    return ALL.services().stream()
        .flatMap(service -> service.operations().stream())
        .filter(operation -> operation.name().endsWith("." + name))
        .findFirst()
        .orElseThrow(() -> new AssertionError(name));
  }
}
