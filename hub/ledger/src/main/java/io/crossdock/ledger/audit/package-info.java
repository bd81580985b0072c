/**
 * The audit trail: who did what, when and why. Records are only ever added, and each carries the
 * hash of the one before, so that one that was changed, removed or slipped in shows.
 *
 * <p>A record names people by the ids that other systems gave them, never by more.
 */
@NullMarked
package io.crossdock.ledger.audit;

import org.jspecify.annotations.NullMarked;
