@NullMarked
package io.crossdock.ledger.idempotency;

import org.jspecify.annotations.NullMarked;
