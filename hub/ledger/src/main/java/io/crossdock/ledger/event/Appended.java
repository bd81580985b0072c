package io.crossdock.ledger.event;

/**
 * Where a written event stands.
 *
 * @param eventId id of the event
 * @param sequence number among the events with the same aggregate and key, from 1
 * @param position place in the log
 * @param duplicate whether it was there before
 */
public record Appended(String eventId, long sequence, Position position, boolean duplicate) {}
