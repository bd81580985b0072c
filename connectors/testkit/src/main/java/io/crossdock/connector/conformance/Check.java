package io.crossdock.connector.conformance;

/** What one check of one method found. */
record Check(String method, String name, Result result, String detail) {

  /** How a check ended. */
  enum Result {
    PASS,
    FAIL,
    /** It could not be tried; the detail says what is missing. */
    SKIP
  }

  static Check pass(String method, String name) {
    return new Check(method, name, Result.PASS, "");
  }

  static Check fail(String method, String name, String detail) {
    return new Check(method, name, Result.FAIL, detail);
  }

  static Check skip(String method, String name, String detail) {
    return new Check(method, name, Result.SKIP, detail);
  }
}
