/** Writes that must happen once: request ids, who works on them, and what was answered. */
@NullMarked
package io.crossdock.ledger.idempotency;

import org.jspecify.annotations.NullMarked;
