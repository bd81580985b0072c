/**
 * What an operator asks a running hub at a terminal and tells it: about routes, connectors and the
 * cache, and about the ledger with its events, dead letters and audit trail.
 */
@NullMarked
package io.crossdock.ctl;

import org.jspecify.annotations.NullMarked;
