/**
 * Events of the past, delivered to a consumer again because a person asked for it. A replay is work
 * under a lease: it survives its node, and goes on elsewhere from the last place that was noted.
 */
@NullMarked
package io.crossdock.ledger.replay;

import org.jspecify.annotations.NullMarked;
