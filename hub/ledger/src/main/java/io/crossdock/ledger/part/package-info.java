/**
 * What a module above the ledger implements to become part of a hub: services and consumers of its
 * own. A part sees the ledger and a channel to every service, never the gateway.
 */
@NullMarked
package io.crossdock.ledger.part;

import org.jspecify.annotations.NullMarked;
