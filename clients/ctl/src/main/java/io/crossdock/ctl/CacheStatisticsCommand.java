package io.crossdock.ctl;

import picocli.CommandLine.Command;

/** The statistics by their own name. */
@Command(
    name = "statistics",
    mixinStandardHelpOptions = true,
    description = "Tells how full the cache is and how often it answered.")
final class CacheStatisticsCommand extends CacheFigures {

  CacheStatisticsCommand() {}
}
