/** What has to be forgotten in time, so that the ledger does not grow for ever. */
@NullMarked
package io.crossdock.ledger.housekeeping;

import org.jspecify.annotations.NullMarked;
