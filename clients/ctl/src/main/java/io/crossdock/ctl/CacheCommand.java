package io.crossdock.ctl;

import picocli.CommandLine.Command;

/** What concerns the hub's memory of answers; its statistics when nothing more is said. */
@Command(
    name = "cache",
    mixinStandardHelpOptions = true,
    description =
        "Tells how full the cache is and how often it answered, or drops answers from it.",
    subcommands = {CacheStatisticsCommand.class, CacheInvalidateCommand.class})
final class CacheCommand extends CacheFigures {

  CacheCommand() {}
}
