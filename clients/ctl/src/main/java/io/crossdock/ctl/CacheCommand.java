package io.crossdock.ctl;

import picocli.CommandLine.Command;

/** What concerns the hub's memory of answers. */
@Command(
    name = "cache",
    mixinStandardHelpOptions = true,
    description = "Tells how the cache does, or drops answers from it.",
    subcommands = {CacheStatisticsCommand.class, CacheInvalidateCommand.class})
final class CacheCommand {

  CacheCommand() {}
}
