@NullMarked
package io.crossdock.ledger.housekeeping;

import org.jspecify.annotations.NullMarked;
