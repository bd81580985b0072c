/** Drops from the gateway's cache what the ledger's events make stale. */
@NullMarked
package io.crossdock.hub.invalidation;

import org.jspecify.annotations.NullMarked;
