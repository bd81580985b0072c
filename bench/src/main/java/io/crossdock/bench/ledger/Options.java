package io.crossdock.bench.ledger;

/**
 * How long is measured.
 *
 * @param seconds of each run
 * @param rounds of each comparison, in turns; the medians count
 * @param rate events per second for times of arrival
 * @param events in the log that is replayed
 */
record Options(int seconds, int rounds, int rate, int events) {}
