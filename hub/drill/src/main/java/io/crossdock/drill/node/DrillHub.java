package io.crossdock.drill.node;

import io.crossdock.hub.HubMain;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A hub as a process of its own, with the drill's part if there is a witness. It ends when its
 * standard input does: it must not outlive the drill, however that ends.
 */
public final class DrillHub {

  /** System property that names the file of the witness. */
  public static final String WITNESS = "crossdock.drill.witness";

  private DrillHub() {}

  /** Runs the hub until it is told to stop. */
  public static void main(String[] args) {
    Thread.ofPlatform().daemon().name("drill-gone").start(DrillHub::endWithTheDrill);
    String witness = System.getProperty(WITNESS);
    System.exit(
        HubMain.run(args, witness == null ? List.of() : List.of(new DrillPart(Path.of(witness)))));
  }

  private static void endWithTheDrill() {
    try {
      while (System.in.read() >= 0) {
        // Nothing is ever said.
      }
    } catch (IOException e) {
      // It is gone.
    }
    Runtime.getRuntime().halt(1);
  }
}
