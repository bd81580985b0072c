@NullMarked
package io.crossdock.ledger.lease;

import org.jspecify.annotations.NullMarked;
