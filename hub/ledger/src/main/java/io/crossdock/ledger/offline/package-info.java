/**
 * What the hub accepts in place of an owner that cannot be asked: within limits for the member's
 * day and the store's hour, written down before the till hears of it, settled with the owner later.
 */
@NullMarked
package io.crossdock.ledger.offline;

import org.jspecify.annotations.NullMarked;
