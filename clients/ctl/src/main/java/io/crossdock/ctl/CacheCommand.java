package io.crossdock.ctl;

import picocli.CommandLine.Command;

/** Commands on the hub's cache; its statistics without a subcommand. */
@Command(
    name = "cache",
    mixinStandardHelpOptions = true,
    description = "Shows cache size and hit ratio, or drops cached responses.",
    subcommands = {CacheCommand.Statistics.class, CacheInvalidateCommand.class})
final class CacheCommand extends CacheReport {

  CacheCommand() {}

  /** The same by its own name. */
  @Command(
      name = "statistics",
      mixinStandardHelpOptions = true,
      description = "Shows cache size and hit ratio.")
  static final class Statistics extends CacheReport {

    Statistics() {}
  }
}
