package io.crossdock.runtime.lifecycle;

import io.crossdock.config.v1.HubConfig;
import io.crossdock.runtime.config.ConfigLoader;
import io.crossdock.runtime.ops.HealthChecks;
import io.crossdock.runtime.ops.OpsServer;
import io.crossdock.runtime.telemetry.Telemetry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A process for the tests of the life cycle. */
@SuppressWarnings("SystemOut")
final class TestProgram {

  private static final Logger LOG = LoggerFactory.getLogger(TestProgram.class);

  private TestProgram() {}

  public static void main(String[] args) {
    System.exit(
        Lifecycle.run(
            "test program",
            lifecycle -> {
              switch (args[0]) {
                case "serve" -> serve(lifecycle, Path.of(args[1]));
                case "hang at the end" -> hangAtTheEnd(lifecycle);
                case "hang at the start" -> hangAtTheStart(lifecycle);
                case "fail" -> fail(lifecycle);
                case "use up the memory" -> useUpTheMemory();
                default -> throw new IllegalArgumentException(args[0]);
              }
            }));
  }

  private record Part(String name) implements AutoCloseable {

    @Override
    public void close() {
      System.out.println("closed " + name);
      LOG.info("closed {}", name);
    }
  }

  private static void serve(Lifecycle lifecycle, Path file) throws Exception {
    lifecycle.own(new Part("first"));
    HubConfig config = ConfigLoader.load(file, HubConfig.getDefaultInstance());
    Telemetry telemetry = lifecycle.own(Telemetry.start("test"));
    lifecycle.own(() -> {
      throw new IllegalStateException("does not close");
    });
    InetSocketAddress where =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), config.getOps().getPort());
    OpsServer ops;
    try {
      ops = lifecycle.own(OpsServer.start(where, new HealthChecks(), telemetry));
    } catch (IOException e) {
      throw Lifecycle.portFailure(where, "ops.port", e);
    }
    lifecycle.own(new Part("last"));
    java.util.logging.Logger.getLogger("library").warning("said by a library");
    LOG.debug("said in detail");
    LOG.atInfo().addKeyValue("operation", "sale").log("two\nlines");
    new Thread(
            () -> {
              throw new IllegalStateException("caught by nobody");
            },
            "careless")
        .start();
    lifecycle.ready("ops=127.0.0.1:" + ops.port());
  }

  private static void hangAtTheEnd(Lifecycle lifecycle) {
    lifecycle.stopWithin(Duration.ofMillis(200));
    lifecycle.own(() -> new CountDownLatch(1).await());
    lifecycle.ready("now");
  }

  private static void hangAtTheStart(Lifecycle lifecycle) throws Exception {
    lifecycle.own(new Part("first"));
    System.out.println("starting");
    new CountDownLatch(1).await();
  }

  private static void useUpTheMemory() {
    List<byte[]> blocks = new ArrayList<>();
    while (blocks.size() < Integer.MAX_VALUE) {
      blocks.add(new byte[1 << 24]);
    }
  }

  private static void fail(Lifecycle lifecycle) {
    lifecycle.own(new Part("first"));
    throw new LinkageError("a class is missing");
  }
}
