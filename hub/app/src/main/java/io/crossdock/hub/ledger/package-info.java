/**
 * The ledger within the hub: opened from the configuration, its services, the consumers that are
 * configured, and what its events mean for the cache.
 */
@NullMarked
package io.crossdock.hub.ledger;

import org.jspecify.annotations.NullMarked;
