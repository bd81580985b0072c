package io.crossdock.drill.hostile;

import com.sun.management.OperatingSystemMXBean;
import io.crossdock.drill.hostile.Attack.Target;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;

/**
 * Repeats an attack, and pauses after each stroke for so long that attacking takes at most a
 * quarter of one processor.
 *
 * <p>Attacker, hub and innocent callers share one machine. Without the bound the innocent calls
 * would suffer from what it costs to attack, which an attacker elsewhere pays alone. For one
 * thread.
 */
final class Attacker {

  private static final double MOST_OF_A_PROCESSOR = 0.25;
  private static final long LEAST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final OperatingSystemMXBean system =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private final long begin = System.nanoTime();
  private final long cpuAtBegin = system.getProcessCpuTime();
  private double rest;

  /**
   * Ends the time, since this was made, in which nobody attacked: what the process needed meanwhile
   * is the innocent callers' and the connectors' part.
   */
  void knowWhatTheRestNeeds() {
    rest = (double) (system.getProcessCpuTime() - cpuAtBegin) / (System.nanoTime() - begin);
  }

  /**
   * Attacks for some time, once at least.
   *
   * @return how often
   */
  int strike(Attack attack, Target target, long nanos) throws InterruptedException {
    long end = System.nanoTime() + nanos;
    int strokes = 0;
    while (strokes == 0 || System.nanoTime() < end) {
      long started = System.nanoTime();
      long cpu = system.getProcessCpuTime();
      try {
        attack.body().strike(target);
      } catch (IOException e) {
        // The hub has hung up on the attacker, as it may.
      }
      strokes++;
      long took = System.nanoTime() - started;
      double own = system.getProcessCpuTime() - cpu - rest * took;
      long pause = Math.max(LEAST_PAUSE_NANOS, (long) (own / MOST_OF_A_PROCESSOR) - took);
      // No longer than the attack: one stroke may need more than its share.
      TimeUnit.NANOSECONDS.sleep(Math.min(pause, nanos));
    }
    return strokes;
  }
}
