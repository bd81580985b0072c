/** What people do to the ledger's things: once for each request id, and never without a record. */
@NullMarked
package io.crossdock.ledger.deed;

import org.jspecify.annotations.NullMarked;
