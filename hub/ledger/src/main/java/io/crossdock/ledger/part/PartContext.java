package io.crossdock.ledger.part;

import io.crossdock.ledger.assembly.HubLedger;
import io.grpc.Channel;

/**
 * What a hub offers to its parts.
 *
 * @param ledger the open ledger
 * @param hub calls every service that the hub routes, through the same policies as a call from
 *     outside; usable once the hub is ready
 */
public record PartContext(HubLedger ledger, Channel hub) {}
