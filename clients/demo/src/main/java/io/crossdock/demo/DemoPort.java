package io.crossdock.demo;

import java.util.Arrays;
import java.util.Optional;

/** A port of the demo, by the name that {@code --port} knows. */
enum DemoPort {
  HUB("hub", 7070),
  HUB_OPS("hub-ops", 7080),
  ERP_EU("erp-eu", 7101),
  ERP_EU_OPS("erp-eu-ops", 7111),
  ERP_US("erp-us", 7102),
  ERP_US_OPS("erp-us-ops", 7112),
  LOYALTY("loyalty", 7103),
  LOYALTY_OPS("loyalty-ops", 7113),
  CRM("crm", 7104),
  CRM_OPS("crm-ops", 7114),
  ESTATE("estate", 7200);

  private final String label;
  private final int standard;

  DemoPort(String label, int standard) {
    this.label = label;
    this.standard = standard;
  }

  String label() {
    return label;
  }

  /** The port that the configurations in {@code examples/demo} name. */
  int standard() {
    return standard;
  }

  static Optional<DemoPort> named(String label) {
    return Arrays.stream(values()).filter(port -> port.label.equals(label)).findFirst();
  }
}
